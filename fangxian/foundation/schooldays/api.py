"""The API of the calendar: which days are school days, why, and what is due."""

from datetime import date, datetime, timedelta
from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from fangxian.foundation.accounts.api_auth import authenticated, signed_in_actor
from fangxian.foundation.obligations.queries import due_here
from fangxian.foundation.schooldays.queries import CalendarDay, month
from fangxian.foundation.schooldays.rules import SchooldayPermission
from fangxian.foundation.units.models import UnitVersion
from fangxian.foundation.units.queries import resolve
from fangxian.kernel import access, clock
from fangxian.kernel.places import grades_of

router = Router(tags=["calendar"], auth=authenticated)
LONGEST = 400


class SpanAsked(Schema):
    """From which day, by default today, and how many days."""

    first: Annotated[date | None, Field(alias="from")] = None
    days: Annotated[int, Field(ge=1, le=LONGEST)] = 31


class DayAsked(Schema):
    """Which day, by default today's."""

    day: date | None = None


class CalendarDayOut(Schema):
    """A day at a unit. `grades` are those with lessons; null where all are alike."""

    day: date
    school_day: bool
    because: str
    reason: str
    declared_by: str | None
    grades: list[int] | None
    holiday: str
    holidays_published: bool
    term_declared: bool
    differing_below: int


class CalendarOut(Schema):
    unit: str
    days: list[CalendarDayOut]


class DueOut(Schema):
    """A kind of obligation at a place; null is unknown, never 0."""

    kind: str
    owed_by: str
    opens_at: datetime
    due_at: datetime
    asked: int | None
    answered: int | None
    excused: int | None


class DuesOut(Schema):
    unit: str
    day: date
    items: list[DueOut]


@router.get("/units/{code}/calendar", response=CalendarOut, summary="Which days are school days")
@access.asks(SchooldayPermission.VIEW)
def unit_calendar(request: HttpRequest, code: str, asked: Query[SpanAsked]) -> dict[str, object]:
    """The days of a unit from one on: school day or not, why, and who declared it."""
    today = clock.today()
    unit = _unit(request, code, today)
    first = asked.first or today
    last = first + timedelta(days=asked.days - 1)
    found = month(unit=unit, first=first, last=last, today=today)
    return {"unit": unit.code, "days": [_shown(one) for one in found]}


@router.get("/units/{code}/due", response=DuesOut, summary="What is due on a day")
@access.asks(SchooldayPermission.VIEW)
def unit_due(request: HttpRequest, code: str, asked: Query[DayAsked]) -> dict[str, object]:
    """Each kind of obligation: how many at or below this unit owe it on a day, and by when."""
    at = clock.now()
    unit = _unit(request, code, at.date())
    day = asked.day or at.date()
    items = [
        {
            "kind": one.kind.code,
            "owed_by": one.kind.owed_by.value,
            "opens_at": one.opens_at,
            "due_at": one.due_at,
            "asked": one.asked,
            "answered": one.counts.answered if one.counts else None,
            "excused": one.counts.excused if one.counts else None,
        }
        for one in due_here(unit=unit, day=day, at=at)
    ]
    return {"unit": unit.code, "day": day, "items": items}


def _unit(request: HttpRequest, code: str, today: date) -> UnitVersion:
    by = signed_in_actor(request)
    unit = resolve(code, today, by=by)
    by.require(SchooldayPermission.VIEW, unit.path)
    return unit


def _shown(one: CalendarDay) -> dict[str, object]:
    return {
        "day": one.day,
        "school_day": one.is_open,
        "because": one.because.value,
        "reason": one.reason,
        "declared_by": one.declared_by.code if one.declared_by and one.reason else None,
        "grades": list(grades_of(one.grades)) if one.some_grades else None,
        "holiday": one.law.holiday_zh,
        "holidays_published": one.law.published,
        "term_declared": one.term_known,
        "differing_below": one.differing_below,
    }
