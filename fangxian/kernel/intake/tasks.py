"""Imports are worked on in the background; what was broken off is taken up again."""

from procrastinate.contrib.django import app

from fangxian.kernel import clock
from fangxian.kernel.intake.models import Intake
from fangxian.kernel.intake.rules import WORKING


@app.task(queue="heavy")
def work(intake_id: int) -> None:
    """Take one import as far as it goes without a person."""
    from fangxian.kernel.intake.work import run  # Polars: only where rows are read

    run(intake_id, at=clock.now())


@app.periodic(cron="* * * * *")
@app.task(queue="heavy", queueing_lock="intake_resume", pass_context=False)
def resume(timestamp: int) -> None:
    """Go on with what a worker that died has left; nothing happens where one is at it."""
    for intake_id in Intake.objects.filter(state__in=WORKING).values_list("pk", flat=True):
        work(intake_id)


@app.periodic(cron="17 3 * * *")
@app.task(queueing_lock="intake_tidy", pass_context=False)
def tidy(timestamp: int) -> None:
    """Names do not lie about: an import that nobody goes on with is given up."""
    from fangxian.kernel.intake.actions import give_up_forgotten

    give_up_forgotten(at=clock.now())
