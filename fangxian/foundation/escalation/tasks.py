"""Background work: once a minute, what has come due is told."""

from procrastinate.contrib.django import app

from fangxian.foundation.escalation.sweep import sweep
from fangxian.kernel import clock
from fangxian.kernel.access import system


@app.periodic(cron="* * * * *")
@app.task(queue="default", queueing_lock="escalation_sweep", pass_context=False)
def sweep_rungs(timestamp: int) -> None:
    """Decide the rungs that have come due."""
    if clock.demo_clock() is not None:
        return  # a demo's morning tells them itself, when it has played what was answered
    sweep(at=clock.now(), by=system("escalation", []))
