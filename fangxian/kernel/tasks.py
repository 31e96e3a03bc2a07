"""Background work of the kernel."""

from procrastinate.contrib.django import app

from fangxian.kernel.audit import sealing


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="seal_audit", pass_context=False)
def seal_audit(timestamp: int) -> None:
    """Once a minute, seal what was done; what a long transaction delays comes a minute later."""
    sealing.seal()
