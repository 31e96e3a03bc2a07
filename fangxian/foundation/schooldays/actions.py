"""Declaring days open or closed, for a unit and everything below it."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from fangxian.foundation.schooldays.models import DayException
from fangxian.foundation.schooldays.rules import (
    SchooldayEvent,
    SchooldayPermission,
    may_change,
)
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel import audit
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import Invalid, NotFound
from fangxian.kernel.registry import calendar_changed


@transaction.atomic
def declare_day(
    *, unit_id: int, day: date, is_open: bool, reason: str, by: Actor, at: datetime
) -> DayException:
    """Say that a day to come is, or is not, a school day at a unit and below it, and why."""
    path = _changeable(unit_id, day, by, at)
    text = reason.strip()[:120]
    if not text:
        message = _("Say why, for who reads the calendar.")
        raise Invalid(message, {"reason": [message]})
    row, _made = DayException.objects.update_or_create(
        unit_id=unit_id, day=day, defaults={"is_open": is_open, "reason": text}
    )
    calendar_changed(first=day, last=day, path=path, by=by, at=at)
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
    path = _changeable(unit_id, day, by, at)
    removed, _kinds = DayException.objects.filter(unit_id=unit_id, day=day).delete()
    if not removed:
        raise NotFound(_("Nothing is declared here for this day."))
    calendar_changed(first=day, last=day, path=path, by=by, at=at)
    audit.record(SchooldayEvent.CLEARED, by=by, at=at, unit_id=unit_id, path=path, subject=str(day))


def _changeable(unit_id: int, day: date, by: Actor, at: datetime) -> str:
    """The unit's path, locked against a second change, if this day may be changed there."""
    found = UnitVersion.objects.as_of(at.date()).select_for_update().filter(unit_id=unit_id).first()
    if found is None:
        raise NotFound(_("There is no such unit within your scope."))
    by.require(SchooldayPermission.MANAGE, found.path)
    decision = may_change(day, today=at.date())
    if not decision.allowed:
        raise Invalid(decision.reason, {"day": [decision.reason]})
    return found.path
