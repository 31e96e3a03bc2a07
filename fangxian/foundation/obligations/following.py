"""What a change of the calendar does to the lists: those ahead are made anew where it matters;
today's is frozen, so what is no longer due is excused with the reason, and nothing disappears."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import F
from procrastinate.contrib.django import app

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
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel import audit
from fangxian.kernel.access import Actor
from fangxian.kernel.places import NOWHERE, Place

#: below a place with more groups, the lists ahead follow in the background
MANY = 30_000
FOLLOW_LATER = "fangxian.foundation.obligations.tasks.follow_later"
#: a change is only tried: nothing follows it
rehearsing: ContextVar[bool] = ContextVar("rehearsing", default=False)


@dataclass(frozen=True)
class Shift:
    """Where a kind is due no more on a day, and where it has become due."""

    kind: Kind
    day: date
    lost: Place
    gained: Place


@dataclass(frozen=True)
class Followed:
    """How many rows of a list followed a change."""

    let_off: int
    asked: int


@contextmanager
def follow_calendar(
    *, first: date, last: date | None, path: str, reason: str, by: Actor, at: datetime
) -> Iterator[None]:
    """Around a change of school days or response levels: the lists of today and ahead follow it.

    Where nothing differs nothing is written. Answered rows are never touched. For a city or the
    province, the lists ahead follow within moments, in the background, as of the change's time.
    """
    if rehearsing.get():
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CALENDAR_LOCK])
    lists = _lists(max(first, at.date()), last)
    before = _runs(lists)
    yield
    told, later = {}, set()
    wide = _is_wide(path, at.date())
    for shift in shifts(before, _runs(lists), path):
        frozen = lists[shift.day, shift.kind.code] <= at
        if wide and not frozen:
            later.add(shift.day)
            continue
        followed = _follow(shift, path, reason, at, frozen=frozen)
        told[f"{shift.kind.code} {shift.day}"] = [followed.let_off, followed.asked]
    for day in sorted(later):
        app.configure_task(FOLLOW_LATER).defer(day=day.isoformat(), at=at.isoformat())
    if told:
        detail = {"reason": reason, "let off, asked": told}
        audit.record(ObligationEvent.FOLLOWED, by=by, at=at, path=path, detail=detail)


def _is_wide(path: str, today: date) -> bool:
    """Whether so many groups lie below that nobody should wait for the lists ahead."""
    groups = UnitVersion.objects.as_of(today).below(path).groups()
    return groups.values("pk")[: MANY + 1].count() > MANY


def follow_closing(*, day: date, path: str, reason: str, by: Actor, at: datetime) -> None:
    """Units closed from a day on: off the lists ahead; on today's, excused with the reason.

    Only who is there no more: of units merged, those below that went elsewhere are still asked.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [CALENDAR_LOCK])
        lists = _lists(max(day, at.date()), None)
        for (on, code), frozen_at in lists.items():
            kind = kind_by_code(code)
            lock_list(cursor, kind, on)
            _let_go(cursor, kind, on, path, reason if frozen_at <= at else None, at)
            _recount(kind, on)


def _let_go(
    cursor: CursorWrapper, kind: Kind, day: date, path: str, reason: str | None, at: datetime
) -> None:
    within, params = inside("o", path)
    said, told = "excused_at = %s, reason = %s", [at, reason]
    if reason is None:
        said, told = "cancelled_at = %s, reason = %s", [at, NO_LONGER_DUE]
    cursor.execute(
        f"""UPDATE obligation o SET {said}
            WHERE o.day = %s AND o.kind = %s AND {within} AND o.told_at IS NULL
              AND o.cancelled_at IS NULL AND o.excused_at IS NULL
              AND NOT EXISTS (SELECT FROM units_unitversion v
                  WHERE v.unit_id = o.unit_id AND v.valid_from <= %s AND v.valid_to > %s)""",  # noqa: S608
        [*told, day, kind.code, *params, day, day],
    )


def _recount(kind: Kind, day: date) -> None:
    expected = Obligation.objects.of(kind.code, day).count()
    ObligationDay.objects.filter(day=day, kind=kind.code).update(expected=expected)


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
    kind, day = shift.kind, shift.day
    let_off = asked = gone = come = 0
    with connection.cursor() as cursor:
        lock_list(cursor, kind, day)
        if shift.lost != NOWHERE:
            let_off, gone = (
                _excuse(cursor, shift, path, reason, at)
                if frozen
                else _cancel(cursor, shift, path, at)
            )
        if shift.gained != NOWHERE:
            asked = _unexcuse(cursor, shift, path) if frozen else 0
            if not frozen or kind.due_at(day) > at:
                added_at = at if frozen else None
                come = _ask_again(cursor, shift, path, added_at)
                come += insert(cursor, kind, day, shift.gained, path=path, added_at=added_at)
    ObligationDay.objects.filter(day=day, kind=kind.code).update(
        expected=F("expected") + come - gone
    )
    return Followed(let_off, asked + come)


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
) -> tuple[int, int]:
    """Change rows that are not answered; returns how many, and how many are off the list now."""
    joined, (condition, params) = rows(shift, place, path)
    source = f"FROM {joined}" if joined else ""
    cursor.execute(
        f"""WITH changed AS (
                UPDATE obligation o SET {said[0]} {source}
                WHERE {condition} AND o.told_at IS NULL AND {which[0]}
                RETURNING o.cancelled_at)
            SELECT count(*), count(cancelled_at) FROM changed""",  # noqa: S608
        [*said[1], *params, *which[1]],
    )
    counted: tuple[int, int] = cursor.fetchone()
    return counted


def _excuse(
    cursor: CursorWrapper, shift: Shift, path: str, reason: str, at: datetime
) -> tuple[int, int]:
    """Excuse who was on the list at midnight; who was added since was never on it, and goes."""
    said = """excused_at = CASE WHEN o.added_at IS NULL THEN %s::timestamptz END,
        cancelled_at = CASE WHEN o.added_at IS NULL THEN NULL ELSE %s::timestamptz END,
        reason = CASE WHEN o.added_at IS NULL THEN %s ELSE %s END"""
    params = [at, at, reason[:200], NO_LONGER_DUE]
    which: Sql = ("o.cancelled_at IS NULL AND o.excused_at IS NULL", [])
    return _update(cursor, (said, params), shift, shift.lost, path, which)


def _unexcuse(cursor: CursorWrapper, shift: Shift, path: str) -> int:
    by_calendar = "o.excused_at IS NOT NULL AND o.excused_by IS NULL"
    which: Sql = (f"o.cancelled_at IS NULL AND {by_calendar}", [])
    said: Sql = ("excused_at = NULL, reason = NULL", [])
    return _update(cursor, said, shift, shift.gained, path, which)[0]


def _cancel(cursor: CursorWrapper, shift: Shift, path: str, at: datetime) -> tuple[int, int]:
    said: Sql = ("cancelled_at = %s, reason = %s", [at, NO_LONGER_DUE])
    return _update(cursor, said, shift, shift.lost, path, ("o.cancelled_at IS NULL", []))


def _ask_again(cursor: CursorWrapper, shift: Shift, path: str, added_at: datetime | None) -> int:
    said: Sql = ("cancelled_at = NULL, reason = NULL, added_at = %s", [added_at])
    which: Sql = ("o.cancelled_at IS NOT NULL AND o.reason = %s", [NO_LONGER_DUE])
    return _update(cursor, said, shift, shift.gained, path, which)[0]
