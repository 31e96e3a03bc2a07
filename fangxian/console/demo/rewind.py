"""The morning anew: everything that was told on the demo's day is taken back at once."""

from datetime import datetime
from typing import Final

from django.db import connection, transaction

from fangxian.console.demo.scenarios import START, moment
from fangxian.console.models import DemoMorning
from fangxian.kernel import clock
from fangxian.kernel.models import Installation

#: in an order that their foreign keys allow; the audit trail stays: it did happen
CLEARED: Final = ("check_line", "check_revision", "obligation_chase")
UNANSWER: Final = """
UPDATE obligation
SET told_at = NULL, received_at = NULL, answered_by = NULL, channel = NULL, on_behalf_of = NULL,
    accounted = NULL, excused_at = NULL, excused_by = NULL, cancelled_at = NULL, reason = NULL
WHERE day = %s AND (told_at IS NOT NULL OR excused_at IS NOT NULL OR cancelled_at IS NOT NULL)
"""


@transaction.atomic
def rewind(*, at: datetime) -> None:
    """Clear the demo's day and stand at its beginning; viewers see the change in one step."""
    morning = DemoMorning.objects.select_for_update().get()
    with connection.cursor() as cursor:
        for table in CLEARED:
            cursor.execute(f"DELETE FROM {table} WHERE day = %s", [morning.day])  # noqa: S608
        cursor.execute(UNANSWER, [morning.day])
    start = moment(morning.day, START)
    morning.rewind_asked, morning.played_until, morning.beaten_at = False, start, None
    morning.save(update_fields=["rewind_asked", "played_until", "beaten_at"])
    found = Installation.objects.get()
    Installation.set_clock(real_at=at, demo_at=start, speed=0, stop_at=found.clock_stop_at)
    clock.forget()
