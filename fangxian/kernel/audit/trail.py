"""Writing the audit trail. Every action ends with one `record`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from django.db import connection
from psycopg.types.json import Jsonb

from fangxian.kernel.access import Actor
from fangxian.kernel.access.scopes import covers
from fangxian.kernel.audit import origin
from fangxian.kernel.clock import SHANGHAI
from fangxian.kernel.partitions import ensure_day


class Event(StrEnum):
    """Base of each room's own list of events; a value reads `room.happened`."""


INSERT = """
INSERT INTO audit_event (day, at, event, by_id, token_id, unit_id, path, subject, detail,
                         acting, address, purpose, persons)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
LONGEST_ACTING = 200


class Concerning(NamedTuple):
    """What an event was about: the unit, a thing in words to search for, facts of it, and whom.

    `persons` are ids of people whose data were seen or written; None where that is not said.
    """

    unit_id: int | None = None
    path: str = ""
    subject: str = ""
    detail: Mapping[str, Any] | None = None
    persons: Sequence[int] | None = None
    purpose: str = ""


def record(
    event: Event,
    *,
    by: Actor,
    at: datetime,
    unit_id: int | None = None,
    path: str = "",
    subject: str = "",
    detail: Mapping[str, Any] | None = None,
    persons: Sequence[int] | None = None,
    purpose: str = "",
) -> None:
    """Write one event in the caller's transaction.

    `subject` names the thing in words a person can search for; `detail` holds no name and no
    health fact, only what is needed to find the row again; `purpose` is why, where that was said.
    """
    about = Concerning(unit_id, path, subject, detail, persons, purpose)
    record_each(event, [about], by=by, at=at)


def seen(
    event: Event,
    persons: Sequence[int],
    *,
    by: Actor,
    at: datetime,
    unit_id: int | None,
    path: str,
    subject: str = "",
    detail: Mapping[str, Any] | None = None,
    purpose: str = "",
) -> None:
    """Write that personal data of these people were shown or handed out; for nobody, nothing."""
    if persons:
        about = Concerning(unit_id, path, subject, detail, persons, purpose)
        record_each(event, [about], by=by, at=at)


def record_each(event: Event, concerning: Sequence[Concerning], *, by: Actor, at: datetime) -> None:
    """Write an event for each of several units, in the caller's transaction."""
    day = at.astimezone(SHANGHAI).date()
    ensure_day(day)
    said = {"system": by.name} if by.user_id is None else {}
    address = origin.address()
    rows: list[list[Any]] = [
        [day, at, event.value, by.user_id, by.token_id, one.unit_id, one.path, one.subject,
         Jsonb({**said, **(one.detail or {})}), acting(by, one.path), address, one.purpose,
         None if one.persons is None else sorted(set(one.persons))]
        for one in concerning
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.executemany(INSERT, rows)


def acting(by: Actor, path: str) -> str:
    """The roles and units acted for, as in "head@123 auditor@7": those that reach the place.

    Empty for the system, and for a token, whose own record names its unit.
    """
    if by.user_id is None or by.token_id is not None:
        return ""
    reaching = [one for one in by.holdings if covers(one.path, path)] or by.holdings
    said = ""
    for word in sorted({f"{one.role}@{one.unit_id}" for one in reaching if one.unit_id}):
        if len(said) + len(word) < LONGEST_ACTING:
            said = f"{said} {word}".strip()
    return said
