"""Noon, and not one of 25,000 schools has signed: every rung decided, every message queued.

On a day to come, so that no message goes out: each school has a reporter and a head, each bureau
an officer, all with an address. Measured is from the clock's stroke to the commit: once with the
deadline's own rung, once with the whole ladder at the same moment, as after a day's standstill.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bench import accounts, province
from bench.accounts import Connection
from bench.bars import at_most
from bench.counting import Lost
from bench.ground import Ground
from bench.processes import watched
from bench.province import REPORT
from bench.stats import Figures

MUST_SECONDS = 10.0
#: further on than the lists that the server makes by itself
AHEAD = timedelta(days=30)
#: the last rung of the defaults stands four hours after noon
NOON, LAST = 12, 16
POSTS = {
    "school_reporter": "v.school_id = v.unit_id",
    "head": "v.school_id = v.unit_id",
    "county_officer": "v.kind IN ('county', 'zone')",
    "city_officer": "v.kind = 'city'",
    "province_officer": "v.kind = 'province'",
}
UNITS = """
SELECT v.unit_id FROM units_unitversion v
WHERE {where} AND v.valid_from <= %(day)s AND v.valid_to > %(day)s"""
ADDRESSES = "UPDATE accounts_user SET email = username || '@example.cn' WHERE email = ''"
FORGET = (
    "DELETE FROM escalation_firing WHERE day = %(day)s",
    "DELETE FROM escalation_decided WHERE day = %(day)s",
    "DELETE FROM delivery WHERE day = %(day)s",
    "DELETE FROM notice WHERE day = %(day)s",
)
#: schools with neither a message nor an answer: there must be none
LEFT_OUT = """
SELECT count(*) FROM obligation o
WHERE o.day = %(day)s AND o.kind = 'daily_report' AND o.told_at IS NULL
  AND NOT EXISTS (SELECT FROM accounts_roleassignment a JOIN notice n ON n.user_id = a.user_id
                  WHERE a.unit_id = o.school_id AND n.day = %(day)s)"""


@dataclass(frozen=True)
class Stroke:
    """What a sweep at one moment took and made."""

    seconds: float
    firings: int
    notices: int
    deliveries: int

    def line(self) -> str:
        """For the terminal."""
        return (
            f"{self.firings:,} firings, {self.notices:,} notices, {self.deliveries:,} deliveries "
            f"in {self.seconds:.1f} s"
        )


def escalation_sweep(ground: Ground) -> None:
    """Seconds until everything is queued; each silent school must have been told of."""
    day = ground.today + AHEAD
    with ground.database() as connection:
        schools = _people(connection, day, ground.at())
    province.open_day(day, ground.at(), (REPORT,))
    with (
        ground.database() as connection,
        _mail(),
        watched(ground.installation.processes) as taken,
    ):
        connection.execute("ANALYZE obligation")
        noon = _told(ground, connection, day, NOON, "at noon")
        for statement in FORGET:
            connection.execute(statement, {"day": day})
        whole = _told(ground, connection, day, LAST, "the whole ladder at once")
        again = _sweep(day, LAST)
    if again.firings or again.notices:
        raise Lost(f"a second sweep told again: {again.line()}")
    if noon.firings < schools:
        raise Lost(f"{schools:,} schools are silent, {noon.firings:,} were decided")
    slow = max(noon.seconds, whole.seconds) * 1000
    per_second = whole.notices / whole.seconds
    figures = Figures(
        "escalation_sweep", "notices/s", per_second, noon.seconds * 1000, slow, taken.mib
    )
    works = (("at noon", noon), ("whole ladder", whole))
    verdicts = [
        at_most(f"{schools:,} silent schools, {name}", one.seconds, MUST_SECONDS, "{:.1f} s")
        for name, one in works
    ]
    ground.report(figures, verdicts)


def _told(ground: Ground, connection: Connection, day: date, hour: int, name: str) -> Stroke:
    stroke = _sweep(day, hour)
    ground.say(f"  {name}: {stroke.line()}")
    row = connection.execute(LEFT_OUT, {"day": day}).fetchone()
    if row is None or row[0]:
        raise Lost(f"{name}: {row and row[0]} silent schools of which nobody was told")
    if stroke.deliveries < stroke.notices:
        raise Lost(f"{name}: {stroke.notices - stroke.deliveries} notices without a delivery")
    return stroke


def _sweep(day: date, hour: int) -> Stroke:
    from fangxian.foundation.escalation.sweep import sweep
    from fangxian.kernel.access import system
    from fangxian.kernel.clock import SHANGHAI

    at = datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI)
    begun = time.monotonic()
    found = sweep(at=at, by=system("bench", []), days=[day])
    seconds = time.monotonic() - begun
    return Stroke(
        seconds,
        sum(one.firings for one in found),
        sum(one.notices for one in found),
        sum(one.deliveries for one in found),
    )


def _people(connection: Connection, day: date, at: datetime) -> int:
    """Somebody in every post, each with an address; returns how many schools there are."""
    schools = 0
    for role, where in POSTS.items():
        rows = connection.execute(UNITS.format(where=where), {"day": day}).fetchall()
        accounts.enrol(connection, role, [row[0] for row in rows], at)
        schools = len(rows) if role == "head" else schools
    connection.execute(ADDRESSES)
    connection.execute("ANALYZE accounts_user")
    return schools


@contextmanager
def _mail() -> Iterator[None]:
    """E-mail counts as set up, in this process alone: deliveries are planned."""
    from django.conf import settings

    before = settings.FANGXIAN
    settings.FANGXIAN = before.model_copy(update={"smtp_host": "127.0.0.1"})
    try:
        yield
    finally:
        settings.FANGXIAN = before
