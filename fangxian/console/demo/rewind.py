"""The morning anew: everything that was told on the demo's day is taken back at once."""

from datetime import datetime

from django.db import connection, transaction

from fangxian.console.demo.scenarios import START, moment
from fangxian.console.models import DemoMorning
from fangxian.kernel import clock
from fangxian.kernel.models import Installation


@transaction.atomic
def rewind(*, at: datetime) -> None:
    """Clear the demo's day and stand at its beginning; the audit trail stays: it did happen."""
    morning = DemoMorning.objects.select_for_update().get()
    start = moment(morning.day, START)
    morning.rewind_asked, morning.played_until, morning.beaten_at = False, start, None
    morning.save(update_fields=["rewind_asked", "played_until", "beaten_at"])
    stop = Installation.objects.get().clock_stop_at
    Installation.set_clock(real_at=at, demo_at=start, speed=0, stop_at=stop)
    with connection.cursor() as cursor:
        cursor.execute("SELECT demo_clear_day(%s)", [morning.day])
    clock.forget()
