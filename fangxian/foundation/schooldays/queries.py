"""Which days are school days, where. Later sources replace what stands behind these reads."""

from dataclasses import dataclass
from datetime import date, timedelta

from fangxian.foundation.schooldays.models import DayException
from fangxian.foundation.schooldays.rules import ordinarily_open
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel.access.scopes import subtree, within_any
from fangxian.kernel.places import Place, everywhere, nearest


def school_day(day: date) -> Place:
    """Where this day is a school day: Monday to Friday, with the exceptions entered for it."""
    declared = dict(DayException.objects.filter(day=day).values_list("unit_id", "is_open"))
    paths = (
        UnitVersion.objects.as_of(day).filter(unit_id__in=declared).values_list("unit_id", "path")
    )
    said = [(path, everywhere(declared[unit_id])) for unit_id, path in paths]
    return nearest(everywhere(ordinarily_open(day)), said)


@dataclass(frozen=True)
class CalendarDay:
    """A day as it stands at a unit: open or not, who said so, and whether units below differ."""

    day: date
    is_open: bool
    reason: str
    declared_by: UnitVersion | None
    declared_here: bool
    differing_below: int


def month(*, unit: UnitVersion, first: date, last: date, today: date) -> list[CalendarDay]:
    """The days from `first` to `last` at a unit, as the tree stands today."""
    ancestors = [int(part) for part in unit.path.strip("/").split("/")]
    rows = DayException.objects.filter(day__range=(first, last))
    above: dict[date, dict[int, DayException]] = {}
    for row in rows.filter(unit_id__in=ancestors):
        above.setdefault(row.day, {})[row.unit_id] = row
    below = _below(unit, first, last, today)
    names = {
        version.unit_id: version
        for version in UnitVersion.objects.as_of(today).filter(unit_id__in=ancestors)
    }
    return [
        _day(day, ancestors, above.get(day, {}), names, below.get(day, 0))
        for day in (first + timedelta(days=n) for n in range((last - first).days + 1))
    ]


def _below(unit: UnitVersion, first: date, last: date, today: date) -> dict[date, int]:
    """How many units below declared something of their own, by day."""
    found: dict[date, int] = {}
    units = UnitVersion.objects.as_of(today).filter(within_any([subtree(unit.path)]))
    rows = DayException.objects.filter(
        day__range=(first, last), unit_id__in=units.values("unit_id")
    ).exclude(unit_id=unit.unit_id)
    for day in rows.values_list("day", flat=True):
        found[day] = found.get(day, 0) + 1
    return found


def _day(
    day: date,
    ancestors: list[int],
    declared: dict[int, DayException],
    names: dict[int, UnitVersion],
    below: int,
) -> CalendarDay:
    nearest = next((declared[one] for one in reversed(ancestors) if one in declared), None)
    if nearest is None:
        return CalendarDay(day, ordinarily_open(day), "", None, False, below)
    here = nearest.unit_id == ancestors[-1]
    return CalendarDay(
        day, nearest.is_open, nearest.reason, names.get(nearest.unit_id), here, below
    )
