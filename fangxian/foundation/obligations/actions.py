"""Writing obligations: made ahead from the schedule, answered by an action, or excused."""

from datetime import date, datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from fangxian.foundation.obligations.following import follow_calendar, follow_closing
from fangxian.foundation.obligations.kinds import kind_by_code
from fangxian.foundation.obligations.lists import has_lists, materialise, materialise_day
from fangxian.foundation.obligations.models import Obligation, ObligationDay
from fangxian.foundation.obligations.packing import unpack
from fangxian.foundation.obligations.rehearsal import Effect, rehearse, trying
from fangxian.foundation.obligations.rules import ObligationEvent, ObligationPermission
from fangxian.foundation.obligations.telling import tell_the_chased
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel import audit
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import Conflict, Invalid, NotFound

__all__ = [
    "Effect",
    "answer",
    "cancel",
    "chase",
    "excuse",
    "follow_calendar",
    "follow_closing",
    "has_lists",
    "materialise",
    "materialise_day",
    "rehearse",
    "trying",
]

CHASE_AGAIN_MINUTES = 10


def answer(
    *,
    kind: str,
    unit_id: int,
    day: date,
    told_at: datetime,
    at: datetime,
    by: Actor,
    accounted: int | None,
    channel: str,
    on_behalf_of: str | None = None,
) -> bool:
    """Answer what is owed, inside the caller's transaction; False when nothing is.

    The first answer decides whether it was on time; later ones change only how many people are
    accounted for, so that a late correction never rewrites timeliness.
    """
    unpack(kind=kind, unit_id=unit_id, day=day)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE obligation
            SET accounted = %s,
                told_at = COALESCE(told_at, %s), received_at = COALESCE(received_at, %s),
                answered_by = COALESCE(answered_by, %s), channel = COALESCE(channel, %s),
                on_behalf_of = COALESCE(on_behalf_of, %s)
            WHERE day = %s AND kind = %s AND unit_id = %s AND subject = ''
              AND cancelled_at IS NULL
            """,
            [accounted, told_at, at, by.user_id, channel, on_behalf_of, day, kind, unit_id],
        )
        return bool(cursor.rowcount == 1)


@transaction.atomic
def excuse(*, kind: str, unit_id: int, day: date, reason: str, by: Actor, at: datetime) -> None:
    """Excuse a unit from an answer, with the reason; it stays in the list, shown apart."""
    row = _locked(kind, unit_id, day, by, ObligationPermission.EXCUSE)
    if row.told_at is not None:
        raise Conflict(_("This was answered already; there is nothing to excuse."))
    text = reason.strip()
    if not text:
        message = _("Say why this unit is excused.")
        raise Invalid(message, {"reason": [message]})
    Obligation.objects.filter(pk=row.pk).update(
        excused_at=at, excused_by=by.user_id, reason=text[:200]
    )
    audit.record(
        ObligationEvent.EXCUSED,
        by=by,
        at=at,
        unit_id=unit_id,
        path=row.path,
        subject=kind,
        detail={"day": str(day), "reason": text[:200]},
    )


@transaction.atomic
def cancel(*, kind: str, unit_id: int, day: date, reason: str, by: Actor, at: datetime) -> None:
    """Take a unit off a list that is not frozen yet, with the reason."""
    row = _locked(kind, unit_id, day, by, ObligationPermission.EXCUSE)
    frozen = ObligationDay.objects.get(day=day, kind=kind).frozen_at
    if frozen <= at:
        raise Conflict(_("The list of this day is frozen; excuse the unit instead."))
    text = reason.strip()
    if not text:
        message = _("Say why this is not due.")
        raise Invalid(message, {"reason": [message]})
    Obligation.objects.filter(pk=row.pk).update(cancelled_at=at, reason=text[:200])
    ObligationDay.objects.filter(day=day, kind=kind).update(
        expected=Obligation.objects.of(kind, day).count()
    )
    audit.record(
        ObligationEvent.CANCELLED,
        by=by,
        at=at,
        unit_id=unit_id,
        path=row.path,
        subject=kind,
        detail={"day": str(day), "reason": text[:200]},
    )


def _locked(
    kind: str, unit_id: int, day: date, by: Actor, permission: ObligationPermission
) -> Obligation:
    kind_by_code(kind)
    seen = Obligation.objects.visible_to(by).of(kind, day).filter(unit_id=unit_id).first()
    if seen is None:
        raise NotFound(_("Nothing of this kind is owed by this unit on this day."))
    by.require(permission, seen.path)
    unpack(kind=kind, unit_id=unit_id, day=day)
    return Obligation.objects.select_for_update().get(pk=seen.pk)


@transaction.atomic
def chase(*, kind: str, unit: UnitVersion, day: date, by: Actor, at: datetime) -> int:
    """Ask every silent unit at or below a unit again; returns how many were asked.

    A unit asked in the last ten minutes is not asked twice.
    """
    by.require(ObligationPermission.CHASE, unit.path)
    kind_by_code(kind)
    low, high = unit.path, unit.path[:-1] + "0"
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO obligation_chase
                (day, kind, unit_id, school_id, path, chased_at, chased_by,
                 from_name_zh, from_name_en)
            SELECT o.day, o.kind, o.unit_id, o.school_id, o.path, %s, %s, %s, %s
            FROM obligation o
            WHERE o.day = %s AND o.kind = %s AND o.path >= %s AND o.path < %s
              AND o.told_at IS NULL AND o.excused_at IS NULL AND o.cancelled_at IS NULL
              AND NOT EXISTS (
                  SELECT FROM obligation_chase c
                  WHERE c.day = o.day AND c.kind = o.kind AND c.unit_id = o.unit_id
                    AND c.chased_at > %s - make_interval(mins => %s))
            """,
            [
                at,
                by.user_id,
                unit.name_zh,
                unit.name_en,
                day,
                kind,
                low,
                high,
                at,
                CHASE_AGAIN_MINUTES,
            ],
        )
        asked = int(cursor.rowcount)
    if asked:
        tell_the_chased(kind=kind_by_code(kind), path=unit.path, day=day, at=at)
    audit.record(
        ObligationEvent.CHASED,
        by=by,
        at=at,
        unit_id=unit.unit_id,
        path=unit.path,
        subject=kind,
        detail={"day": str(day), "asked": asked},
    )
    return asked
