"""Which days are school days, where, for which grades; and what was declared to make them so."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from fangxian.foundation.schooldays.days import (
    Because,
    DaySaid,
    Declared,
    Pause,
    ReturnSaid,
    Span,
    TermSaid,
    Why,
)
from fangxian.foundation.schooldays.models import (
    DayException,
    EarlyReturn,
    StaggeredReturn,
    Suspension,
    Term,
)
from fangxian.foundation.schooldays.rules import TermKey, term_of
from fangxian.foundation.schooldays.statutory import Statutory, statutory
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel.access.scopes import covers, subtree, within_any
from fangxian.kernel.places import ALL, Place

#: no term is so long that it would bear on a day farther from it than this
TERM_REACH = timedelta(days=430)


def school_day(day: date) -> Place:
    """Where, and for which grades, this day is a school day."""
    return declared(first=day, last=day, as_of=day).school_day(day)


def declared(*, first: date, last: date, as_of: date, near: str = "") -> Declared:
    """What was declared that bears on the days from `first` to `last`, placed in the tree as of a
    day; only at, above and below `near`."""
    terms = Q(last_day__gte=first - TERM_REACH, first_day__lte=last + TERM_REACH)
    years = Q(school_year__gte=first.year - 2, school_year__lte=last.year + 1)
    days = list(DayException.objects.filter(day__range=(first, last)))
    spans = list(Term.objects.filter(terms))
    still = Q(last_day__isnull=True) | Q(last_day__gte=first)
    pauses = list(Suspension.objects.filter(still, first_day__lte=last).order_by("first_day", "id"))
    back = list(EarlyReturn.objects.filter(suspension__in=pauses)) if pauses else []
    plans = list(StaggeredReturn.objects.filter(years).prefetch_related("starts"))
    paths = _paths([days, spans, pauses, back, plans], as_of, near)
    return Declared(
        tuple(_day(row, paths) for row in days if row.unit_id in paths),
        tuple(_term(row, paths) for row in spans if row.unit_id in paths),
        tuple(_pause(row, back, paths) for row in pauses if row.unit_id in paths),
        tuple(_plan(row, paths) for row in plans if row.unit_id in paths),
    )


def _paths(rows: Iterable[Sequence[Any]], as_of: date, near: str) -> dict[int, str]:
    ids = {row.unit_id for some in rows for row in some}
    found = UnitVersion.objects.as_of(as_of).filter(unit_id__in=ids)
    if near:
        above = [int(part) for part in near.strip("/").split("/")]
        found = found.filter(within_any([subtree(near)]) | Q(unit_id__in=above))
    return dict(found.values_list("unit_id", "path")) if ids else {}


def _day(row: DayException, paths: dict[int, str]) -> DaySaid:
    return DaySaid(row.unit_id, paths[row.unit_id], row.reason, row.day, row.is_open)


def _term(row: Term, paths: dict[int, str]) -> TermSaid:
    key = TermKey(row.school_year, row.season)
    path = paths[row.unit_id]
    return TermSaid(row.unit_id, path, row.document, key, row.first_day, row.last_day)


def _pause(row: Suspension, back: Iterable[EarlyReturn], paths: dict[int, str]) -> Pause:
    parts = tuple(
        Span(one.unit_id, paths[one.unit_id], one.reason, one.first_day, one.last_day)
        for one in back
        if one.suspension_id == row.pk and one.unit_id in paths
    )
    path = paths[row.unit_id]
    return Pause(row.unit_id, path, row.reason, row.first_day, row.last_day, row.pk, parts)


def _plan(row: StaggeredReturn, paths: dict[int, str]) -> ReturnSaid:
    starts = {one.grade: one.first_day for one in row.starts.all()}
    others = starts.pop(None, None)
    graded = {grade: first for grade, first in starts.items() if grade is not None}
    key = TermKey(row.school_year, row.season)
    return ReturnSaid(row.unit_id, paths[row.unit_id], row.document, key, graded, others)


@dataclass(frozen=True)
class CalendarDay:
    """A day as it stands at a unit: a school day or not, why, who said so, and what differs.

    `grades` are the bits of those for whom it is a school day here; `differing_below` are the
    units below where a declaration of their own makes the day another one.
    """

    day: date
    why: Why
    grades: int
    law: Statutory
    declared_by: UnitVersion | None
    declared_here: bool
    term_known: bool
    below: tuple[int, ...]

    @property
    def is_open(self) -> bool:
        """Whether it is a school day here."""
        return self.why.is_open

    @property
    def because(self) -> Because:
        """Why it is, or is not."""
        return self.why.because

    @property
    def reason(self) -> str:
        """What the one who declared it gave as the reason."""
        told = {Because.SUSPENDED, Because.NOT_BACK, Because.DECLARED, Because.VACATION}
        return self.why.said.reason if self.why.said and self.because in told else ""

    @property
    def some_grades(self) -> bool:
        """Whether it is a school day for some grades and not for others."""
        everybody, nobody = self.grades == ALL, self.grades == 0
        return not everybody and not nobody

    @property
    def differing_below(self) -> int:
        """How many units below have it otherwise."""
        return len(self.below)


def month(*, unit: UnitVersion, first: date, last: date, today: date) -> list[CalendarDay]:
    """The days from `first` to `last` at a unit, as the tree stands today."""
    found = declared(first=first, last=last, as_of=today, near=unit.path)
    days = [first + timedelta(days=step) for step in range((last - first).days + 1)]
    whys = {day: found.why(day, unit.path, unit.grade) for day in days}
    who = {why.said.unit_id for why in whys.values() if why.said}
    names = {row.unit_id: row for row in UnitVersion.objects.as_of(today).filter(unit_id__in=who)}
    return [_calendar_day(day, unit, found, whys[day], names) for day in days]


def _calendar_day(
    day: date, unit: UnitVersion, found: Declared, why: Why, names: dict[int, UnitVersion]
) -> CalendarDay:
    place = found.school_day(day)
    here = place.grades(unit.path)
    below = {
        one.unit_id
        for one in found.bearing(day)
        if one.path != unit.path and covers(unit.path, one.path) and place.grades(one.path) != here
    }
    said = why.said
    return CalendarDay(
        day=day,
        why=why,
        grades=here if unit.grade is None else ALL * why.is_open,
        law=statutory(day),
        declared_by=names.get(said.unit_id) if said else None,
        declared_here=isinstance(said, DaySaid) and said.unit_id == unit.unit_id,
        term_known=_term_known(found, day, unit.path),
        below=tuple(sorted(below)),
    )


def _term_known(found: Declared, day: date, path: str) -> bool:
    """Whether anybody declared the term of the day's half-year for this place."""
    return found.term_at(term_of(day), path) is not None
