"""Counting what has expired, and taking it in batches; by the same condition."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from fangxian.kernel import clock
from fangxian.kernel.privacy import Expiry
from fangxian.kernel.privacy.expiry import Unit
from fangxian.norms import Term

BATCH = 5_000

PARTITIONS = """
SELECT to_date(right(c.relname, 8), 'YYYYMMDD') AS day
FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = %s::regclass AND c.relname ~ '_p[0-9]{8}$' ORDER BY day
"""


@dataclass(frozen=True)
class Due:
    """What a term reaches on a day: everything before `before`."""

    expiry: Expiry
    before: date
    values: dict[str, Any]


@dataclass(frozen=True)
class Batch:
    """What one step took. `stuck`: a day that somebody was reading, left for the next run."""

    rows: int = 0
    days: int = 0
    stuck: bool = False


def due(expiry: Expiry, term: Term, *, today: date, real: datetime) -> Due:
    """What a term reaches: `today` is the domain's, `real` the machine's time."""
    before = term.end(today)
    edge: date | datetime = before
    if expiry.unit is Unit.MOMENT:
        edge = clock.midnight(before)
    elif expiry.unit is Unit.REAL_MOMENT:
        length = today - before
        edge = real - length
    return Due(expiry, before, {"before": edge, "today": today})


def count(one: Due) -> Batch:
    """How much would be taken now; nothing is changed."""
    with connection.cursor() as cursor:
        if one.expiry.by_day:
            days = [day for day in _days(cursor, one.expiry.table) if day < one.before]
            return Batch(sum(_rows_of(cursor, one.expiry.table, day) for day in days), len(days))
        cursor.execute(
            f"SELECT count(*) FROM {one.expiry.table} WHERE {one.expiry.where}",  # noqa: S608
            one.values,
        )
        return Batch(int(cursor.fetchone()[0]))


def take(one: Due) -> Iterator[Batch]:
    """Take what has expired, each step in a transaction of its own; the caller notes it there.

    Yields inside the transaction of the step.
    """
    steps = _take_days(one) if one.expiry.by_day else _take_rows(one)
    yield from steps


def _days(cursor: Any, table: str) -> list[date]:
    cursor.execute(PARTITIONS, [f"public.{table}"])
    return [row[0] for row in cursor.fetchall()]


def _rows_of(cursor: Any, table: str, day: date) -> int:
    cursor.execute(f"SELECT count(*) FROM {table} WHERE day = %s", [day])  # noqa: S608
    return int(cursor.fetchone()[0])


def _take_days(one: Due) -> Iterator[Batch]:
    with connection.cursor() as cursor:
        days = [day for day in _days(cursor, one.expiry.table) if day < one.before]
    for day in days:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT drop_expired_day(%s, %s)", [one.expiry.table, day])
            rows = cursor.fetchone()[0]
            yield Batch(stuck=True) if rows is None else Batch(int(rows), 1)


def _take_rows(one: Due) -> Iterator[Batch]:
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            chosen = _chosen(cursor, one)
            if not chosen:
                return
            keys = _still(cursor, one, chosen)
            kept = one.values | {"keys": keys}
            for statement in one.expiry.also:
                cursor.execute(statement, kept)
            cursor.execute(_last_statement(one.expiry), kept)
            yield Batch(cursor.rowcount)


def _chosen(cursor: Any, one: Due) -> list[Any]:
    """The keys of a batch, locked."""
    expiry = one.expiry
    cursor.execute(
        f"SELECT {expiry.key} FROM {expiry.table} WHERE {expiry.where} "  # noqa: S608
        f"ORDER BY {expiry.key} LIMIT {BATCH} FOR UPDATE",
        one.values,
    )
    return [row[0] for row in cursor.fetchall()]


def _still(cursor: Any, one: Due, keys: list[Any]) -> list[Any]:
    """Asked again now that they are locked: somebody may have taken up a duty meanwhile."""
    expiry = one.expiry
    cursor.execute(
        f"SELECT {expiry.key} FROM {expiry.table} "  # noqa: S608
        f"WHERE {expiry.key} = ANY(%(keys)s) AND ({expiry.where})",
        one.values | {"keys": keys},
    )
    return [row[0] for row in cursor.fetchall()]


def _last_statement(expiry: Expiry) -> str:
    where = f"WHERE {expiry.key} = ANY(%(keys)s) AND ({expiry.where})"
    if expiry.change:
        return f"UPDATE {expiry.table} SET {expiry.change} {where}"  # noqa: S608
    return f"DELETE FROM {expiry.table} {where}"  # noqa: S608
