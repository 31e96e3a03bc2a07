"""Background work: once a night, what has expired goes."""

from procrastinate.contrib.django import app

from fangxian.foundation.retention import actions
from fangxian.kernel import clock
from fangxian.kernel.access import system
from fangxian.kernel.access.rowscope import everywhere


@app.periodic(cron="40 3 * * *")
@app.task(queue="heavy", queueing_lock="retention", lock="retention", pass_context=False)
@everywhere("what expires in the whole province")
def remove_expired(timestamp: int) -> None:
    """Go through every term; a run that a killed worker left is gone on with."""
    if clock.demo_clock() is None:
        actions.run(at=clock.now(), real=clock.real_now(), by=system("retention", []))
