"""Background work: deliveries are sent as soon as they are planned, and looked for each minute."""

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from fangxian.foundation.notices import sending
from fangxian.kernel import clock

QUEUE = "notices"
LOCK = "deliver"


@app.periodic(cron="* * * * *")
@app.task(queue=QUEUE, queueing_lock="look_for_deliveries", pass_context=False)
def look_for_deliveries(timestamp: int) -> None:
    """Once a minute: what was put off until now, and what is to be tried again."""
    deliver.func()


@app.task(queue=QUEUE, queueing_lock=LOCK)
def deliver() -> None:
    """Send what is due; go on at once where the time was too short for all of it."""
    if sending.run(at=clock.now(), real=clock.real_now()):
        begin_soon()


def begin_soon() -> None:
    """Have the worker look for deliveries now."""
    try:
        with transaction.atomic():
            deliver.defer()
    except AlreadyEnqueued:
        pass  # somebody asked already
