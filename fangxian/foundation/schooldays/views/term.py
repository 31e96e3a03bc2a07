"""A term at a unit: its weeks at a glance, and everything declared that bears on it."""

from datetime import date
from itertools import pairwise
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.dates import WEEKDAYS_ABBR
from django.views.decorators.http import require_GET

from fangxian.foundation.accounts.queries import name_of
from fangxian.foundation.schooldays.days import Declared, Pause, ReturnSaid, Said, TermSaid
from fangxian.foundation.schooldays.forms import name_key, read_key, title
from fangxian.foundation.schooldays.labels import joined
from fangxian.foundation.schooldays.queries import declared, month
from fangxian.foundation.schooldays.rules import (
    SchooldayPermission,
    Season,
    TermKey,
    term_of,
)
from fangxian.foundation.schooldays.views.calendar import weeks
from fangxian.foundation.units.models import UnitVersion
from fangxian.foundation.units.queries import resolve
from fangxian.kernel import access, clock
from fangxian.kernel.access.requests import Request
from fangxian.kernel.access.scopes import covers

MOST_PARTS = 30


@require_GET
@access.requires(SchooldayPermission.VIEW)
def term(request: Request, code: str) -> HttpResponse:
    """The weeks of a term, its dates, suspensions and staggered return."""
    today = clock.today()
    unit = resolve(code, today, by=request.actor)
    request.actor.require(SchooldayPermission.VIEW, unit.path)
    key = read_key(request.GET.get("term")) or term_of(today)
    low, high = key.window
    found = declared(first=low, last=high, as_of=today, near=unit.path)
    here = found.term_at(key, unit.path)
    first, last = (here.first, here.last) if here else (low, high)
    days = month(unit=unit, first=first, last=last, today=today)
    names = _names(found, today)
    shown = {
        "unit": unit,
        "unit_name": name_of(unit),
        "title": title(key),
        "key": name_key(key),
        "other_terms": _others(key),
        "weeks": _numbered(weeks(days)),
        "weekday_names": [WEEKDAYS_ABBR[number] for number in range(7)],
        "today": today,
        "here": here,
        "school_days": sum(one.is_open for one in days) if here else None,
        "unpublished": next((one.day.year for one in days if not one.law.published), None),
        "terms": [_term(one, names, unit) for one in _above(found.terms, unit) if one.key == key],
        "pauses": [_pause(one, names, unit, request) for one in _near(found.pauses, unit)],
        "returns": [
            _return(one, names, unit) for one in _above(found.returns, unit) if one.key == key
        ],
        "may_manage": request.actor.may(SchooldayPermission.MANAGE, unit.path),
    }
    return render(request, "schooldays/term.html", shown)


def _others(key: TermKey) -> list[tuple[str, str]]:
    """The term before and the one after."""
    seasons = (Season.AUTUMN, Season.SPRING)
    order = [
        TermKey(year, season)
        for year in range(key.school_year - 1, key.school_year + 2)
        for season in seasons
    ]
    own = key if key in order else TermKey(key.school_year, Season.SPRING)
    around = [one for pair in pairwise(order) if own in pair for one in pair if one != own]
    return [(name_key(one), title(one)) for one in around]


def _numbered(rows: list[list[dict[str, Any] | None]]) -> list[dict[str, Any]]:
    """Weeks with their number and, where a month begins, its name."""
    found = []
    for number, row in enumerate(rows, 1):
        days = [cell["one"].day for cell in row if cell]
        begins = next((day for day in days if day.day == 1), days[0] if number == 1 else None)
        found.append({"number": number, "days": row, "month": begins})
    return found


def _names(found: Declared, today: date) -> dict[int, UnitVersion]:
    parts = [part for one in found.pauses for part in one.back]
    said: list[Said] = [*found.terms, *found.pauses, *found.returns, *parts]
    rows = UnitVersion.objects.as_of(today).filter(unit_id__in={one.unit_id for one in said})
    return {row.unit_id: row for row in rows}


def _above(said: Any, unit: UnitVersion) -> list[Any]:
    """What was said at the unit or above it, the nearest first."""
    found = [one for one in said if covers(one.path, unit.path)]
    return sorted(found, key=lambda one: -len(one.path))


def _near(pauses: tuple[Pause, ...], unit: UnitVersion) -> list[Pause]:
    """The suspensions that close the unit, or a part of it."""
    return [one for one in pauses if covers(one.path, unit.path) or covers(unit.path, one.path)][
        :MOST_PARTS
    ]


def _who(said: Said, names: dict[int, UnitVersion], unit: UnitVersion) -> dict[str, Any]:
    named = names.get(said.unit_id)
    return {
        "said": said,
        "unit_name": name_of(named) if named else "",
        "code": named.code if named else "",
        "own": said.unit_id == unit.unit_id,
    }


def _term(said: TermSaid, names: dict[int, UnitVersion], unit: UnitVersion) -> dict[str, Any]:
    return _who(said, names, unit)


def _pause(
    said: Pause, names: dict[int, UnitVersion], unit: UnitVersion, request: Request
) -> dict[str, Any]:
    today = clock.today()
    begun = said.first <= today
    over = said.last is not None and said.last < today
    return _who(said, names, unit) | {
        "over": over,
        "begun": begun,
        "last": said.last,
        "back": [_who(one, names, unit) for one in said.back],
        "may_resume": not over and request.actor.may(SchooldayPermission.MANAGE, said.path),
        "is_above": len(said.path) < len(unit.path),
    }


def _return(said: ReturnSaid, names: dict[int, UnitVersion], unit: UnitVersion) -> dict[str, Any]:
    by_day: dict[date, list[int]] = {}
    for grade, day in said.starts.items():
        by_day.setdefault(day, []).append(grade)
    lines = [(day, joined(grades), said.others == day) for day, grades in by_day.items()]
    if said.others is not None and said.others not in by_day:
        lines.append((said.others, "", True))
    return _who(said, names, unit) | {"lines": sorted(lines)}
