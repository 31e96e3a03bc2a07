"""Which day is a school day, told plainly by walking up the tree, equals what the product says."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fangxian.foundation.schooldays.days import (
    DaySaid,
    Declared,
    Pause,
    ReturnSaid,
    Said,
    Span,
    TermSaid,
)
from fangxian.foundation.schooldays.rules import Season, TermKey, term_of
from fangxian.foundation.schooldays.statutory import LAST_YEAR, statutory

ONE_DAY = timedelta(days=1)
AUTUMN, SPRING = TermKey(2025, Season.AUTUMN), TermKey(2025, Season.SPRING)
FROM, TO = date(2025, 12, 20), date(2026, 5, 20)
DAYS = st.dates(FROM, TO)
PATHS = st.sampled_from(
    ["1/", "1/2/", "1/3/", "1/2/4/", "1/2/5/", "1/3/6/", "1/2/4/7/", "1/2/4/8/"]
)
GRADES = st.sampled_from([None, -1, 6, 9, 12, 15])
S = TypeVar("S", bound=Said)
PATIENTLY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def spans(draw: st.DrawFn) -> tuple[date, date | None]:
    first = draw(DAYS)
    return first, draw(st.none() | st.integers(0, 60).map(lambda n: first + n * ONE_DAY))


@st.composite
def days_said(draw: st.DrawFn) -> DaySaid:
    return DaySaid(1, draw(PATHS), "", draw(DAYS), draw(st.booleans()))


@st.composite
def terms_said(draw: st.DrawFn) -> TermSaid:
    key = draw(st.sampled_from([AUTUMN, SPRING]))
    first = draw(st.dates(*key.window))
    return TermSaid(1, draw(PATHS), "", key, first, first + draw(st.integers(0, 200)) * ONE_DAY)


@st.composite
def pauses_said(draw: st.DrawFn) -> Pause:
    path, (first, last) = draw(PATHS), spans(draw)
    below = PATHS.filter(lambda one: one != path and one.startswith(path))
    none = path.count("/") == 4 or path in ("1/2/5/", "1/3/6/")
    parts = [] if none else draw(st.lists(below, max_size=2, unique=True))
    back = tuple(Span(1, part, "", *spans(draw)) for part in parts)
    return Pause(1, path, "", first, last, draw(st.integers()), back)


@st.composite
def returns_said(draw: st.DrawFn) -> ReturnSaid:
    starts = draw(st.dictionaries(st.sampled_from([-1, 6, 9, 12]), DAYS, max_size=3))
    others = draw(st.none() | DAYS)
    return ReturnSaid(1, draw(PATHS), "", draw(st.sampled_from([AUTUMN, SPRING])), starts, others)


def once(what: Callable[[S], object]) -> Callable[[list[S]], list[S]]:
    """One saying a unit, as the database's constraints hold it."""
    return lambda said: list({(one.path, what(one)): one for one in said}.values())


def day_of(one: DaySaid) -> object:
    return one.day


def term_said_of(one: TermSaid) -> object:
    return one.key


def return_of(one: ReturnSaid) -> object:
    return one.key


@st.composite
def anything_declared(draw: st.DrawFn) -> Declared:
    return Declared(
        tuple(once(day_of)(draw(st.lists(days_said(), max_size=5)))),
        tuple(once(term_said_of)(draw(st.lists(terms_said(), max_size=5)))),
        tuple(draw(st.lists(pauses_said(), max_size=4))),
        tuple(once(return_of)(draw(st.lists(returns_said(), max_size=3)))),
    )


def upwards(path: str) -> list[str]:
    """A unit's path and those of the units above it, the nearest first."""
    ids = path.strip("/").split("/")
    return ["".join(f"{one}/" for one in ids[:n]) for n in range(len(ids), 0, -1)]


def nearest(said: Iterable[S], path: str) -> S | None:
    by_path = {one.path: one for one in said}
    return next((by_path[place] for place in upwards(path) if place in by_path), None)


@dataclass(frozen=True)
class Plainly:
    """The rules as the guide tells them to an officer, one unit and one day at a time."""

    said: Declared

    def is_school_day(self, day: date, path: str, grade: int | None) -> bool:
        if self.is_suspended(day, path) or self.is_held_back(day, path, grade):
            return False
        own = nearest((one for one in self.said.days if one.day == day), path)
        if own is not None:
            return own.is_open
        return statutory(day).is_workday and self.is_term(day, path)

    def is_suspended(self, day: date, path: str) -> bool:
        for one in self.said.pauses:
            if one.path in upwards(path) and one.first <= day <= (one.last or day):
                excepted = [
                    part
                    for part in one.back
                    if part.path in upwards(path) and part.first <= day <= (part.last or day)
                ]
                if not excepted:
                    return True
        return False

    def is_term(self, day: date, path: str) -> bool:
        if self.term(term_of(day), path) is None:
            return True
        return any(self.runs(key, day, path) for key in (AUTUMN, SPRING))

    def term(self, key: TermKey, path: str) -> TermSaid | None:
        return nearest((one for one in self.said.terms if one.key == key), path)

    def runs(self, key: TermKey, day: date, path: str) -> bool:
        term = self.term(key, path)
        return term is not None and term.first <= day <= term.last

    def is_held_back(self, day: date, path: str, grade: int | None) -> bool:
        if grade is None:
            return False
        for key, other in ((AUTUMN, SPRING), (SPRING, AUTUMN)):
            plan = nearest((one for one in self.said.returns if one.key == key), path)
            if plan is None or day < key.window[0] or self.runs(other, day, path):
                continue
            first = plan.starts.get(grade, plan.others)
            if first is not None and day < first:
                return True
        return False


@PATIENTLY
@given(anything_declared(), DAYS, PATHS, GRADES)
def test_the_product_says_what_the_rules_say(
    said: Declared, day: date, path: str, grade: int | None
) -> None:
    expected = Plainly(said).is_school_day(day, path, grade)
    assert said.school_day(day).at(path, grade) == expected
    assert said.why(day, path, grade).is_open == expected


@PATIENTLY
@given(anything_declared(), DAYS, PATHS, GRADES)
def test_who_is_named_is_at_or_above(
    said: Declared, day: date, path: str, grade: int | None
) -> None:
    named = said.why(day, path, grade).said
    assert named is None or named.path in upwards(path)


@pytest.mark.parametrize(
    ("day", "is_workday", "name"),
    [
        (date(2026, 2, 16), False, "春节"),
        (date(2026, 2, 14), True, "春节"),  # a Saturday made up for the holiday
        (date(2026, 2, 24), True, ""),
        (date(2026, 10, 10), True, "国庆节"),
        (date(2026, 10, 11), False, ""),
        (date(2020, 1, 31), False, "春节"),  # the holiday that was made longer
    ],
)
def test_the_law_names_holidays_and_the_days_that_make_up(
    day: date, is_workday: bool, name: str
) -> None:
    law = statutory(day)
    assert (law.is_workday, law.holiday_zh, law.published) == (is_workday, name, True)
    assert law.is_holiday == (bool(name) and not is_workday)
    assert law.is_make_up == (bool(name) and is_workday)


@given(st.dates(date(LAST_YEAR + 1, 1, 1), date(LAST_YEAR + 20, 1, 1)))
def test_a_year_not_published_is_the_plain_week_and_says_so(day: date) -> None:
    assert statutory(day).is_workday == (day.weekday() < 5)
    assert not statutory(day).published


@given(st.dates(date(2010, 1, 1), date(2040, 1, 1)))
def test_every_day_belongs_to_one_term(day: date) -> None:
    low, high = term_of(day).window
    assert low <= day <= high
