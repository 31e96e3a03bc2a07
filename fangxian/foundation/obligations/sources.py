"""Where a day's obligations are read from: their own rows or, long after, a school's packed month.

A day that may be packed is read from both, so that whatever has been unpacked to be corrected,
or is being packed, is seen in exactly one of them.
"""

from datetime import date, timedelta

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.datastructures import BaseTable

from fangxian.kernel import clock
from fangxian.kernel.access import subtree

#: so many days after its end a month is packed
KEPT_DAYS = 90

#: what a packed month keeps of each row, with its type, beside school, kind and day
KEPT = {
    "unit_id": "bigint",
    "bureau_id": "bigint",
    "path": "text",
    "subject": "text",
    "due_at": "timestamptz",
    "roll": "integer",
    "told_at": "timestamptz",
    "received_at": "timestamptz",
    "accounted": "integer",
    "channel": "text",
    "excused_at": "timestamptz",
    "reason": "text",
    "added_at": "timestamptz",
}
#: who answered is in the audit trail; here it is no longer needed
FORGOTTEN = {
    "answered_by": "bigint",
    "on_behalf_of": "text",
    "excused_by": "bigint",
    "cancelled_at": "timestamptz",
}


def month_of(day: date) -> date:
    """The first day of a day's month."""
    return day.replace(day=1)


def after(month: date) -> date:
    """The first day of the next month."""
    return month_of(month + timedelta(days=31))


def packed_before(today: date) -> date:
    """The first day of the first month that is not packed yet."""
    return month_of(today - timedelta(days=KEPT_DAYS))


def may_be_packed(day: date) -> bool:
    """Whether a day is so long ago that some of it may stand in packed months."""
    return day < packed_before(clock.today())


def source(first: date, last: date, path: str = "") -> str:
    """The rows of some days at and below a place, as what stands behind FROM; named obligation."""
    if not may_be_packed(first):
        return "obligation"
    low, high = subtree(path)
    columns = ", ".join(["day", "kind", "school_id", *KEPT, *FORGOTTEN])
    span = f"day BETWEEN DATE '{first.isoformat()}' AND DATE '{last.isoformat()}'"
    # A school is read when the place lies in it, as well as when it lies below the place.
    return f"""(
        SELECT {columns} FROM obligation WHERE {span}
        UNION ALL
        SELECT {columns} FROM ({unpacked(first, last)}) packed
        WHERE {span} AND (starts_with('{low}', school_path)
                          OR school_path >= '{low}' AND school_path < '{high}')
    ) AS obligation"""  # noqa: S608 (dates and paths of our own: digits and strokes)


def unpacked(first: date, last: date) -> str:
    """The rows that the packed months around some days hold, as a SELECT."""
    kept = ", ".join(f"e.{name}" for name in KEPT)
    forgotten = ", ".join(f"NULL::{kind} AS {name}" for name, kind in FORGOTTEN.items())
    arrays = ", ".join(f"m.{name}s" for name in ("day_number", *KEPT))
    names = ", ".join(("day_number", *KEPT))
    return f"""
        SELECT m.month + e.day_number - 1 AS day, m.kind, m.school_id, m.path AS school_path,
               {kept}, {forgotten}
        FROM obligation_month m CROSS JOIN LATERAL unnest({arrays}) AS e ({names})
        WHERE m.month BETWEEN DATE '{month_of(first).isoformat()}'
                          AND DATE '{month_of(last).isoformat()}'
    """  # noqa: S608


class BothTables(BaseTable):
    """The table of the ORM's own queries, for a day that may be packed."""

    def __init__(self, day: date) -> None:
        super().__init__("obligation", "obligation")
        self.day = day

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[str | int, ...]]:
        return source(self.day, self.day), ()

    def relabeled_clone(self, change_map: dict[str | None, str]) -> "BothTables":
        return self
