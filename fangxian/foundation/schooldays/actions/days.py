"""Declaring single days open or closed."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from fangxian.foundation.schooldays.actions.places import changeable, day_ahead, told
from fangxian.foundation.schooldays.models import DayException
from fangxian.foundation.schooldays.rules import SchooldayEvent
from fangxian.kernel import audit
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import NotFound
from fangxian.kernel.registry import calendar_changing


@transaction.atomic
def declare_day(
    *, unit_id: int, day: date, is_open: bool, reason: str, by: Actor, at: datetime
) -> DayException:
    """Say that today or a day to come is, or is not, a school day at a unit and below it."""
    path = changeable(unit_id, by, at).path
    day_ahead(day, at, "day")
    text = told(reason, "reason", 120, _("Say why, for who reads the calendar."))
    with calendar_changing(first=day, last=day, path=path, reason=text, by=by, at=at):
        row, _made = DayException.objects.update_or_create(
            unit_id=unit_id, day=day, defaults={"is_open": is_open, "reason": text}
        )
    audit.record(
        SchooldayEvent.DECLARED,
        by=by,
        at=at,
        unit_id=unit_id,
        path=path,
        subject=str(day),
        detail={"open": is_open, "reason": text},
    )
    return row


@transaction.atomic
def clear_day(*, unit_id: int, day: date, by: Actor, at: datetime) -> None:
    """Take back what was declared at a unit: what holds above it holds here again."""
    path = changeable(unit_id, by, at).path
    day_ahead(day, at, "day")
    found = DayException.objects.filter(unit_id=unit_id, day=day).first()
    if found is None:
        raise NotFound(_("Nothing is declared here for this day."))
    reason = _("Taken back: %(reason)s") % {"reason": found.reason}
    with calendar_changing(first=day, last=day, path=path, reason=reason, by=by, at=at):
        found.delete()
    audit.record(SchooldayEvent.CLEARED, by=by, at=at, unit_id=unit_id, path=path, subject=str(day))
