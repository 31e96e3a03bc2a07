"""Who is in a group, for those who belong to its school."""

from dataclasses import dataclass
from datetime import date

from fangxian.foundation.people.models import Membership
from fangxian.kernel.access import Actor


@dataclass(frozen=True)
class Member:
    """A person as the group knows them. `phone` is whom to call at home."""

    person_id: int
    name: str
    number: str
    phone: str


def members(*, group_id: int, school_path: str, day: date, by: Actor) -> list[Member]:
    """The people of a group by number; nobody above the school gets a name."""
    if not by.inside(school_path):
        return []
    rows = (
        Membership.objects.visible_to(by)
        .as_of(day)
        .filter(group_id=group_id)
        .select_related("person")
        .order_by("number", "person_id")
    )
    return [Member(row.person_id, row.person.name, row.number, row.phone) for row in rows]


def known_persons(ids: list[int], *, group_id: int, day: date) -> set[int]:
    """Those of the ids that belong to the group on the day."""
    return set(
        Membership.objects.as_of(day)
        .filter(group_id=group_id, person_id__in=ids)
        .values_list("person_id", flat=True)
    )
