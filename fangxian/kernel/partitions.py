"""The partitions of a day, made when the day is first written to."""

from __future__ import annotations

from datetime import date

from django.db import connection, transaction

_made: set[date] = set()


def ensure_day(day: date) -> None:
    """Make sure that every table partitioned by day can take rows of `day`; cheap when it can."""
    if day in _made:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT ensure_day(%s)", [day])
    # A rolled back transaction takes its partitions with it.
    transaction.on_commit(lambda: _made.add(day))


def forget() -> None:
    """Ask the database again; for tests, which throw databases away."""
    _made.clear()
