"""Who sends what: a delivery belongs to one sender at a time, and is settled once.

Claimed with SKIP LOCKED, so that two workers never take the same. A sender that died leaves its
deliveries "sending"; when their time is over they are tried once more, under the same key.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from fangxian.foundation.notices.rules import (
    LEASE,
    TOO_OLD,
    Failure,
    State,
    after_failure,
    retry_after,
)
from fangxian.foundation.notices.sending.outcomes import Outcome

DAYS_BACK = 3


@dataclass(frozen=True)
class Parcel:
    """A delivery as its sender holds it."""

    day: date
    id: int
    notice_id: int
    user_id: int
    robot_id: int | None
    channel: str
    lane: str
    urgent: bool
    is_test: bool
    attempts: int


DUE = """
d.day >= %(since)s
AND ((d.state = 'queued' AND d.not_before <= %(at)s
      AND (d.retry_at IS NULL OR d.retry_at <= %(real)s))
  OR (d.state = 'sending' AND d.retry_at <= %(real)s AND d.interrupted = 0))
"""

LANES = f"""
SELECT d.lane, bool_or(d.is_test), coalesce(max(l.failures), 0), max(l.open_until) > %(real)s,
       count(*)
FROM delivery d LEFT JOIN notices_lane l ON l.name = d.lane
WHERE {DUE} GROUP BY d.lane ORDER BY 3, 1
"""  # noqa: S608 (put together from the constants of this module)

CLAIM = f"""
WITH mine AS (
    SELECT d.day, d.id FROM delivery d
    WHERE d.lane = %(lane)s AND (d.is_test OR NOT %(only_tests)s) AND {DUE}
    ORDER BY d.is_test DESC, d.urgent DESC, d.not_before, d.id
    LIMIT %(most)s FOR UPDATE SKIP LOCKED
)
UPDATE delivery d
SET state = 'sending', attempts = d.attempts + 1, retry_at = %(lease)s,
    interrupted = d.interrupted + (d.state = 'sending')::int
FROM mine WHERE d.day = mine.day AND d.id = mine.id AND d.day >= %(since)s
RETURNING d.day, d.id, d.notice_id, d.user_id, d.robot_id, d.channel, d.lane, d.urgent,
          d.is_test, d.attempts
"""  # noqa: S608 (put together from the constants of this module)

RELEASE = """
UPDATE delivery SET state = 'queued', attempts = attempts - 1, retry_at = NULL
WHERE day = %s AND id = ANY (%s) AND state = 'sending'
"""

SETTLE = """
UPDATE delivery SET state = %s, sent_at = %s, retry_at = %s, last_error = %s
WHERE day = %s AND id = %s AND state = 'sending'
"""

GIVE_UP = """
UPDATE delivery d
SET state = 'given_up', retry_at = NULL,
    last_error = CASE WHEN d.state = 'queued' AND d.last_error <> '' THEN d.last_error
                      WHEN d.state = 'queued' THEN %(too_old)s ELSE %(interrupted)s END
WHERE d.day >= %(since)s
  AND ((d.state = 'queued' AND d.not_before < %(oldest)s)
    OR (d.state = 'sending' AND d.retry_at <= %(real)s AND d.interrupted > 0))
"""


@dataclass(frozen=True)
class Waiting:
    """A lane with something to send: how it fared lately, and whether it rests now."""

    lane: str
    has_tests: bool
    failures: int
    rests: bool
    count: int = 0


def waiting(*, at: datetime, real: datetime) -> list[Waiting]:
    """The lanes with something to send now, the healthy ones first."""
    with connection.cursor() as cursor:
        cursor.execute(LANES, {"since": _since(at), "at": at, "real": real})
        return [
            Waiting(lane, tests, failures, bool(rests), count)
            for lane, tests, failures, rests, count in cursor.fetchall()
        ]


@transaction.atomic
def claim(lane: str, *, most: int, only_tests: bool, at: datetime, real: datetime) -> list[Parcel]:
    """Take up to so many of a lane's deliveries that are due; urgent ones first."""
    asked: dict[str, Any] = {
        "lane": lane,
        "most": most,
        "only_tests": only_tests,
        "since": _since(at),
        "at": at,
        "real": real,
        "lease": real + LEASE,
    }
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, asked)
        taken = [Parcel(*row) for row in cursor.fetchall()]
    return sorted(taken, key=lambda one: (not one.is_test, not one.urgent, one.day, one.id))


def release(parcels: Iterable[Parcel]) -> None:
    """Put back what was taken and not tried."""
    days: dict[date, list[int]] = {}
    for parcel in parcels:
        days.setdefault(parcel.day, []).append(parcel.id)
    with connection.cursor() as cursor:
        for day, ids in days.items():
            cursor.execute(RELEASE, [day, ids])


def settle(parcel: Parcel, outcome: Outcome, *, at: datetime, real: datetime) -> None:
    """Keep what came of it: sent, to be tried again, given up, or not needed any more."""
    state, retry_at = State.SENT, None
    if outcome.failure is not None:
        state = after_failure(outcome.failure, parcel.attempts, is_test=parcel.is_test)
        retry_at = real + retry_after(parcel.attempts) if state is State.QUEUED else None
    sent_at = at if state is State.SENT else None
    with connection.cursor() as cursor:
        cursor.execute(
            SETTLE, [state.value, sent_at, retry_at, outcome.noted, parcel.day, parcel.id]
        )


def give_up(*, at: datetime, real: datetime) -> int:
    """Give up what is of no use any more, or was interrupted twice; returns how many."""
    asked: dict[str, Any] = {
        "since": at.date() - timedelta(days=10 * DAYS_BACK),
        "oldest": at - TOO_OLD,
        "real": real,
        "too_old": Failure.TOO_OLD.value,
        "interrupted": Failure.INTERRUPTED.value,
    }
    with connection.cursor() as cursor:
        cursor.execute(GIVE_UP, asked)
        return int(cursor.rowcount)


def _since(at: datetime) -> date:
    return at.date() - timedelta(days=DAYS_BACK)
