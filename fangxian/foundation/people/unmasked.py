"""Who sees numbers in full now, and who did."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from fangxian.foundation.accounts.models import User
from fangxian.foundation.accounts.queries import name_of
from fangxian.foundation.people.identity import masked, masked_phone
from fangxian.foundation.people.models import Person, Unmasking
from fangxian.foundation.people.rules import PeoplePermission
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel.access import Actor, within_any


def sees_in_full(by: Actor, path: str, at: datetime, *, person_id: int | None = None) -> str:
    """Why this person sees numbers in full now: of one person, or of everybody of a school at a
    path; "" where they do not."""
    if by.user_id is None or by.token_id is not None:
        return ""
    of_whom = Q(person=None) if person_id is None else Q(person=None) | Q(person_id=person_id)
    rows = Unmasking.objects.lasting(at).filter(of_whom, by_id=by.user_id, path=path)
    return rows.order_by("-until").values_list("reason", flat=True).first() or ""


@dataclass(frozen=True)
class Shown:
    """How numbers are written for somebody: in full, or masked."""

    full: bool

    def number(self, text: str) -> str:
        """A document's number."""
        return text if self.full else masked(text)

    def phone(self, text: str) -> str:
        """A telephone."""
        return text if self.full else masked_phone(text)


def shown_to(by: Actor, person: Person, at: datetime) -> Shown:
    """How a person's numbers are written for who looks at the record."""
    return Shown(bool(sees_in_full(by, person.path, at, person_id=person.pk)))


def unmaskings(by: Actor, *, at: datetime) -> QuerySet[Unmasking, Unmasking]:
    """Those that this person watches over; those that last first, then the latest."""
    rows = Unmasking.objects.filter(within_any(by.ranges(PeoplePermission.WATCH)))
    over = Case(When(until__gt=at, ended_at=None, then=Value(0)), default=Value(1))
    return rows.order_by(over, "-at", "-pk")


@dataclass(frozen=True)
class Line:
    """One of them, for the list; who it was about is named within the school only."""

    row: Unmasking
    who: str
    school: str
    person: str
    whom: Person | None
    lasts: bool


def lines(rows: Sequence[Unmasking], *, by: Actor, at: datetime) -> list[Line]:
    """The rows with names, as far as this person may know them."""
    users = User.objects.in_bulk({row.by_id for row in rows})
    day = at.date()
    ids = {row.school_id for row in rows}
    schools = {one.unit_id: one for one in UnitVersion.objects.as_of(day).filter(unit_id__in=ids)}
    persons = {row.person_id for row in rows if row.person_id and by.inside(row.path)}
    people: dict[Any, Person] = Person.objects.in_bulk(persons)
    return [_line(row, users, schools, people, by=by, at=at) for row in rows]


def _line(
    row: Unmasking, users: dict[int, User], schools: dict[int, UnitVersion],
    people: dict[Any, Person], *, by: Actor, at: datetime,
) -> Line:  # fmt: skip
    user, school = users.get(row.by_id), schools.get(row.school_id)
    person = people.get(row.person_id) if by.inside(row.path) else None
    unnamed = _("everybody") if row.person_id is None else _("one person")
    return Line(
        row,
        user.display_name or user.username if user else "—",
        name_of(school) if school else "—",
        person.name if person else unnamed,
        person,
        row.ended_at is None and row.until > at,
    )
