"""The real divisions of the province and their dated codes, read from package data."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Final

KNOWN_FROM: Final = date(2019, 10, 31)  # the day of the oldest list: no claim about earlier days
OPEN_END: Final = date(9999, 12, 31)


@dataclass(frozen=True)
class Division:
    """What a province, city or county was called and coded for the days on which it held.

    `division` is one and the same through all changes of code; `parent` is the code above it.
    """

    division: str
    code: str
    name_zh: str
    name_en: str
    short_zh: str
    short_en: str
    pinyin: str
    initials: str
    level: str
    parent: str
    valid_from: date
    valid_to: date
    towns: int

    @property
    def spelt_short(self) -> tuple[str, str]:
        """The pinyin and initials of `short_zh`: 锦江 -> jinjiang, jj."""
        if self.short_zh == self.name_zh:
            return self.pinyin, self.initials
        spelt = self.short_en.lower().replace("'", "")
        return spelt, self.initials[: len(self.short_zh)]


@dataclass(frozen=True)
class Zone:
    """A functional zone: runs schools under a city, stands in a county, has no GB/T code."""

    code: str
    city: str
    county: str
    name_zh: str
    name_en: str
    short_zh: str
    short_en: str
    pinyin: str
    initials: str


@dataclass(frozen=True, slots=True)
class Node:
    """Where something hangs: a unit's id and path."""

    id: int
    path: str

    def below(self, unit_id: int) -> "Node":
        """The node of a unit that reports to this one."""
        return Node(unit_id, f"{self.path}{unit_id}/")


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (resources.files(f"{__package__}.data") / name).open(encoding="utf-8") as lines:
        yield from csv.DictReader(lines)


@cache
def all_divisions() -> tuple[Division, ...]:
    """Every division in every form it had, parents first, the earlier form first."""
    order = {"province": 0, "city": 1, "county": 2}
    found = [
        Division(
            **{name: row[name] for name in _NAMES},
            valid_from=date.fromisoformat(row["valid_from"]),
            valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else OPEN_END,
            towns=int(row["towns"] or 0),
        )
        for row in _rows("divisions.csv")
    ]
    return tuple(sorted(found, key=lambda d: (order[d.level], d.division, d.valid_from)))


_NAMES = (
    "division", "code", "name_zh", "name_en", "short_zh", "short_en", "pinyin", "initials",
    "level", "parent",
)  # fmt: skip


def divisions_as_of(day: date) -> tuple[Division, ...]:
    """The divisions as they stood on a day, parents first; none before `KNOWN_FROM`."""
    return tuple(d for d in all_divisions() if d.valid_from <= day < d.valid_to)


def forms_of(division: str) -> tuple[Division, ...]:
    """All forms of one division, the earliest first."""
    return tuple(d for d in all_divisions() if d.division == division)


@cache
def all_zones() -> tuple[Zone, ...]:
    """The functional zones of the demonstration."""
    return tuple(
        Zone(**{name: row[name] for name in Zone.__dataclass_fields__})
        for row in _rows("zones.csv")
    )
