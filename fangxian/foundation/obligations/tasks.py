"""Background work: the lists of the days to come are made ahead, so that silence has a row."""

from datetime import date, datetime, timedelta

from procrastinate.contrib.django import app

from fangxian.foundation.obligations.actions import has_lists, materialise_day
from fangxian.foundation.obligations.packing import pack
from fangxian.kernel import clock
from fangxian.kernel.access import system
from fangxian.kernel.partitions import ensure_day

DAYS_AHEAD = 2
PARTITIONS_AHEAD = 7
EVENING = 18


@app.periodic(cron="*/5 * * * *")
@app.task(queueing_lock="make_lists", pass_context=False)
def make_lists(timestamp: int) -> None:
    """Make today's lists if they are missing, and those of the days ahead."""
    if clock.demo_clock() is not None:
        return  # a demo makes the lists of its own day
    at = clock.now()
    by = system("obligations", [])
    for step in range(PARTITIONS_AHEAD + 1):
        ensure_day(at.date() + timedelta(days=step))
    for step in range(DAYS_AHEAD + 1):
        day = at.date() + timedelta(days=step)
        if looked_through(at) or not has_lists(day):
            materialise_day(day=day, at=at, by=by)


def looked_through(at: datetime) -> bool:
    """Whether lists made already are compared with the tree now: every hour of the evening, and
    to the last before midnight. Changes of the calendar do not wait for it."""
    return (at.hour >= EVENING and at.minute < 5) or (at.hour == 23 and at.minute >= 30)


@app.periodic(cron="20 3 * * *")
@app.task(queue="heavy", queueing_lock="pack_obligations", pass_context=False)
def pack_old(timestamp: int) -> None:
    """Pack the months that ended long enough ago, and let go of their partitions."""
    if clock.demo_clock() is None:
        pack(today=clock.today(), at=clock.now())


@app.task
def follow_later(day: str, at: str) -> None:
    """Have a day's lists follow a change of the calendar, as of the moment of the change."""
    by = system("obligations", [])
    materialise_day(day=date.fromisoformat(day), at=datetime.fromisoformat(at), by=by)
