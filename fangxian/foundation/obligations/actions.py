"""Writing obligations: made ahead from the schedule, answered by an action, or excused."""

from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from fangxian.foundation.obligations.kinds import Kind, OwedBy, all_kinds, kind_by_code
from fangxian.foundation.obligations.models import Obligation, ObligationDay
from fangxian.foundation.obligations.rules import ObligationEvent, ObligationPermission
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel import audit
from fangxian.kernel.access import Actor
from fangxian.kernel.clock import midnight
from fangxian.kernel.errors import Conflict, Invalid, NotFound
from fangxian.kernel.partitions import ensure_day

CHASE_AGAIN_MINUTES = 10
NO_LONGER_DUE = "no longer due: the calendar changed"

ROLL_OF_SCHOOL = """
LEFT JOIN (
    SELECT g.school_id, CASE WHEN count(*) = count(gu.headcount) THEN sum(gu.headcount) END AS roll
    FROM units_unitversion g JOIN units_unit gu ON gu.id = g.unit_id
    WHERE g.kind = 'group' AND g.valid_from <= %s AND g.valid_to > %s
    GROUP BY g.school_id
) rolls ON rolls.school_id = v.unit_id
"""


@transaction.atomic
def materialise(*, kind: Kind, day: date, at: datetime, by: Actor) -> int:
    """Make a kind's rows for a day; a second call, or a second worker, changes nothing.

    Until the day begins the list follows the calendar: what has become due is added, what is
    no longer due is cancelled with that reason. Then it is frozen. Returns the rows added.
    """
    ensure_day(day)
    with connection.cursor() as cursor:
        key = f"materialise:{kind.code}:{day}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
        made = ObligationDay.objects.filter(day=day, kind=kind.code).first()
        if made is not None and made.frozen_at <= at:
            return 0
        statement, params = _insertion(kind, day)
        cursor.execute(statement, params)
        added = int(cursor.rowcount)
        if made is not None:
            _follow_calendar(cursor, kind, day, at)
    ObligationDay.objects.update_or_create(
        day=day,
        kind=kind.code,
        defaults={
            "expected": Obligation.objects.of(kind.code, day).count() if made else added,
            "made_at": made.made_at if made else at,
            "frozen_at": max(midnight(day), at if made is None else made.frozen_at),
        },
    )
    if added:
        detail = {"kind": kind.code, "day": str(day), "added": added}
        audit.record(ObligationEvent.MADE, by=by, at=at, subject=kind.code, detail=detail)
    return added


def _due(kind: Kind, day: date) -> tuple[str, list[Any]]:
    """The condition under which a unit owes the kind that day, over `u` and `v`."""
    runs, runs_params = kind.runs(day).sql("v")
    who = "v.kind = 'group'" if kind.owed_by is OwedBy.GROUP else "v.school_id = v.unit_id"
    condition = f"""{who} AND v.valid_from <= %s AND v.valid_to > %s
        AND v.bureau_id IS NOT NULL AND {runs} AND ({kind.condition})"""
    return condition, [day, day, *runs_params]


def _insertion(kind: Kind, day: date) -> tuple[str, list[Any]]:
    condition, params = _due(kind, day)
    by_group = kind.owed_by is OwedBy.GROUP
    statement = f"""
        INSERT INTO obligation (day, kind, unit_id, school_id, bureau_id, due_at, roll, path)
        SELECT %s, %s, v.unit_id, v.school_id, v.bureau_id, %s,
               {"u.headcount" if by_group else "rolls.roll"}, v.path
        FROM units_unitversion v JOIN units_unit u ON u.id = v.unit_id
             {"" if by_group else ROLL_OF_SCHOOL}
        WHERE {condition}
        ON CONFLICT DO NOTHING
    """  # noqa: S608 (only the kinds' own SQL is put together; every value is a parameter)
    span = [] if by_group else [day, day]
    return statement, [day, kind.code, kind.due_at(day), *span, *params]


def _follow_calendar(cursor: CursorWrapper, kind: Kind, day: date, at: datetime) -> None:
    """Cancel what the calendar no longer asks for, and ask again for what it does."""
    condition, params = _due(kind, day)
    is_due = f"""EXISTS (
        SELECT FROM units_unitversion v JOIN units_unit u ON u.id = v.unit_id
        WHERE v.unit_id = o.unit_id AND {condition})"""
    of_list = "o.day = %s AND o.kind = %s AND o.told_at IS NULL"
    cursor.execute(
        f"""UPDATE obligation o SET cancelled_at = %s, reason = %s
            WHERE {of_list} AND o.cancelled_at IS NULL AND NOT {is_due}""",  # noqa: S608
        [at, NO_LONGER_DUE, day, kind.code, *params],
    )
    cursor.execute(
        f"""UPDATE obligation o SET cancelled_at = NULL, reason = NULL
            WHERE {of_list} AND o.reason = %s AND {is_due}""",  # noqa: S608
        [day, kind.code, NO_LONGER_DUE, *params],
    )


def follow_calendar(*, first: date, last: date | None, path: str, by: Actor, at: datetime) -> None:
    """The calendar or the response level changed: lists made but not frozen yet follow."""
    days = ObligationDay.objects.filter(day__gte=first, frozen_at__gt=at)
    if last is not None:
        days = days.filter(day__lte=last)
    for day, code in list(days.values_list("day", "kind")):
        materialise(kind=kind_by_code(code), day=day, at=at, by=by)


def materialise_day(*, day: date, at: datetime, by: Actor) -> dict[str, int]:
    """Make the rows of every kind for a day; returns how many were added, by kind."""
    return {kind.code: materialise(kind=kind, day=day, at=at, by=by) for kind in all_kinds()}


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
    row = (
        Obligation.objects.visible_to(by)
        .of(kind, day)
        .filter(unit_id=unit_id)
        .select_for_update()
        .first()
    )
    if row is None:
        raise NotFound(_("Nothing of this kind is owed by this unit on this day."))
    by.require(permission, row.path)
    return row


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
