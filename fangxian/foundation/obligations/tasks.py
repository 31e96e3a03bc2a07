"""Background work: the lists of the days to come are made ahead, so that silence has a row."""

from datetime import timedelta

from procrastinate.contrib.django import app

from fangxian.foundation.obligations.actions import materialise_day
from fangxian.kernel import clock
from fangxian.kernel.access import system
from fangxian.kernel.partitions import ensure_day

DAYS_AHEAD = 2
PARTITIONS_AHEAD = 7


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
        materialise_day(day=at.date() + timedelta(days=step), at=at, by=by)
