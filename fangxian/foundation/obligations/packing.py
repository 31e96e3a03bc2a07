"""Packing: long after its end a month becomes one row for each school and kind.

The row still answers who was silent on which day; every reader sees it through `sources`. When
something of it is to be corrected after all, the school's month is unpacked first, and packed
again some night.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from fangxian.foundation.obligations.models import ObligationDay
from fangxian.foundation.obligations.sources import (
    KEPT,
    after,
    may_be_packed,
    month_of,
    packed_before,
    unpacked,
)
from fangxian.foundation.units.models import UnitVersion

SCHOOL_PATH = """left(min(path), strpos('/' || min(path), '/' || school_id || '/')
                                 + length(school_id::text))"""
PACK = f"""
WITH taken AS (
    DELETE FROM obligation
    WHERE day >= %(month)s AND day < %(end)s AND kind = %(kind)s AND bureau_id = %(bureau)s
    RETURNING *
)
INSERT INTO obligation_month
    (month, kind, school_id, path, packed_at, {", ".join(f"{n}s" for n in ("day_number", *KEPT))})
SELECT %(month)s, kind, school_id, {SCHOOL_PATH}, %(at)s,
       array_agg(extract(day FROM day)::smallint ORDER BY day, path),
       {", ".join(f"array_agg({name}::{kind} ORDER BY day, path)" for name, kind in KEPT.items())}
FROM taken WHERE cancelled_at IS NULL GROUP BY kind, school_id
"""  # noqa: S608 (only our own names are put together; every value is a parameter)
UNPACK = """
INSERT INTO obligation (day, kind, school_id, {columns})
SELECT day, kind, school_id, {columns} FROM ({unpacked}) packed
WHERE kind = %(kind)s AND school_id = %(school)s
"""
BUREAUS = """
SELECT DISTINCT bureau_id FROM obligation
WHERE day >= %(month)s AND day < %(end)s AND kind = %(kind)s ORDER BY 1
"""
EMPTY_DAYS = "SELECT DISTINCT day FROM obligation_day WHERE day < %s ORDER BY day"


def pack(*, today: date, at: datetime) -> int:
    """Pack every month that ended long enough ago; returns the rows of months made.

    Bureau by bureau, each in a transaction of its own: it may stop anywhere and go on later.
    """
    before = packed_before(today)
    made = sum(_pack(month, kind, at) for month, kind in _lists(before))
    _drop(before)
    return made


def _lists(before: date) -> Iterator[tuple[date, str]]:
    days = ObligationDay.objects.filter(day__lt=before).values_list("day", "kind")
    yield from sorted({(month_of(day), kind) for day, kind in days})


def _pack(month: date, kind: str, at: datetime) -> int:
    values: dict[str, Any] = {"month": month, "end": after(month), "kind": kind, "at": at}
    with connection.cursor() as cursor:
        cursor.execute(BUREAUS, values)
        bureaus = [row[0] for row in cursor.fetchall()]
    made = 0
    for bureau in bureaus:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(PACK, values | {"bureau": bureau})
            made += int(cursor.rowcount)
    return made


def _drop(before: date) -> None:
    """Let go of the partitions that hold nothing any more."""
    with connection.cursor() as cursor:
        cursor.execute(EMPTY_DAYS, [before])
        days = [row[0] for row in cursor.fetchall()]
        for day in days:
            cursor.execute("SELECT drop_obligation_day(%s)", [day])


@transaction.atomic
def unpack(*, kind: str, unit_id: int, day: date) -> bool:
    """Make rows again of the month of a unit's school, to correct one; False if it was not packed.

    Of two who come at once the second waits, and finds the rows.
    """
    if not may_be_packed(day):
        return False
    school = UnitVersion.objects.as_of(day).filter(unit_id=unit_id).first()
    if school is None or school.school_id is None:
        return False
    month = month_of(day)
    values: dict[str, Any] = {"month": month, "kind": kind, "school": school.school_id}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM obligation_month "
            "WHERE month = %(month)s AND kind = %(kind)s AND school_id = %(school)s FOR UPDATE",
            values,
        )
        if cursor.fetchone() is None:
            return False
        for step in range((after(month) - month).days):
            # Asked of the database itself: this process may remember a partition that is gone.
            cursor.execute("SELECT ensure_day(%s)", [month + timedelta(days=step)])
        columns = ", ".join(KEPT)
        cursor.execute(UNPACK.format(columns=columns, unpacked=unpacked(month, month)), values)
        cursor.execute(
            "DELETE FROM obligation_month "
            "WHERE month = %(month)s AND kind = %(kind)s AND school_id = %(school)s",
            values,
        )
    return True
