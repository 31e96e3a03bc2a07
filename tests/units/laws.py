"""What must hold of the tree on every day, whatever was done to it."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

from fangxian.foundation.units import rules
from fangxian.foundation.units.models import SCHOOL_KINDS, Unit, UnitVersion


def tree(day: date) -> dict[int, UnitVersion]:
    """The tree of a day by unit; fails where a unit stands twice."""
    rows = list(UnitVersion.objects.as_of(day).select_related("unit"))
    assert max(Counter(row.unit_id for row in rows).values(), default=0) <= 1
    assert len({row.code for row in rows}) == len(rows)
    return {row.unit_id: row for row in rows}


def days_of_change() -> list[date]:
    """Every day on which something changed, and the day before it."""
    found: set[date] = set()
    for valid_from, valid_to in UnitVersion.objects.values_list("valid_from", "valid_to"):
        found |= {valid_from, valid_from - timedelta(1), valid_to - timedelta(1)}
        if valid_to.year < 9999:
            found.add(valid_to)
    return sorted(found)


def check(days: Iterable[date]) -> None:
    """Assert the laws on each of the days."""
    units = list(Unit.objects.all())
    for day in days:
        rows = tree(day)
        # A unit stands in the tree exactly while it is open.
        assert set(rows) == {
            unit.pk
            for unit in units
            if unit.opened_on <= day and (unit.closed_on is None or day < unit.closed_on)
        }
        for row in rows.values():
            _check_row(row, rows)


def _check_row(row: UnitVersion, rows: dict[int, UnitVersion]) -> None:
    above = rows.get(row.reports_to_id or 0)
    assert row.path == f"{above.path if above else ''}{row.unit_id}/"
    assert rules.may_hang(row.kind, above.kind if above else None).allowed
    assert row.kind == row.unit.kind
    if row.kind in SCHOOL_KINDS:
        assert above is not None
        assert (row.school_id, row.bureau_id) == (row.unit_id, above.unit_id)
    elif row.kind in rules.PART_KINDS:
        assert above is not None
        assert (row.school_id, row.bureau_id) == (above.school_id, above.bureau_id)
    else:
        assert (row.school_id, row.bureau_id) == (None, None)
