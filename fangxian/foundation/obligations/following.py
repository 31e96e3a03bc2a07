"""What a change of the calendar does to the lists: those ahead are made anew where it matters;
today's is frozen, so what is no longer due is excused with the reason, and nothing disappears."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.backends.utils import CursorWrapper

from fangxian.foundation.obligations.kinds import Kind, kind_by_code
from fangxian.foundation.obligations.lists import (
    CALENDAR_LOCK,
    NO_LONGER_DUE,
    Sql,
    insert,
    inside,
    lock_list,
)
from fangxian.foundation.obligations.models import Obligation, ObligationDay
from fangxian.foundation.obligations.rules import ObligationEvent
from fangxian.kernel import audit
from fangxian.kernel.access import Actor
from fangxian.kernel.places import NOWHERE, Place

#: a change is only tried: nothing follows it
rehearsing: ContextVar[bool] = ContextVar("rehearsing", default=False)


@dataclass(frozen=True)
class Shift:
    """Where a kind is due no more on a day, and where it has become due."""

    kind: Kind
    day: date
    lost: Place
    gained: Place


@dataclass
class Followed:
    """How many rows of a list followed a change."""

    let_off: int = 0
    asked: int = 0


@contextmanager
def follow_calendar(
    *, first: date, last: date | None, path: str, reason: str, by: Actor, at: datetime
) -> Iterator[None]:
    """Around a change of school days or response levels: the lists of today and ahead follow it.

    Where nothing differs nothing is written. Answered rows are never touched.
    """
    if rehearsing.get():
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CALENDAR_LOCK])
    lists = _lists(max(first, at.date()), last)
    before = _runs(lists)
    yield
    told = {}
    for shift in shifts(before, _runs(lists), path):
        frozen_at = lists[shift.day, shift.kind.code]
        followed = _follow(shift, path, reason, at, frozen=frozen_at <= at)
        told[f"{shift.kind.code} {shift.day}"] = [followed.let_off, followed.asked]
    if told:
        detail = {"reason": reason, "let off, asked": told}
        audit.record(ObligationEvent.FOLLOWED, by=by, at=at, path=path, detail=detail)


def _lists(first: date, last: date | None) -> dict[tuple[date, str], datetime]:
    made = ObligationDay.objects.filter(day__gte=first)
    if last is not None:
        made = made.filter(day__lte=last)
    return {
        (day, code): frozen for day, code, frozen in made.values_list("day", "kind", "frozen_at")
    }


def _runs(lists: Iterable[tuple[date, str]]) -> dict[tuple[date, str], Place]:
    return {(day, code): kind_by_code(code).runs(day) for day, code in lists}


def shifts(
    before: Mapping[tuple[date, str], Place],
    after: Mapping[tuple[date, str], Place],
    path: str,
) -> list[Shift]:
    """What differs at or below a path, day by day and kind by kind."""
    found = []
    for (day, code), was in sorted(before.items(), key=lambda pair: pair[0]):
        now = after[day, code]
        if was == now:
            continue
        lost, gained = (was & ~now).within(path), (now & ~was).within(path)
        if lost != NOWHERE or gained != NOWHERE:
            found.append(Shift(kind_by_code(code), day, lost, gained))
    return found


def _follow(shift: Shift, path: str, reason: str, at: datetime, *, frozen: bool) -> Followed:
    done = Followed()
    kind, day = shift.kind, shift.day
    with connection.cursor() as cursor:
        lock_list(cursor, kind, day)
        if shift.lost != NOWHERE:
            done.let_off = (
                _excuse(cursor, shift, path, reason, at)
                if frozen
                else _cancel(cursor, shift, path, at)
            )
        if shift.gained != NOWHERE:
            done.asked = _unexcuse(cursor, shift, path) if frozen else 0
            if not frozen or kind.due_at(day) > at:
                added_at = at if frozen else None
                done.asked += _ask_again(cursor, shift, path, added_at)
                done.asked += insert(cursor, kind, day, shift.gained, path=path, added_at=added_at)
    expected = Obligation.objects.of(kind.code, day).count()
    ObligationDay.objects.filter(day=day, kind=kind.code).update(expected=expected)
    return done


def rows(shift: Shift, place: Place, path: str) -> tuple[str, Sql]:
    """A list's rows at a place, as what stands after FROM or UPDATE … FROM, and the condition.

    The row's own path decides; only where grades matter is the unit looked up.
    """
    within, within_params = inside("o", path)
    condition = f"o.day = %s AND o.kind = %s AND {within}"
    params = [shift.day, shift.kind.code, *within_params]
    if not place.graded:
        where, where_params = place.sql("o")
        return "", (f"{condition} AND {where}", [*params, *where_params])
    where, where_params = place.sql("v")
    joined = "v.unit_id = o.unit_id AND v.valid_from <= %s AND v.valid_to > %s"
    params = [*params, shift.day, shift.day, *where_params]
    return "units_unitversion v", (f"{condition} AND {joined} AND {where}", params)


def _update(
    cursor: CursorWrapper, said: Sql, shift: Shift, place: Place, path: str, which: Sql
) -> int:
    joined, (condition, params) = rows(shift, place, path)
    source = f"FROM {joined}" if joined else ""
    cursor.execute(
        f"""UPDATE obligation o SET {said[0]} {source}
            WHERE {condition} AND o.told_at IS NULL AND {which[0]}""",  # noqa: S608
        [*said[1], *params, *which[1]],
    )
    return int(cursor.rowcount)


def _excuse(cursor: CursorWrapper, shift: Shift, path: str, reason: str, at: datetime) -> int:
    """Excuse who was on the list at midnight; who was added since was never on it, and goes."""
    said = """excused_at = CASE WHEN o.added_at IS NULL THEN %s::timestamptz END,
        cancelled_at = CASE WHEN o.added_at IS NULL THEN NULL ELSE %s::timestamptz END,
        reason = CASE WHEN o.added_at IS NULL THEN %s ELSE %s END"""
    which = "o.cancelled_at IS NULL AND o.excused_at IS NULL", list[object]()
    params: list[object] = [at, at, reason[:200], NO_LONGER_DUE]
    return _update(cursor, (said, params), shift, shift.lost, path, which)


def _unexcuse(cursor: CursorWrapper, shift: Shift, path: str) -> int:
    which = (
        "o.cancelled_at IS NULL AND o.excused_at IS NOT NULL AND o.excused_by IS NULL",
        list[object](),
    )
    said = "excused_at = NULL, reason = NULL", list[object]()
    return _update(cursor, said, shift, shift.gained, path, which)


def _cancel(cursor: CursorWrapper, shift: Shift, path: str, at: datetime) -> int:
    said: Sql = ("cancelled_at = %s, reason = %s", [at, NO_LONGER_DUE])
    return _update(cursor, said, shift, shift.lost, path, ("o.cancelled_at IS NULL", []))


def _ask_again(cursor: CursorWrapper, shift: Shift, path: str, added_at: datetime | None) -> int:
    said: Sql = ("cancelled_at = NULL, reason = NULL, added_at = %s", [added_at])
    which: Sql = ("o.cancelled_at IS NOT NULL AND o.reason = %s", [NO_LONGER_DUE])
    return _update(cursor, said, shift, shift.gained, path, which)
