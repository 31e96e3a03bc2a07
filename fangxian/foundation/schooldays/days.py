"""What was declared about days, and what follows: which day is a school day where, and why.

Pure: takes what was declared as values, each at the path of its unit. A day is a school day where
it lies within the term (or no term of its half-year is declared), is a workday by law, or was
declared open; unless the place is suspended, or the grade is not back yet. Of several terms,
declared days or plans of return the one at the nearest unit counts; suspensions add up.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeVar

from fangxian.foundation.schooldays.rules import TermKey, term_of
from fangxian.foundation.schooldays.statutory import statutory
from fangxian.kernel.access.scopes import covers
from fangxian.kernel.places import (
    ALL,
    EVERYWHERE,
    NOWHERE,
    Place,
    anywhere,
    bit,
    everywhere,
    nearest,
    only,
)


class Because(StrEnum):
    """Why a day is a school day, or is not."""

    SUSPENDED = "suspended"
    NOT_BACK = "not_back"
    DECLARED = "declared"
    VACATION = "vacation"
    HOLIDAY = "holiday"
    MAKE_UP = "make_up"
    WEEKEND = "weekend"
    WEEKDAY = "weekday"


@dataclass(frozen=True)
class Said:
    """Something declared at a unit, for it and everything below."""

    unit_id: int
    path: str
    reason: str


@dataclass(frozen=True)
class DaySaid(Said):
    """One day, open or closed."""

    day: date
    is_open: bool


@dataclass(frozen=True)
class TermSaid(Said):
    """A term from its first day to its last."""

    key: TermKey
    first: date
    last: date

    def covers(self, day: date) -> bool:
        """Whether the day lies within the term."""
        return self.first <= day <= self.last


@dataclass(frozen=True)
class Span(Said):
    """From a day to a day; `last` None: until further notice."""

    first: date
    last: date | None

    def covers(self, day: date) -> bool:
        """Whether the day lies within it."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class Pause(Span):
    """A suspension, with the parts that are back before the whole."""

    id: int
    back: tuple[Span, ...] = ()

    def holds_at(self, day: date, path: str) -> bool:
        """Whether it closes a place on a day."""
        return (
            self.covers(day)
            and covers(self.path, path)
            and not any(one.covers(day) and covers(one.path, path) for one in self.back)
        )


@dataclass(frozen=True)
class ReturnSaid(Said):
    """A staggered return: each grade's first day in a term; `others` for every other grade."""

    key: TermKey
    starts: Mapping[int, date]
    others: date | None = None

    def back(self, day: date) -> int:
        """The grades that are back on a day, as bits; units without a grade always are."""
        found = ALL if self.others is None or self.others <= day else bit(None)
        for grade, first in self.starts.items():
            found = found | bit(grade) if first <= day else found & ~bit(grade)
        return found


@dataclass(frozen=True)
class Why:
    """A day at a place: a school day or not, why, and who said so."""

    is_open: bool
    because: Because
    said: Said | None = None


