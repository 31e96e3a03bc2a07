"""One person: entered, corrected, moved to another group, gone, back again; whom to call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from fangxian.foundation.people import rules
from fangxian.foundation.people.actions.groups import fitting_group, recount
from fangxian.foundation.people.identity import plain_id, plain_phone, read_id_card
from fangxian.foundation.people.models import (
    CohortMembership,
    Guardian,
    IdKind,
    Membership,
    Person,
    Relation,
    Sex,
    Transfer,
)
from fangxian.foundation.people.rules import PeopleEvent, PeoplePermission
from fangxian.foundation.units.models import OPEN_END, SCHOOL_KINDS, UnitVersion
from fangxian.kernel import audit
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import Conflict, Invalid, NotFound

#: what is said of a person; all of it can be corrected
SAID: Final = ("name", "number", "id_kind", "id_number", "phone", "born", "sex")
MOST_GUARDIANS: Final = 4


def school_of(school_id: int, day: date, *, by: Actor) -> UnitVersion:
    """The school as of a day, for who may change its people."""
    found = UnitVersion.objects.as_of(day).filter(unit_id=school_id, kind__in=SCHOOL_KINDS).first()
    if found is None or not by.sees(found.path):
        raise NotFound(_("There is no such school within your scope."))
    by.require(PeoplePermission.MANAGE, found.path)
    return found


def locked(person_id: int, *, by: Actor) -> Person:
    """A person of a school whose people one may change, locked until commit."""
    found = Person.objects.visible_to(by).select_for_update().filter(pk=person_id).first()
    if found is None:
        raise NotFound(_("There is no such person within your scope."))
    by.require(PeoplePermission.MANAGE, found.path)
    return found


@transaction.atomic
def add_person(
    *,
    school_id: int,
    kind: str,
    by: Actor,
    at: datetime,
    group_id: int | None = None,
    **said: Any,
) -> Person:
    """Enter a person of a school, in a group or not yet in one; `said` as in `SAID`.

    Raises Conflict with `person_id` where the school has the person already, and with
    `elsewhere` where another school does: then a transfer is the way.
    """
    school = school_of(school_id, at.date(), by=by)
    given = _tidy(said, at.date())
    group = None if group_id is None else fitting_group(group_id, school_id, kind, at.date())
    _refuse_known(given, school.path, kind, at.date())
    person = Person.objects.create(
        school_id=school_id, path=school.path, kind=kind, created_at=at, updated_at=at, **given
    )
    if group is not None:
        _join(person, group, at.date())
    audit.record(PeopleEvent.PERSON_ADDED, by=by, at=at, unit_id=school_id, path=school.path,
                 detail={"person_id": person.pk, "group": group_id})  # fmt: skip
    return person


@transaction.atomic
def change_person(*, person_id: int, by: Actor, at: datetime, **said: Any) -> Person:
    """Correct what is said of a person; what is not given stays. The audit names the fields."""
    person = locked(person_id, by=by)
    now = {name: getattr(person, name) for name in SAID}
    given = _tidy(now | said, at.date())
    changed = [name for name in SAID if given[name] != now[name]]
    if not changed:
        return person
    _refuse_known(given, person.path, person.kind, at.date(), except_id=person_id)
    for name in changed:
        setattr(person, name, given[name])
    person.updated_at = at
    person.save(update_fields=[*changed, "updated_at"])
    audit.record(PeopleEvent.PERSON_CHANGED, by=by, at=at, unit_id=person.school_id,
                 path=person.path, detail={"person_id": person_id, "fields": changed})  # fmt: skip
    return person


def _tidy(said: Mapping[str, Any], today: date) -> dict[str, Any]:
    """What is said in the form it is kept in; Invalid says what does not hold together."""
    given: dict[str, Any] = {name: said.get(name) or "" for name in SAID}
    given["born"] = said.get("born") or None
    given["name"] = " ".join(str(given["name"]).split())
    given["number"] = plain_id(given["number"])
    given["id_number"] = plain_id(given["id_number"])
    if given["id_number"] and not given["id_kind"]:
        given["id_kind"] = IdKind.ID_CARD.value
    wrong = rules.identity_fits(given["id_kind"], given["id_number"], born=given["born"],
                                sex=given["sex"], today=today)  # fmt: skip
    if not given["name"]:
        wrong["name"] = [_("Every person needs a name.")]
    phone = plain_phone(given["phone"])
    if given["phone"] and not phone:
        wrong["phone"] = [_("This is no telephone number.")]
    if given["sex"] not in Sex.values or given["id_kind"] not in IdKind.values:
        wrong["sex"] = [_("Unknown word: %(text)s.") % {"text": given["sex"] or given["id_kind"]}]
    if given["born"] and given["born"] > today:
        wrong["born"] = [_("The day is still to come.")]
    if wrong:
        raise Invalid(_("Some fields cannot be accepted."), wrong)
    card = read_id_card(given["id_number"]) if given["id_kind"] == IdKind.ID_CARD else None
    if card is not None:
        given |= {"born": card.born, "sex": card.sex, "id_number": card.number}
    return given | {"phone": phone}


def _refuse_known(
    given: Mapping[str, Any], path: str, kind: str, day: date, *, except_id: int | None = None
) -> None:
    """A person is once in the whole system, and a number once in a school."""
    here = Person.objects.present(day).exclude(pk=except_id or 0)
    if given["id_number"]:
        known = here.filter(id_number=given["id_number"]).first()
        if known is not None and known.path == path:
            text = _("%(name)s has this document's number and is at this school already.")
            raise Conflict(text % {"name": known.name}, person_id=known.pk)
        if known is not None:
            text = _("Somebody with this document's number is at another school. If it is the "
                     "same person, ask that school for a transfer.")  # fmt: skip
            raise Conflict(text, elsewhere=True)
    if given["number"]:
        bearer = here.filter(path=path, kind=kind, number=given["number"]).first()
        if bearer is not None:
            text = _("The number %(number)s is borne by %(name)s.")
            raise Invalid(text % {"number": given["number"], "name": bearer.name},
                          {"number": [text % {"number": given["number"], "name": bearer.name}]},
                          )  # fmt: skip


def _join(person: Person, group: UnitVersion, day: date) -> None:
    Membership.objects.create(
        person=person, group_id=group.unit_id, school_id=person.school_id, path=group.path,
        valid_from=day, valid_to=person.left_on or OPEN_END,
    )  # fmt: skip
    recount([group.unit_id], day)


def end_memberships(person_id: int, day: date) -> list[int]:
    """Let a person be in no group from a day on; the groups that lose them."""
    rows = Membership.objects.filter(person_id=person_id, valid_to__gt=day)
    groups = list(rows.values_list("group_id", flat=True))
    rows.filter(valid_from__gte=day).delete()
    rows.filter(valid_from__lt=day).update(valid_to=day)
    return groups


@transaction.atomic
def move_person(*, person_id: int, group_id: int | None, by: Actor, at: datetime) -> Person:
    """From today on a person is in another group of the school, or in none."""
    person = locked(person_id, by=by)
    day = at.date()
    _refuse_left(person, day)
    now = Membership.objects.as_of(day).filter(person_id=person_id).first()
    if (now.group_id if now else None) == group_id:
        return person
    group = (
        None if group_id is None else fitting_group(group_id, person.school_id, person.kind, day)
    )
    left = end_memberships(person_id, day)
    if group is not None:
        _join(person, group, day)
    recount(left, day)
    audit.record(PeopleEvent.PERSON_MOVED, by=by, at=at, unit_id=person.school_id,
                 path=person.path, detail={"person_id": person_id, "from": left,
                                           "to": group_id})  # fmt: skip
    return person


def _refuse_left(person: Person, day: date) -> None:
    if person.left_on is not None and person.left_on <= day:
        text = _("%(name)s left on %(day)s.")
        raise Conflict(text % {"name": person.name, "day": person.left_on})


@transaction.atomic
def end_person(*, person_id: int, day: date, by: Actor, at: datetime) -> Person:
    """A person leaves the school: `day` is the first without them. What was recorded stays."""
    person = locked(person_id, by=by)
    _refuse_left(person, at.date())
    if not at.date() <= day < OPEN_END:
        text = _("The past is not rewritten: choose today or a later day.")
        raise Invalid(text, {"day": [text]})
    if Transfer.objects.under_way().filter(person_id=person_id).exists():
        raise Conflict(_("A transfer of this person is under way; it has to be ended first."))
    left = end_memberships(person_id, day)
    cohorts = CohortMembership.objects.filter(person_id=person_id, valid_to__gt=day)
    cohorts.filter(valid_from__gte=day).delete()
    cohorts.filter(valid_from__lt=day).update(valid_to=day)
    person.left_on, person.updated_at = day, at
    person.save(update_fields=["left_on", "updated_at"])
    recount(left, at.date())
    audit.record(PeopleEvent.PERSON_LEFT, by=by, at=at, unit_id=person.school_id,
                 path=person.path, detail={"person_id": person_id, "day": str(day)})  # fmt: skip
    return person


@transaction.atomic
def bring_back(*, person_id: int, by: Actor, at: datetime) -> Person:
    """A person who had left is at the school again, in no group yet."""
    person = locked(person_id, by=by)
    if person.left_on is None:
        return person
    given = {name: getattr(person, name) for name in SAID}
    _refuse_known(given, person.path, person.kind, at.date(), except_id=person_id)
    person.left_on, person.updated_at = None, at
    person.save(update_fields=["left_on", "updated_at"])
    audit.record(PeopleEvent.PERSON_BACK, by=by, at=at, unit_id=person.school_id,
                 path=person.path, detail={"person_id": person_id})  # fmt: skip
    return person


@dataclass(frozen=True)
class Call:
    """Somebody to call about a person."""

    phone: str
    name: str = ""
    relation: str = Relation.NONE.value


@transaction.atomic
def set_guardians(*, person_id: int, calls: Sequence[Call], by: Actor, at: datetime) -> Person:
    """Say whom to call about a person, the first first; whoever is not named is no longer."""
    person = locked(person_id, by=by)
    rows = []
    for position, call in enumerate(calls, 1):
        phone = plain_phone(call.phone)
        if not phone or call.relation not in Relation.values:
            text = _("This is no telephone number.")
            raise Invalid(text, {"phone": [text], "position": [str(position)]})
        rows.append((position, phone, " ".join(call.name.split()), call.relation))
    if len(rows) > MOST_GUARDIANS:
        text = _("At most %(most)s people to call.") % {"most": MOST_GUARDIANS}
        raise Invalid(text, {"phone": [text]})
    now = Guardian.objects.filter(person_id=person_id).order_by("position")
    if list(now.values_list("position", "phone", "name", "relation")) == rows:
        return person
    now.delete()
    Guardian.objects.bulk_create(
        Guardian(person=person, school_id=person.school_id, path=person.path, position=position,
                 phone=phone, name=name, relation=relation)
        for position, phone, name, relation in rows
    )  # fmt: skip
    audit.record(PeopleEvent.GUARDIANS_SET, by=by, at=at, unit_id=person.school_id,
                 path=person.path, detail={"person_id": person_id, "count": len(rows)})  # fmt: skip
    return person
