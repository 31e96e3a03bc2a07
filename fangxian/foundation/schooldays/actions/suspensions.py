"""Suspending lessons, and resuming them: the whole unit, or a part before the whole."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from fangxian.foundation.schooldays.actions.places import changeable, day_ahead, told
from fangxian.foundation.schooldays.models import EarlyReturn, Suspension
from fangxian.foundation.schooldays.rules import (
    SchooldayEvent,
    SchooldayPermission,
    may_resume_part,
)
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel import audit
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from fangxian.kernel.registry import calendar_changing

ONE_DAY = timedelta(days=1)


@transaction.atomic
def suspend(
    *,
    unit_id: int,
    first_day: date,
    last_day: date | None,
    reason: str,
    document: str,
    by: Actor,
    at: datetime,
) -> Suspension:
    """Suspend lessons at a unit and below it, from today or later, until further notice or a day.

    Whoever was to answer for today and has not is excused with the reason.
    """
    unit = changeable(unit_id, by, at)
    day_ahead(first_day, at, "first_day")
    _in_order(first_day, last_day)
    text = told(reason, "reason", 120, _("Say why, for who reads the calendar."))
    _refuse_twice(unit_id, first_day, last_day)
    with calendar_changing(
        first=first_day, last=last_day, path=unit.path, reason=text, by=by, at=at
    ):
        made = Suspension.objects.create(
            unit_id=unit_id,
            first_day=first_day,
            last_day=last_day,
            reason=text,
            document=document.strip()[:200],
        )
    audit.record(
        SchooldayEvent.SUSPENDED,
        by=by,
        at=at,
        unit_id=unit_id,
        path=unit.path,
        subject=str(first_day),
        detail={"to": str(last_day or ""), "reason": text, "document": made.document},
    )
    return made


@transaction.atomic
def resume(*, suspension_id: int, from_day: date, reason: str, by: Actor, at: datetime) -> None:
    """Let lessons begin again from today or a later day; a suspension not begun yet is dropped."""
    row, unit = _suspension(suspension_id, by, at)
    day_ahead(from_day, at, "from_day")
    text = told(reason, "reason", 120, _("Say why, for who reads the calendar."))
    if row.last_day is not None and from_day > row.last_day:
        message = _("This suspension ends on %(day)s anyway.") % {"day": row.last_day}
        raise Invalid(message, {"from_day": [message]})
    with calendar_changing(
        first=from_day, last=row.last_day, path=unit.path, reason=text, by=by, at=at
    ):
        if from_day <= row.first_day:
            row.delete()
        else:
            Suspension.objects.filter(pk=row.pk).update(last_day=from_day - ONE_DAY)
    _told_resumed(unit, from_day, text, by, at)


@transaction.atomic
def resume_part(
    *,
    suspension_id: int,
    unit_id: int,
    from_day: date,
    last_day: date | None,
    reason: str,
    by: Actor,
    at: datetime,
) -> EarlyReturn:
    """Let a part of a suspended unit have lessons before the whole, or on some days only.

    Only who may lift the suspension may except a part from it: below is stricter, never laxer.
    """
    row, whole = _suspension(suspension_id, by, at)
    part = changeable(unit_id, by, at)
    day_ahead(from_day, at, "from_day")
    _in_order(from_day, last_day)
    text = told(reason, "reason", 120, _("Say why, for who reads the calendar."))
    ended = row.last_day is not None and from_day > row.last_day
    decision = may_resume_part(whole.path, part.path, is_open=not ended)
    if not decision.allowed:
        raise Invalid(decision.reason, {"from_day": [decision.reason]})
    with calendar_changing(
        first=at.date(), last=row.last_day, path=part.path, reason=text, by=by, at=at
    ):
        made, _new = EarlyReturn.objects.update_or_create(
            suspension=row,
            unit_id=unit_id,
            defaults={"first_day": from_day, "last_day": last_day, "reason": text},
        )
    _told_resumed(part, from_day, text, by, at)
    return made


def _told_resumed(unit: UnitVersion, from_day: date, reason: str, by: Actor, at: datetime) -> None:
    audit.record(
        SchooldayEvent.RESUMED,
        by=by,
        at=at,
        unit_id=unit.unit_id,
        path=unit.path,
        subject=str(from_day),
        detail={"reason": reason},
    )


def _suspension(suspension_id: int, by: Actor, at: datetime) -> tuple[Suspension, UnitVersion]:
    """A suspension and its unit, if one may lift it."""
    row = Suspension.objects.select_for_update().filter(pk=suspension_id).first()
    unit_id = row.unit_id if row else 0
    unit = UnitVersion.objects.as_of(at.date()).filter(unit_id=unit_id).first()
    if row is None or unit is None:
        raise NotFound(_("There is no such suspension within your scope."))
    if not by.may(SchooldayPermission.MANAGE, unit.path):
        if any(unit.path.startswith(one.path) or one.path.startswith(unit.path)
               for one in by.holdings):  # fmt: skip
            raise Forbidden(_("Only who may lift this suspension may except a part from it."))
        raise NotFound(_("There is no such suspension within your scope."))
    return row, unit


def _in_order(first: date, last: date | None) -> None:
    if last is not None and last < first:
        message = _("The last day lies before the first.")
        raise Invalid(message, {"last_day": [message]})


def _refuse_twice(unit_id: int, first: date, last: date | None) -> None:
    there = Suspension.objects.filter(unit_id=unit_id).filter(
        Q(last_day__isnull=True) | Q(last_day__gte=first)
    )
    if last is not None:
        there = there.filter(first_day__lte=last)
    found = there.first()
    if found is not None:
        message = _("This unit is suspended already, from %(day)s: %(reason)s")
        raise Conflict(message % {"day": found.first_day, "reason": found.reason})
