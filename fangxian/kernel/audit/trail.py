"""Writing the audit trail. Every action ends with one `record`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from django.db import connection
from psycopg.types.json import Jsonb

from fangxian.kernel.access import Actor
from fangxian.kernel.clock import SHANGHAI
from fangxian.kernel.partitions import ensure_day


class Event(StrEnum):
    """Base of each room's own list of events; a value reads `room.happened`."""


INSERT = """
INSERT INTO audit_event (day, at, event, by_id, token_id, unit_id, path, subject, detail)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


class Concerning(NamedTuple):
    """What an event was about: the unit, a thing in words to search for, and facts of it."""

    unit_id: int | None = None
    path: str = ""
    subject: str = ""
    detail: Mapping[str, Any] | None = None


def record(
    event: Event,
    *,
    by: Actor,
    at: datetime,
    unit_id: int | None = None,
    path: str = "",
    subject: str = "",
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Write one event in the caller's transaction.

    `subject` names the thing in words a person can search for; `detail` holds no name and no
    health fact, only what is needed to find the row again.
    """
    record_each(event, [Concerning(unit_id, path, subject, detail)], by=by, at=at)


def record_each(event: Event, concerning: Sequence[Concerning], *, by: Actor, at: datetime) -> None:
    """Write an event for each of several units, in the caller's transaction."""
    day = at.astimezone(SHANGHAI).date()
    ensure_day(day)
    said = {"system": by.name} if by.user_id is None else {}
    rows: list[list[Any]] = [
        [day, at, event.value, by.user_id, by.token_id, one.unit_id, one.path, one.subject,
         Jsonb({**said, **(one.detail or {})})]
        for one in concerning
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.executemany(INSERT, rows)
