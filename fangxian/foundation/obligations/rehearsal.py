"""What a change of the calendar would do, before it is made: done, looked at, and rolled back."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from fangxian.foundation.obligations.following import Shift, rehearsing, rows, shifts
from fangxian.foundation.obligations.kinds import Kind, all_kinds
from fangxian.foundation.obligations.lists import inside, owing
from fangxian.foundation.obligations.models import ObligationDay
from fangxian.kernel.places import NOWHERE, Place


@dataclass(frozen=True)
class Effect:
    """What a change does to a kind's list of a day.

    `asked` will be asked, `let_off` no longer; `answered` of those have answered already, and
    that stays. `too_late`: they would be asked, but the deadline has passed, so they are not.
    """

    kind: Kind
    day: date
    frozen: bool
    asked: int
    let_off: int
    answered: int = 0
    too_late: int = 0


@contextmanager
def trying() -> Iterator[None]:
    """What is changed inside is looked at and rolled back; no list follows it."""
    with transaction.atomic():
        token = rehearsing.set(True)
        try:
            yield
        finally:
            rehearsing.reset(token)
        transaction.set_rollback(True)


def rehearse(
    change: Callable[[], object], *, days: Sequence[date], path: str, at: datetime
) -> list[Effect]:
    """What a change does on the first of these days on which it does anything.

    Whatever the change raises is raised: who may not do it may not rehearse it either.
    """
    with trying():
        before = _runs(days)
        change()
        after = _runs(days)
    found = shifts(before, after, path)
    effects = [_effect(one, path, at) for one in found]
    felt = [one for one in effects if one.asked or one.let_off or one.answered or one.too_late]
    return [one for one in felt if one.day == felt[0].day]


def _runs(days: Sequence[date]) -> dict[tuple[date, str], Place]:
    return {(day, kind.code): kind.runs(day) for day in days for kind in all_kinds()}


def _effect(shift: Shift, path: str, at: datetime) -> Effect:
    made = ObligationDay.objects.filter(day=shift.day, kind=shift.kind.code)
    if not made.filter(frozen_at__lte=at).exists():
        let_off, asked = _units(shift, path)
        return Effect(shift.kind, shift.day, False, asked, let_off)
    let_off, answered = _rows(shift, shift.lost, path, "told_at IS NULL AND excused_at IS NULL")
    again, _told = _rows(
        shift,
        shift.gained,
        path,
        "told_at IS NULL AND excused_at IS NOT NULL AND excused_by IS NULL",
    )
    missing = _units(shift, path, missing=True)[1]
    late = shift.kind.due_at(shift.day) <= at
    return Effect(
        shift.kind,
        shift.day,
        True,
        again if late else again + missing,
        let_off,
        answered,
        missing if late else 0,
    )


def _units(shift: Shift, path: str, *, missing: bool = False) -> tuple[int, int]:
    """How many units that owe the kind lie where it is lost, and where it is gained; with
    `missing`, only those that are not on the list."""
    condition, params = owing(shift.kind, shift.day)
    within, within_params = inside("v", path)
    lost, lost_params = shift.lost.sql("v")
    gained, gained_params = shift.gained.sql("v")
    absent, absent_params = "TRUE", list[Any]()
    if missing:
        absent = """NOT EXISTS (SELECT FROM obligation o WHERE o.day = %s AND o.kind = %s
            AND o.unit_id = v.unit_id AND o.cancelled_at IS NULL)"""
        absent_params = [shift.day, shift.kind.code]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT count(*) FILTER (WHERE {lost}), count(*) FILTER (WHERE {gained})
                FROM units_unitversion v JOIN units_unit u ON u.id = v.unit_id
                WHERE {condition} AND {within} AND {absent}""",  # noqa: S608
            [*lost_params, *gained_params, *params, *within_params, *absent_params],
        )
        counted: tuple[int, int] = cursor.fetchone()
    return counted


def _rows(shift: Shift, place: Place, path: str, which: str) -> tuple[int, int]:
    """Of a list's rows at a place, how many are such, and how many are answered."""
    if place == NOWHERE:
        return 0, 0
    joined, (condition, params) = rows(shift, place, path)
    source = f", {joined}" if joined else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT count(*) FILTER (WHERE {which}), count(told_at)
                FROM obligation o {source} WHERE {condition} AND cancelled_at IS NULL""",  # noqa: S608
            params,
        )
        counted: tuple[int, int] = cursor.fetchone()
    return counted
