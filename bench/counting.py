"""Whether everything that was acknowledged is in the tables."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import psycopg

from bench.stats import Load

COUNTED = """
SELECT (SELECT count(*) FROM check_revision WHERE day = %(day)s AND is_current),
       (SELECT count(*) FROM obligation
        WHERE day = %(day)s AND told_at IS NOT NULL AND kind LIKE 'check.%%'),
       (SELECT count(*) FROM audit_event WHERE event = 'checks.recorded')"""

BUSY = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND right(usename, 4) = '_web'
  AND state <> 'idle'"""
SETTLE_SECONDS = 0.1


class Lost(Exception):
    """Something that was acknowledged is not in the tables, or something else went wrong."""


@dataclass(frozen=True)
class Tally:
    """How many rows of each there are: a check leaves one of every kind."""

    revisions: int
    answered: int
    events: int

    def __sub__(self, other: Tally) -> Tally:
        """The rows added since."""
        return Tally(
            self.revisions - other.revisions,
            self.answered - other.answered,
            self.events - other.events,
        )


NAMES = {
    "revisions": "current revisions",
    "answered": "answered obligations",
    "events": "audit events",
}


def tally(connection: psycopg.Connection[Any], day: date) -> Tally:
    """The rows there are now for the checks of a day."""
    row = connection.execute(COUNTED, {"day": day}).fetchone()
    assert row is not None
    return Tally(*row)


def faults(load: Load, added: Tally, *, each: int = 1, expected: int = 201) -> Iterator[str]:
    """Everything that is wrong with a run that wrote: refusals, lost rows, rows too many.

    A request that was under way when the run ended may have been kept without its answer being
    counted: rows between what was acknowledged and what was sent are right.
    """
    if load.exhausted:
        yield "the prepared requests ran out before the end of the run"
    if load.failed:
        yield f"{load.refused} refused, {load.broken} without an answer: {load.refusal}"
    if expected == 201 and load.accepted:
        yield f"{load.accepted} answers 200 to checks that were new"
    for field in fields(Tally):
        rows, name = getattr(added, field.name), NAMES[field.name]
        if rows < load.created * each:
            yield f"{load.created * each} acknowledged, but only {rows} {name}"
        if rows > load.sent * each:
            yield f"{load.sent * each} sent, but {rows} {name}"


def require(load: Load, added: Tally, *, each: int = 1) -> None:
    """Fail the benchmark when anything was lost."""
    found = list(faults(load, added, each=each))
    if found:
        raise Lost("; ".join(found))


def settle(connection: psycopg.Connection[Any], patience: float = 5.0) -> None:
    """Wait until no statement of the web server is under way any more."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        row = connection.execute(BUSY).fetchone()
        if row == (0,):
            return
        time.sleep(SETTLE_SECONDS)
