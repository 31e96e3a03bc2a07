"""Writing the people of a group."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from fangxian.foundation.people.models import Membership, Person
from fangxian.foundation.people.rules import PeopleEvent, PeoplePermission
from fangxian.foundation.units.models import Unit, UnitKind, UnitVersion
from fangxian.kernel import audit
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import Invalid, NotFound


def _group(group_id: int, day: date) -> UnitVersion:
    found = (
        UnitVersion.objects.as_of(day).filter(unit_id=group_id, unit__kind=UnitKind.GROUP).first()
    )
    if found is None:
        raise NotFound(_("There is no such group within your scope."))
    return found


@transaction.atomic
def set_headcount(*, group_id: int, headcount: int, by: Actor, at: datetime) -> Unit:
    """Say how many are on the roll of a group without a list of names."""
    group = _group(group_id, at.date())
    by.require(PeoplePermission.MANAGE, group.path)
    if headcount < 0:
        text = _("The headcount cannot be below zero.")
        raise Invalid(text, {"headcount": [text]})
    unit = Unit.objects.select_for_update().get(pk=group_id)
    if unit.has_roster:
        text = _("This group has a list of names; the headcount follows from it.")
        raise Invalid(text, {"headcount": [text]})
    unit.headcount = headcount
    unit.save(update_fields=["headcount"])
    audit.record(
        PeopleEvent.HEADCOUNT_SET,
        by=by,
        at=at,
        unit_id=group_id,
        path=group.path,
        detail={"headcount": headcount},
    )
    return unit


@transaction.atomic
def add_members(
    *, group_id: int, people: Sequence[tuple[str, str, str]], by: Actor, at: datetime
) -> int:
    """Add people given as (name, number, phone) to a group; the roll then follows the list."""
    group = _group(group_id, at.date())
    by.require(PeoplePermission.MANAGE, group.path)
    if group.school_id is None or any(not name.strip() for name, _number, _phone in people):
        text = _("Every person needs a name.")
        raise Invalid(text, {"name": [text]})
    Unit.objects.select_for_update().get(pk=group_id)
    _refuse_twice(group_id, people, at.date())
    persons = Person.objects.bulk_create(Person(name=name.strip()) for name, _n, _p in people)
    Membership.objects.bulk_create(
        Membership(
            person=person,
            group_id=group_id,
            school_id=group.school_id,
            path=group.path,
            number=number,
            phone=phone,
            valid_from=at.date(),
        )
        for person, (_name, number, phone) in zip(persons, people, strict=True)
    )
    _recount(group_id, at.date())
    audit.record(
        PeopleEvent.MEMBERS_ADDED,
        by=by,
        at=at,
        unit_id=group_id,
        path=group.path,
        detail={"count": len(people)},
    )
    return len(people)


def _refuse_twice(group_id: int, people: Sequence[tuple[str, str, str]], day: date) -> None:
    """Two of a name are told apart by their numbers; the same pair again is a list sent twice."""
    seen = set(
        Membership.objects.as_of(day)
        .filter(group_id=group_id)
        .values_list("person__name", "number")
    )
    twice = []
    for name, number, _phone in people:
        key = (name.strip(), number)
        if key in seen:
            twice.append(f"{number} {name}".strip())
        seen.add(key)
    if twice:
        text = _("Already in this group: %(names)s. Give namesakes different numbers.") % {
            "names": ", ".join(twice[:10])
        }
        raise Invalid(text, {"people": [text]})


@transaction.atomic
def end_membership(*, membership_id: int, by: Actor, at: datetime) -> None:
    """A person leaves a group from today on; what was recorded stays."""
    row = Membership.objects.visible_to(by).select_for_update().filter(pk=membership_id).first()
    if row is None:
        raise NotFound(_("There is no such person within your scope."))
    by.require(PeoplePermission.MANAGE, row.path)
    if row.valid_from >= at.date():
        row.delete()
    else:
        row.valid_to = at.date()
        row.save(update_fields=["valid_to"])
    _recount(row.group_id, at.date())
    audit.record(
        PeopleEvent.MEMBER_LEFT,
        by=by,
        at=at,
        unit_id=row.group_id,
        path=row.path,
        detail={"person_id": row.person_id},
    )


def _recount(group_id: int, day: date) -> None:
    count = Membership.objects.as_of(day).filter(group_id=group_id).count()
    Unit.objects.filter(pk=group_id).update(headcount=count, has_roster=True)
