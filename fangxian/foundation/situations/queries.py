"""What the response level in force demands, where, on a day."""

from dataclasses import dataclass
from datetime import date, timedelta

from fangxian.foundation.situations.models import ResponseLevel
from fangxian.foundation.situations.rules import LEVELS
from fangxian.foundation.units.models import OPEN_END, UnitVersion
from fangxian.kernel.places import Place, anywhere


def home_checks(day: date) -> Place:
    """Where everyone is asked at home, and every school reports, on days without school."""
    return _demanded(day, "home_checks")


def noon_checks(day: date) -> Place:
    """Where a second check is due at noon on school days."""
    return _demanded(day, "noon_checks")


def _demanded(day: date, what: str) -> Place:
    """Yes wherever a unit at or above demands it: below may be stricter, never laxer."""
    rows = ResponseLevel.objects.filter(valid_from__lte=day, valid_to__gt=day, **{what: True})
    paths = (
        UnitVersion.objects.as_of(day)
        .filter(unit_id__in=rows.values("unit_id"))
        .values_list("path", flat=True)
    )
    return anywhere(paths)


@dataclass(frozen=True)
class LevelHere:
    """A level as it bears on a unit: its own, or that of a unit above."""

    level: ResponseLevel
    unit: UnitVersion
    own: bool

    @property
    def roman(self) -> str:
        """I to IV."""
        return LEVELS[self.level.level]

    @property
    def last_day(self) -> date | None:
        """The last day it holds; None while nobody ended it."""
        end = self.level.valid_to
        return None if end == OPEN_END else end - timedelta(days=1)


def in_force(*, unit: UnitVersion, day: date) -> LevelHere | None:
    """The level that holds at a unit on a day: the gravest of its own and those above."""
    holding = [one for one in levels(unit=unit, since=day) if _holds(one.level, day)]
    return min(holding, key=lambda one: one.level.level, default=None)


def levels(*, unit: UnitVersion, since: date) -> list[LevelHere]:
    """The levels that bear on a unit from a day on, the unit's own first, then upwards."""
    ancestors = [int(part) for part in unit.path.strip("/").split("/")]
    above = {
        version.unit_id: version
        for version in UnitVersion.objects.as_of(since).filter(unit_id__in=ancestors)
    }
    rows = ResponseLevel.objects.filter(unit_id__in=above, valid_to__gt=since)
    found = [LevelHere(row, above[row.unit_id], row.unit_id == unit.unit_id) for row in rows]
    return sorted(found, key=lambda one: (-ancestors.index(one.unit.unit_id), one.level.valid_from))


def _holds(level: ResponseLevel, day: date) -> bool:
    return level.valid_from <= day < level.valid_to
