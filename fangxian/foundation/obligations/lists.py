"""The lists of who owes an answer on a day: made ahead from the calendar, frozen at midnight."""

from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from fangxian.foundation.obligations.kinds import Kind, OwedBy, all_kinds
from fangxian.foundation.obligations.models import Obligation, ObligationDay
from fangxian.foundation.obligations.rules import ObligationEvent
from fangxian.kernel import audit
from fangxian.kernel.access import Actor, subtree
from fangxian.kernel.clock import midnight
from fangxian.kernel.partitions import ensure_day
from fangxian.kernel.places import Place

NO_LONGER_DUE = "no longer due: the calendar changed"
#: held shared by who makes a list, alone by who changes the calendar
CALENDAR_LOCK = 5_104_003

ROLL_OF_SCHOOL = """
LEFT JOIN (
    SELECT g.school_id, CASE WHEN count(*) = count(gu.headcount) THEN sum(gu.headcount) END AS roll
    FROM units_unitversion g JOIN units_unit gu ON gu.id = g.unit_id
    WHERE g.kind = 'group' AND g.valid_from <= %s AND g.valid_to > %s
    GROUP BY g.school_id
) rolls ON rolls.school_id = v.unit_id
"""
Sql = tuple[str, list[Any]]


@transaction.atomic
def materialise(*, kind: Kind, day: date, at: datetime, by: Actor) -> int:
    """Make a kind's rows for a day; a second call, or a second worker, changes nothing.

    Until the day begins the list follows the calendar: what has become due is added, what is
    no longer due is cancelled with that reason. Then it is frozen. Returns the rows added.
    """
    ensure_day(day)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [CALENDAR_LOCK])
        lock_list(cursor, kind, day)
        made = ObligationDay.objects.filter(day=day, kind=kind.code).first()
        if made is not None and made.frozen_at <= at:
            return 0
        added = insert(cursor, kind, day, kind.runs(day))
        if made is not None:
            _follow_all(cursor, kind, day, at)
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


def materialise_day(*, day: date, at: datetime, by: Actor) -> dict[str, int]:
    """Make the rows of every kind for a day; returns how many were added, by kind."""
    return {kind.code: materialise(kind=kind, day=day, at=at, by=by) for kind in all_kinds()}


def has_lists(day: date) -> bool:
    """Whether every kind's list of a day is made."""
    made = set(ObligationDay.objects.filter(day=day).values_list("kind", flat=True))
    return all(kind.code in made for kind in all_kinds())


def lock_list(cursor: CursorWrapper, kind: Kind, day: date) -> None:
    """Be the only one who writes a kind's list of a day, until commit."""
    key = f"materialise:{kind.code}:{day}"
    cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


def owing(kind: Kind, day: date) -> Sql:
    """The condition under which a unit owes the kind wherever it runs that day, over `u`, `v`."""
    who = "v.kind = 'group'" if kind.owed_by is OwedBy.GROUP else "v.school_id = v.unit_id"
    condition = f"""{who} AND v.valid_from <= %s AND v.valid_to > %s
        AND v.bureau_id IS NOT NULL AND ({kind.condition})"""
    return condition, [day, day]


def inside(alias: str, path: str) -> Sql:
    """The condition of lying at or below a path."""
    if not path:
        return "TRUE", []
    low, high = subtree(path)
    return f"{alias}.path >= %s AND {alias}.path < %s", [low, high]


def insert(
    cursor: CursorWrapper,
    kind: Kind,
    day: date,
    where: Place,
    *,
    path: str = "",
    added_at: datetime | None = None,
) -> int:
    """Add the rows of the units that owe the kind and lie `where`; those there already stay."""
    condition, params = owing(kind, day)
    place, place_params = where.sql("v")
    within, within_params = inside("v", path)
    by_group = kind.owed_by is OwedBy.GROUP
    statement = f"""
        INSERT INTO obligation
            (day, kind, unit_id, school_id, bureau_id, due_at, roll, path, added_at)
        SELECT %s, %s, v.unit_id, v.school_id, v.bureau_id, %s,
               {"u.headcount" if by_group else "rolls.roll"}, v.path, %s
        FROM units_unitversion v JOIN units_unit u ON u.id = v.unit_id
             {"" if by_group else ROLL_OF_SCHOOL}
        WHERE {condition} AND {place} AND {within}
        ON CONFLICT DO NOTHING
    """  # noqa: S608 (only the kinds' own SQL is put together; every value is a parameter)
    span = [] if by_group else [day, day]
    told: list[Any] = [day, kind.code, kind.due_at(day), added_at]
    cursor.execute(statement, [*told, *span, *params, *place_params, *within_params])
    return int(cursor.rowcount)


def _follow_all(cursor: CursorWrapper, kind: Kind, day: date, at: datetime) -> None:
    """Cancel what the calendar no longer asks for, and ask again for what it does."""
    condition, params = owing(kind, day)
    place, place_params = kind.runs(day).sql("v")
    is_due = f"""EXISTS (
        SELECT FROM units_unitversion v JOIN units_unit u ON u.id = v.unit_id
        WHERE v.unit_id = o.unit_id AND {condition} AND {place})"""
    of_list = "o.day = %s AND o.kind = %s AND o.told_at IS NULL"
    cursor.execute(
        f"""UPDATE obligation o SET cancelled_at = %s, reason = %s
            WHERE {of_list} AND o.cancelled_at IS NULL AND NOT {is_due}""",  # noqa: S608
        [at, NO_LONGER_DUE, day, kind.code, *params, *place_params],
    )
    cursor.execute(
        f"""UPDATE obligation o SET cancelled_at = NULL, reason = NULL
            WHERE {of_list} AND o.reason = %s AND {is_due}""",  # noqa: S608
        [day, kind.code, NO_LONGER_DUE, *params, *place_params],
    )
