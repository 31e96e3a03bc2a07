"""Working on one import alone, and telling from outside the work's transaction how far it is.

A second connection holds a lock as long as the process lives and writes the progress, so that a
page that is loaded anew sees it; by the same statement it learns that the person gave up.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Final

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.errors import LockNotAvailable

WORK_LOCK: Final = 4_711_003
WRITE_LOCK: Final = 4_711_004
PERIOD_SECONDS: Final = 0.4


class Cancelled(Exception):
    """The person has given the import up."""


class Progress:
    """How far the work is, on a connection of its own."""

    def __init__(self, intake_id: int, other: BaseDatabaseWrapper) -> None:
        self._id = intake_id
        self._other = other
        self._told = 0.0
        self._phase = ""

    def phase(self, name: str, total: int = 0) -> None:
        """A new part of the work begins."""
        self._phase = name
        self._tell(0, total)

    def at(self, done: int, total: int) -> None:
        """So much of it is done; raises Cancelled when the person has given up."""
        if monotonic() - self._told >= PERIOD_SECONDS:
            self._tell(done, total)

    def _tell(self, done: int, total: int) -> None:
        self._told = monotonic()
        with self._other.cursor() as cursor:
            try:
                cursor.execute(
                    "UPDATE intake_intake SET phase = %s, done = %s, total = %s WHERE id = %s "
                    "RETURNING cancel_asked",
                    [self._phase, done, total, self._id],
                )
            except LockNotAvailable:
                return  # somebody is about to change it: told at the next step
            if cursor.fetchone() == (True,):
                raise Cancelled


@contextmanager
def held(intake_id: int) -> Iterator[Progress | None]:
    """Work on an import; None when another process does."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [WORK_LOCK, intake_id])
            ours = cursor.fetchone() == (True,)
        yield Progress(intake_id, other) if ours else None
    finally:
        other.close()


def nobody_works(intake_id: int) -> bool:
    """Whether no process works on an import; while the caller's transaction lasts, none begins."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [WORK_LOCK, intake_id])
        found: tuple[bool] | None = cursor.fetchone()
        return found == (True,)


def writing_alone(intake_id: int) -> None:
    """Wait in this transaction until a write that died has ended in the database too.

    The server notices within two seconds that the process behind a statement is gone.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('client_connection_check_interval', '2s', true)")
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [WRITE_LOCK, intake_id])
