"""The dictionary of indicators: what a daily report says, declared by the rooms that know it.

A room puts a `figures.py` beside its models with one `CONTRIBUTION`; it is collected at
start-up. What is declared becomes a version of the dictionary when it changes, and a signed
report names the version it attests.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache, cached_property
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.utils import translation
from django.utils.functional import Promise

from fangxian.foundation.units.models import Population

ROOMS = "fangxian."
ALWAYS = date(2000, 1, 1)
MARGIN = timedelta(minutes=10)  # longer than any transaction lives, or two clocks differ
POPULATIONS = (Population.STUDENTS, Population.STAFF, Population.CONTRACTORS)


class Measure(StrEnum):
    """What is counted: how it stands now, or what became known since the last signature."""

    CURRENT = "current"
    NEW = "new"


class Section(StrEnum):
    """Where on the page an indicator stands."""

    ROLL = "roll"
    PLACE = "place"
    ABSENCE = "absence"
    HEALTH = "health"
    NEW = "new"


@dataclass(frozen=True)
class Indicator:
    """One thing that a report says of each population, as a number of people.

    `zero` = a full zero report states that it is 0. `about_health` = small numbers are masked
    outside the chain of duty; `complement` = masked with them, since the masked number could be
    told from it. Valid from `effective_from` until the day before `effective_to`.
    """

    code: str
    name: "str | Promise"
    definition: "str | Promise"
    section: Section
    measure: Measure = Measure.CURRENT
    zero: bool = False
    about_health: bool = False
    complement: bool = False
    unit: str = "people"
    effective_from: date = ALWAYS
    effective_to: date | None = None

    def in_force(self, day: date) -> bool:
        """Whether it is asked for on a day."""
        return self.effective_from <= day and (self.effective_to is None or day < self.effective_to)


@dataclass(frozen=True)
class Window:
    """One school's span of news: what was not yet known at `since`.

    `edge` lists, by room, what the report signed at `since` had seen of what came in the last
    minutes before it (`MARGIN`). What came in those minutes and is not listed was committed
    after the signature, or by a server whose clock is behind: it is still news.
    """

    school_id: int
    since: datetime
    edge: Mapping[str, Sequence[int]]


@dataclass(frozen=True)
class Scope:
    """Which schools are counted: those with a window, all within one range of paths."""

    day: date
    windows: Sequence[Window]
    low: str
    high: str

    @cached_property
    def school_ids(self) -> list[int]:
        return [window.school_id for window in self.windows]


@dataclass(frozen=True)
class Counted:
    """The figures of one population of one school, in the order of the contribution's codes."""

    school_id: int
    population: str
    values: Sequence[int | None]


@dataclass(frozen=True)
class Covered:
    """For whom a school's groups have answered so far, of those that owe an answer that day.

    `people_total` is None where a silent group's roll is not known, `people_accounted` where
    no group has answered.
    """

    school_id: int
    groups_expected: int
    groups_answered: int
    people_total: int | None
    people_accounted: int | None


@dataclass(frozen=True)
class Person:
    """One person behind a figure, in words; only for those inside the school."""

    name: str
    facts: Sequence["str | Promise"]


@dataclass(frozen=True)
class Behind:
    """One group behind a figure: what it counts, and the people it tells of."""

    unit_id: int
    value: int
    told_at: datetime
    people: Sequence[Person]


@dataclass(frozen=True)
class Contribution:
    """What a room adds to the report. Every callable answers for all schools of a scope at once.

    `figures(scope)`: the counts. `cover(scope)`: which groups have answered (one room only).
    `edge(school_ids, after)`: what of this room was already seen within the margin, by school.
    `behind(scope, code, population, names)`: the groups behind one figure of one school, with
    the people only when `names`.
    """

    room: str
    indicators: Sequence[Indicator]
    figures: Callable[[Scope], Iterable[Counted]]
    edge: Callable[[Sequence[int], datetime], Mapping[int, Sequence[int]]]
    behind: Callable[[Scope, str, str, bool], Sequence[Behind]]
    cover: Callable[[Scope], Iterable[Covered]] | None = None


@dataclass(frozen=True)
class Cell:
    """One position in the figures of a report: an indicator for a population."""

    code: str
    population: str


@cache
def contributions() -> tuple[Contribution, ...]:
    """Every room's contribution, in the order of the installed rooms."""
    found = [
        import_module(f"{app.name}.figures").CONTRIBUTION
        for app in apps.get_app_configs()
        if app.name.startswith(ROOMS) and find_spec(f"{app.name}.figures")
    ]
    return tuple(found)


@cache
def indicators() -> Mapping[str, Indicator]:
    """Every declared indicator by its code, in the order of declaration."""
    found: dict[str, Indicator] = {}
    for contribution in contributions():
        for indicator in contribution.indicators:
            if indicator.code in found:
                raise ValueError(f"two rooms declare the indicator {indicator.code}")
            found[indicator.code] = indicator
    return found


def content() -> list[dict[str, Any]]:
    """What the dictionary says now, as it is kept: one entry a cell, in the order of figures."""
    with translation.override("en"):
        return [
            _entry(contribution.room, indicator, population)
            for contribution in contributions()
            for indicator in contribution.indicators
            for population in POPULATIONS
        ]


def _entry(room: str, indicator: Indicator, population: Population) -> dict[str, Any]:
    until = indicator.effective_to
    return {
        "code": indicator.code,
        "population": population.value,
        "name": str(indicator.name),
        "definition": str(indicator.definition),
        "unit": indicator.unit,
        "measure": indicator.measure.value,
        "zero": indicator.zero,
        "about_health": indicator.about_health,
        "room": room,
        "effective_from": indicator.effective_from.isoformat(),
        "effective_to": until.isoformat() if until else None,
    }


def digest(entries: Sequence[Mapping[str, Any]]) -> bytes:
    """SHA-256 of a dictionary: two that say the same are the same version."""
    text = json.dumps(entries, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).digest()


@dataclass(frozen=True)
class Dictionary:
    """A version of the dictionary, ready for use."""

    number: int
    cells: tuple[Cell, ...]
    zero_cells: tuple[int, ...]
    new_cells: tuple[int, ...]
    health_cells: frozenset[int]

    @cached_property
    def position(self) -> Mapping[Cell, int]:
        """Where each cell stands in the figures."""
        return {cell: index for index, cell in enumerate(self.cells)}

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The codes in order."""
        return tuple(dict.fromkeys(cell.code for cell in self.cells))


def dictionary_from(number: int, entries: Sequence[Mapping[str, Any]]) -> Dictionary:
    """A version as it was recorded."""
    return Dictionary(
        number=number,
        cells=tuple(Cell(entry["code"], entry["population"]) for entry in entries),
        zero_cells=tuple(i for i, entry in enumerate(entries) if entry["zero"]),
        new_cells=tuple(i for i, e in enumerate(entries) if e["measure"] == Measure.NEW),
        health_cells=frozenset(i for i, entry in enumerate(entries) if entry["about_health"]),
    )
