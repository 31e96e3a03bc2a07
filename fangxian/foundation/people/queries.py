"""Who is in a group, for those who belong to its school."""

from dataclasses import dataclass
from datetime import date

from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from fangxian.foundation.people.models import Guardian, Membership
from fangxian.foundation.people.rules import PeoplePermission
from fangxian.foundation.units.models import UnitKind, UnitVersion, UnitVersionQuerySet
from fangxian.kernel.access import Actor, within_any


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
