"""Background work: large exports are made, and what is past its time is removed."""

from procrastinate.contrib.django import app

from fangxian.exchange.exports import actions, work
from fangxian.kernel import clock
from fangxian.kernel.access import system
from fangxian.kernel.access.rowscope import everywhere


@app.task(queue="heavy")
@everywhere("an export is made for whoever asked; what it shows is read in their own scope")
def make_export(export_id: int) -> None:
    """Make one file, as its asker may see things."""
    work.make(export_id, at=clock.now())


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="exports_expire", pass_context=False)
@everywhere("whoever's files are past their time")
def expire_exports(timestamp: int) -> None:
    """Files do not lie about."""
    actions.expire(by=system("exports", []), at=clock.now())
