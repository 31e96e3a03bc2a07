"""Who is in a group and at a school, and a person's record, for those who may read it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from fangxian.foundation.people.models import (
    Cohort,
    CohortMembership,
    Guardian,
    Membership,
    Person,
    Transfer,
    TransferState,
)
from fangxian.foundation.people.rules import PeoplePermission
from fangxian.foundation.units.models import UnitKind, UnitVersion, UnitVersionQuerySet
from fangxian.kernel.access import Actor, within_any
from fangxian.kernel.errors import NotFound


@dataclass(frozen=True)
class Member:
    """A person as the group knows them. `phone` is whom to call at home."""

    person_id: int
    name: str
    number: str
    phone: str
    membership_id: int = 0


def members(*, group_id: int, school_path: str, day: date, by: Actor) -> list[Member]:
    """The people of a group by number; nobody above the school gets a name."""
    if not by.inside(school_path):
        return []
    first = Guardian.objects.filter(person_id=OuterRef("person_id")).order_by("position")
    rows = (
        Membership.objects.visible_to(by)
        .as_of(day)
        .filter(group_id=group_id)
        .annotate(
            name=F("person__name"),
            number=F("person__number"),
            phone=Coalesce(Subquery(first.values("phone")[:1]), F("person__phone")),
        )
        .order_by("number", "person_id")
        .values_list("person_id", "name", "number", "phone", "pk")
    )
    return [Member(*row) for row in rows]


def known_persons(ids: list[int], *, group_id: int, day: date) -> set[int]:
    """Those of the ids that belong to the group on the day."""
    return set(
        Membership.objects.as_of(day)
        .filter(group_id=group_id, person_id__in=ids)
        .values_list("person_id", flat=True)
    )


def groups_of(by: Actor, *, text: str, today: date) -> UnitVersionQuerySet:
    """The groups whose people one may see, by place; narrowed by words of name or code."""
    found = UnitVersion.objects.as_of(today).filter(
        within_any(by.ranges(PeoplePermission.VIEW)), kind=UnitKind.GROUP
    )
    for word in text.split():
        schools = UnitVersion.objects.as_of(today).filter(
            within_any(by.ranges()), name_zh__contains=word, school_id=F("unit_id")
        )
        found = found.filter(
            Q(code__startswith=word)
            | Q(name_zh__contains=word)
            | Q(school_id__in=schools.values("unit_id"))
        )
    return found.select_related("unit").order_by("path")


SORTS = {
    "name": ("name", "id"),
    "number": ("number", "name", "id"),
    "group": ("group_path", "number", "id"),
    "born": ("born", "id"),
}


def roster(
    school_path: str, day: date, *, group: int | None = None, kind: str = "",
    cohort: int | None = None, text: str = "", state: str = "", sort: str = "",
) -> QuerySet[Person, Any]:  # fmt: skip
    """The people of a school, each with `group_id`; the caller has asked whether one may see them.

    `state` is "" for who is there, "without" for who is in no group, "left" for who has gone.
    """
    now = Membership.objects.as_of(day).filter(person_id=OuterRef("pk"))
    rows = Person.objects.filter(path=school_path).annotate(
        group_id=Subquery(now.values("group_id")[:1])
    )
    rows = rows.filter(left_on__lte=day) if state == "left" else rows.present(day)
    if state == "without":
        rows = rows.filter(~Q(pk__in=_in_groups(school_path, day)))
    if group is not None:
        here = Membership.objects.as_of(day).filter(group_id=group)
        rows = rows.filter(pk__in=here.values("person_id"))
    if cohort is not None:
        inside = CohortMembership.objects.as_of(day).filter(cohort_id=cohort)
        rows = rows.filter(pk__in=inside.values("person_id"))
    if kind:
        rows = rows.filter(kind=kind)
    if text:
        rows = rows.filter(Q(name__contains=text) | Q(number__startswith=text.upper()))
    column = sort.removeprefix("-")
    if column == "group":
        rows = rows.annotate(group_path=Subquery(now.values("path")[:1]))
    order = SORTS.get(column, SORTS["name"])
    return rows.order_by(*(f"-{name}" if sort.startswith("-") else name for name in order))


def _in_groups(school_path: str, day: date) -> QuerySet[Membership, Any]:
    return Membership.objects.as_of(day).below(school_path).values("person_id")


def groups_in(school_path: str, day: date) -> list[UnitVersion]:
    """The groups of a school, by code."""
    rows = UnitVersion.objects.as_of(day).below(school_path).groups().select_related("unit")
    return list(rows.order_by("path", "code"))


def cohorts_in(school_path: str, day: date) -> QuerySet[Cohort, Cohort]:
    """The rooms, buses, tables and clubs of a school."""
    found: QuerySet[Cohort, Cohort] = Cohort.objects.as_of(day).filter(path=school_path)
    return found.order_by("kind", "name")


@dataclass(frozen=True)
class Record:
    """A person with everything that is kept, for one page."""

    person: Person
    school: UnitVersion | None
    guardians: list[Guardian]
    memberships: list[tuple[Membership, UnitVersion | None]]
    cohorts: list[CohortMembership]
    transfers: list[Transfer]

    def group(self, day: date) -> UnitVersion | None:
        """The group that the person is in on a day."""
        for row, version in self.memberships:
            if row.valid_from <= day < row.valid_to:
                return version
        return None


def readable(person_id: int, *, by: Actor, day: date) -> Person:
    """A person whom one may read: of one's school, of one's class, or agreed to come to it."""
    ranges = by.ranges(PeoplePermission.VIEW)
    found = Person.objects.filter(pk=person_id).first()
    if found is not None and not _may_read(found, ranges, day):
        found = None
    if found is None:
        raise NotFound(_("There is no such person within your scope."))
    return found


def _may_read(person: Person, ranges: tuple[tuple[str, str], ...], day: date) -> bool:
    if any(low <= person.path < high for low, high in ranges):
        return True
    mine = Membership.objects.as_of(day).filter(within_any(ranges), person=person)
    coming = Transfer.objects.under_way().filter(
        within_any(ranges, "to_path"), person=person, state=TransferState.ACCEPTED
    )
    return mine.exists() or coming.exists()


def record_of(person: Person, *, by: Actor, day: date) -> Record:
    """Everything of a person; the caller has asked whether one may read it."""
    rows = list(Membership.objects.filter(person=person).order_by("-valid_from"))
    ids = {row.group_id for row in rows}
    named: dict[int, UnitVersion] = {}
    for version in UnitVersion.objects.filter(unit_id__in=ids).order_by("valid_from"):
        if version.valid_from <= day:
            named[version.unit_id] = version
    inside = CohortMembership.objects.filter(person=person).select_related("cohort")
    return Record(
        person=person,
        school=UnitVersion.objects.as_of(day).filter(unit_id=person.school_id).first(),
        guardians=list(Guardian.objects.filter(person=person).order_by("position")),
        memberships=[(row, named.get(row.group_id)) for row in rows if by.sees(row.path)],
        cohorts=list(inside.order_by("-valid_from")),
        transfers=list(Transfer.objects.visible_to(by).filter(person=person).order_by("-asked_at")),
    )
