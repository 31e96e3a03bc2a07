"""People as another program knows them: entered, corrected, moved or ended, item by item."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from fangxian.foundation.people.actions.groups import fitting_group
from fangxian.foundation.people.actions.persons import (
    Call,
    add_person,
    change_person,
    end_person,
    move_person,
    school_of,
    set_guardians,
)
from fangxian.foundation.people.identity import plain_id
from fangxian.foundation.people.models import Membership, Person, PersonKind
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import DomainError, Invalid


@dataclass(frozen=True)
class Put:
    """A person as sent: by what they are found again, and what is said. None says nothing."""

    kind: str
    number: str
    id_number: str
    said: Mapping[str, Any]
    group: str | None = None
    calls: Sequence[Call] | None = None
    left_on: date | None = None


@dataclass(frozen=True)
class Became:
    """What became of an item."""

    outcome: str  # new, changed, same, wrong
    person_id: int | None = None
    reasons: dict[str, list[str]] = field(default_factory=dict)


def put_people(*, school_id: int, items: Sequence[Put], by: Actor, at: datetime) -> list[Became]:
    """Let people of a school be as sent. Each item is one transaction of its own: what is wrong
    is told and keeps nobody else back."""
    school = school_of(school_id, at.date(), by=by)
    found = []
    for item in items:
        try:
            with transaction.atomic():
                found.append(_put(school, item, by=by, at=at))
        except DomainError as error:
            fields = error.fields if isinstance(error, Invalid) else {}
            reasons = {name: list(texts) for name, texts in fields.items()}
            found.append(Became("wrong", reasons=reasons or {"": [error.message]}))
    return found


def _put(school: UnitVersion, item: Put, *, by: Actor, at: datetime) -> Became:
    _check(item)
    person = _known(school, item, at.date())
    group = _group(school, item, at.date())
    if person is None and item.left_on is not None and item.left_on <= at.date():
        return Became("same")
    said = dict(item.said)
    for name in ("number", "id_number"):
        if getattr(item, name):
            said[name] = getattr(item, name)
    if person is None:
        person = add_person(
            school_id=school.unit_id, kind=item.kind, group_id=group, by=by, at=at, **said
        )
        if item.calls:
            set_guardians(person_id=person.pk, calls=item.calls, by=by, at=at)
        return Became("new", person.pk)
    before = _state(person.pk)
    change_person(person_id=person.pk, by=by, at=at, **said)
    if item.group is not None:
        move_person(person_id=person.pk, group_id=group, by=by, at=at)
    if item.calls is not None:
        set_guardians(person_id=person.pk, calls=item.calls, by=by, at=at)
    if item.left_on is not None and person.left_on != item.left_on:
        end_person(person_id=person.pk, day=max(item.left_on, at.date()), by=by, at=at)
    return Became("same" if _state(person.pk) == before else "changed", person.pk)


def _check(item: Put) -> None:
    if not item.number and not item.id_number:
        text = _("Without a number nobody can be found again: send number or id_number.")
        raise Invalid(text, {"number": [text]})
    if item.kind not in PersonKind.values:
        text = _("Unknown word: %(text)s.") % {"text": item.kind}
        raise Invalid(text, {"kind": [text]})


def _known(school: UnitVersion, item: Put, day: date) -> Person | None:
    here = Person.objects.present(day).filter(path=school.path)
    if item.id_number:
        found = here.filter(id_number=plain_id(item.id_number)).first()
        if found is not None:
            return found
    if not item.number:
        return None
    return here.filter(number=plain_id(item.number), kind=item.kind).first()


def _group(school: UnitVersion, item: Put, day: date) -> int | None:
    if not item.group:
        return None
    groups = UnitVersion.objects.as_of(day).filter(school_id=school.unit_id, kind="group")
    version = groups.filter(code=item.group.upper()).first()
    if version is None:
        text = _("This school has no group %(code)s.") % {"code": item.group}
        raise Invalid(text, {"group": [text]})
    return fitting_group(version.unit_id, school.unit_id, item.kind, day).unit_id


def _state(person_id: int) -> tuple[Any, ...]:
    person = Person.objects.get(pk=person_id)
    now = Membership.objects.filter(person_id=person_id).values_list("group_id", "valid_to")
    calls = person.guardians.order_by("position").values_list("phone", "name", "relation")
    said = ("name", "number", "id_kind", "id_number", "phone", "born", "sex", "left_on")
    return (*(getattr(person, name) for name in said), sorted(now), list(calls))