@dataclass(frozen=True)
class Declared:
    """Everything declared that bears on some days."""

    days: tuple[DaySaid, ...] = ()
    terms: tuple[TermSaid, ...] = ()
    pauses: tuple[Pause, ...] = ()
    returns: tuple[ReturnSaid, ...] = ()
    _terms: dict[date, Place] = field(default_factory=dict, compare=False, repr=False)

    def school_day(self, day: date) -> Place:
        """Where, and for which grades, this day is a school day."""
        said = [(one.path, everywhere(one.is_open)) for one in self.days if one.day == day]
        ordinary = self.in_term(day) if statutory(day).is_workday else NOWHERE
        return nearest(ordinary, said) & self.back(day) & ~self.suspended(day)

    def in_term(self, day: date) -> Place:
        """Where a day is no vacation: within a term, or where nobody declared the term."""
        if day not in self._terms:
            settled = anywhere(one.path for one in self.terms if one.key == term_of(day))
            found = ~settled
            for key in {one.key for one in self.terms}:
                found |= self._within(key, day)
            self._terms[day] = found
        return self._terms[day]

    def back(self, day: date) -> Place:
        """Where the grades are back that a staggered return lets come later."""
        found = EVERYWHERE
        for key in {one.key for one in self.returns}:
            plans = [one for one in self.returns if one.key == key]
            held = nearest(EVERYWHERE, [(one.path, only(one.back(day))) for one in plans])
            found &= held | self._elsewhen(key, day)
        return found

    def suspended(self, day: date) -> Place:
        """Where lessons are suspended."""
        holding = [one for one in self.pauses if one.covers(day)]
        found = anywhere(one.path for one in holding if not one.back)
        for one in holding:
            if one.back:
                back = [(part.path, NOWHERE) for part in one.back if part.covers(day)]
                found |= nearest(NOWHERE, [(one.path, EVERYWHERE), *back])
        return found

    def _within(self, key: TermKey, day: date) -> Place:
        terms = [(one.path, everywhere(one.covers(day))) for one in self.terms if one.key == key]
        return nearest(NOWHERE, terms)

    def _elsewhen(self, key: TermKey, day: date) -> Place:
        """Where a plan for a term has no say: before its half-year, or while another term runs."""
        if day < key.window[0]:
            return EVERYWHERE
        found = NOWHERE
        for other in {one.key for one in self.terms} - {key}:
            found |= self._within(other, day)
        return found

    def why(self, day: date, path: str, grade: int | None = None) -> Why:
        """Why a day is, or is not, a school day at a place for a grade."""
        for pause in self.pauses:
            if pause.holds_at(day, path):
                return Why(False, Because.SUSPENDED, pause)
        if not self.back(day).at(path, grade):
            return Why(False, Because.NOT_BACK, self._holding_back(day, path, grade))
        said = closest((one for one in self.days if one.day == day), path)
        if said is not None:
            return Why(said.is_open, Because.DECLARED, said)
        if not self.in_term(day).at(path):
            return Why(False, Because.VACATION, self.term_at(term_of(day), path))
        return _by_law(day, self.term_at(term_of(day), path))

    def term_at(self, key: TermKey, path: str) -> TermSaid | None:
        """The dates of a term that hold at a place; None where nobody declared them."""
        return closest((one for one in self.terms if one.key == key), path)

    def plan_at(self, key: TermKey, path: str) -> ReturnSaid | None:
        """The staggered return of a term that holds at a place."""
        return closest((one for one in self.returns if one.key == key), path)

    def _holding_back(self, day: date, path: str, grade: int | None) -> ReturnSaid | None:
        plans = [self.plan_at(key, path) for key in {one.key for one in self.returns}]
        return next((one for one in plans if one and not one.back(day) & bit(grade)), None)

    def bearing(self, day: date) -> list[Said]:
        """What was declared with effect on a day."""
        parts = [part for one in self.pauses for part in one.back if part.covers(day)]
        return [
            *(one for one in self.days if one.day == day),
            *(one for one in self.terms if one.key == term_of(day)),
            *(one for one in self.pauses if one.covers(day)),
            *parts,
            *(one for one in self.returns if one.key == term_of(day)),
        ]


S = TypeVar("S", bound=Said)


def closest(said: Iterable[S], path: str) -> S | None:
    """Of what was said at or above a path, that of the nearest unit."""
    return max(
        (one for one in said if covers(one.path, path)),
        key=lambda one: len(one.path),
        default=None,
    )


def _by_law(day: date, term: TermSaid | None) -> Why:
    law = statutory(day)
    if law.is_workday:
        return Why(True, Because.MAKE_UP if law.is_make_up else Because.WEEKDAY, term)
    return Why(False, Because.HOLIDAY if law.is_holiday else Because.WEEKEND, term)
