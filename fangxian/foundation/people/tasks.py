"""Background work: what a new day brings."""

from datetime import timedelta

from procrastinate.contrib.django import app

from fangxian.foundation.people.actions import turn_the_day
from fangxian.kernel import clock
from fangxian.kernel.access import system

#: how far back is looked for what a stopped worker left undone
DAYS_BACK = 7


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="turn_the_day", pass_context=False)
def people_turn_the_day(timestamp: int) -> None:
    """Carry out transfers whose day has come; rolls and places follow. Again changes nothing."""
    at = clock.now()
    turn_the_day(since=at.date() - timedelta(days=DAYS_BACK), by=system("people", []), at=at)
