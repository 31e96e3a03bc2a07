"""Writing the audit trail. Every action ends with one `record`."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

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
    facts = dict(detail or {})
    if by.user_id is None:
        facts.setdefault("system", by.name)
    day = at.astimezone(SHANGHAI).date()
    ensure_day(day)
    row: list[Any] = [
        day,
        at,
        event.value,
        by.user_id,
        by.token_id,
        unit_id,
        path,
        subject,
        Jsonb(facts),
    ]
    with connection.cursor() as cursor:
        cursor.execute(INSERT, row)
