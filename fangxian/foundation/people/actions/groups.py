"""The people of a group: listed by name, or only counted."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Final

from django.db import connection, transaction
from django.utils.translation import gettext as _

from fangxian.foundation.people.identity import plain_phone
from fangxian.foundation.people.models import KIND_OF, Guardian, Membership, Person, PersonKind
from fangxian.foundation.people.rules import PeopleEvent, PeoplePermission
from fangxian.foundation.units.models import Population, Unit, UnitKind, UnitVersion
from fangxian.kernel import audit
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import Invalid, NotFound

_RECOUNT: Final = """
UPDATE units_unit u SET headcount = c.heads, has_roster = true
FROM (SELECT g.id, count(m.id) AS heads
      FROM unnest(%(groups)s::bigint[]) AS g (id)
      LEFT JOIN people_membership m ON m.group_id = g.id AND m.valid_from <= %(day)s
       AND m.valid_to > %(day)s
      GROUP BY g.id) c
WHERE u.id = c.id AND (u.headcount IS DISTINCT FROM c.heads OR NOT u.has_roster)
"""


def recount(group_ids: Iterable[int], day: date) -> None:
    """Let the roll of groups follow their lists of names, all in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_RECOUNT, {"groups": sorted(set(group_ids)), "day": day})


def group_of(group_id: int, day: date) -> UnitVersion:
    """The group as of a day."""
    found = (
        UnitVersion.objects.as_of(day)
        .filter(unit_id=group_id, unit__kind=UnitKind.GROUP)
        .select_related("unit")
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such group within your scope."))
    return found


def school_path(group: UnitVersion) -> str:
    """The path of the school that a group belongs to."""
    before, mark, _after = group.path.partition(f"{group.school_id}/")
    return before + mark


def fitting_group(group_id: int, school_id: int, kind: str, day: date) -> UnitVersion:
    """A group of the school in which a person of this kind can be: of the same population, and
    with a list of names, for one name among a bare headcount would make the roll one."""
    group = group_of(group_id, day)
    if group.school_id != school_id:
        raise NotFound(_("There is no such group within your scope."))
    text = ""
    if KIND_OF[Population(group.unit.population)] != kind:
        text = _("%(group)s is a group of other people: %(population)s.")
        text %= {"group": group.name_zh, "population": group.unit.get_population_display()}
    elif not group.unit.has_roster and group.unit.headcount:
        text = _("%(group)s has a headcount and no names yet: enter its list first.")
        text %= {"group": group.name_zh}
    if text:
        raise Invalid(text, {"group": [text]})
    return group


@transaction.atomic
def set_headcount(*, group_id: int, headcount: int, by: Actor, at: datetime) -> Unit:
    """Say how many are on the roll of a group without a list of names."""
    group = group_of(group_id, at.date())
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
    """Add people given as (name, number, phone) to a group; the roll then follows the list.

    A pupil's telephone is the one at home, that of a member of staff or contractor their own.
    """
    group = group_of(group_id, at.date())
    by.require(PeoplePermission.MANAGE, group.path)
    if group.school_id is None or any(not name.strip() for name, _number, _phone in people):
        text = _("Every person needs a name.")
        raise Invalid(text, {"name": [text]})
    Unit.objects.select_for_update().get(pk=group_id)
    _refuse_twice(group_id, people, at.date())
    _refuse_borne(group, [number for _name, number, _phone in people if number])
    _enter(group, people, at)
    recount([group_id], at.date())
    audit.record(
        PeopleEvent.MEMBERS_ADDED,
        by=by,
        at=at,
        unit_id=group_id,
        path=group.path,
        detail={"count": len(people)},
    )
    return len(people)


def _enter(group: UnitVersion, people: Sequence[tuple[str, str, str]], at: datetime) -> None:
    kind = KIND_OF[Population(group.unit.population)]
    place = {"school_id": group.school_id or 0, "path": school_path(group)}
    at_home = kind == PersonKind.STUDENT
    persons = Person.objects.bulk_create(
        Person(
            **place, kind=kind, name=name.strip(), number=number,
            phone="" if at_home else plain_phone(phone), created_at=at, updated_at=at,
        )
        for name, number, phone in people
    )  # fmt: skip
    Membership.objects.bulk_create(
        Membership(
            person=person, group_id=group.unit_id, school_id=group.school_id or 0,
            path=group.path, valid_from=at.date(),
        )
        for person in persons
    )  # fmt: skip
    if at_home:
        Guardian.objects.bulk_create(
            Guardian(person=person, **place, phone=plain_phone(phone))
            for person, (_name, _number, phone) in zip(persons, people, strict=True)
            if plain_phone(phone)
        )


def _refuse_twice(group_id: int, people: Sequence[tuple[str, str, str]], day: date) -> None:
    """Two of a name are told apart by their numbers; the same pair again is a list sent twice."""
    here = Membership.objects.as_of(day).filter(group_id=group_id)
    seen = set(here.values_list("person__name", "person__number"))
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


def _refuse_borne(group: UnitVersion, numbers: Sequence[str]) -> None:
    """A number is one person's in the whole school."""
    kind = KIND_OF[Population(group.unit.population)]
    bearers = Person.objects.filter(
        path=school_path(group), kind=kind, number__in=numbers, left_on=None
    )
    borne = [f"{one.number} {one.name}" for one in bearers.order_by("number")[:10]]
    borne += sorted({number for number in numbers if numbers.count(number) > 1})
    if borne:
        text = _("These numbers are borne already: %(names)s. Use each number once in the school.")
        raise Invalid(text % {"names": ", ".join(borne)}, {"people": [text % {
            "names": ", ".join(borne)}]})  # fmt: skip


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
    recount([row.group_id], at.date())
    audit.record(
        PeopleEvent.MEMBER_LEFT,
        by=by,
        at=at,
        unit_id=row.group_id,
        path=row.path,
        detail={"person_id": row.person_id},
    )
