"""Looking for units, and one unit as of a day."""

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from fangxian.foundation.units import queries, rules
from fangxian.foundation.units.models import OPEN_END, UnitVersion
from fangxian.foundation.units.rules import UnitPermission
from fangxian.foundation.units.search import Found
from fangxian.kernel import access, clock
from fangxian.kernel.access.requests import Request
from fangxian.kernel.errors import Invalid, NotFound

PAGE = 50
SORTS = {"code": "code", "name": "name_zh", "headcount": "unit__headcount"}


def day_asked(request: Request) -> date:
    """The day of the page: `?day=`, by default today."""
    text = request.GET.get("day", "")
    if not text:
        return clock.today()
    day = clock.day_written(text)
    if day is None:
        reason = _("The day is not understood: %(text)s. Write 2020-09-01.") % {"text": text}
        raise Invalid(reason, {"day": [reason]})
    return day


@require_GET
@access.requires(UnitPermission.VIEW)
def search(request: Request) -> HttpResponse:
    """Find a unit by name, spelling or code; while one types, only the list is sent."""
    day = day_asked(request)
    text = request.GET.get("q", "").strip()
    shown: dict[str, Any] = {"q": text, "day": day, "today": clock.today()}
    if text:
        shown["found"] = queries.search(text, day, ranges=_ranges(request))
    else:
        shown["roots"] = _own_units(request, day)
    part = bool(request.htmx) and not request.htmx.boosted
    return render(request, "units/found.html" if part else "units/search.html", shown)


@require_GET
@access.requires(UnitPermission.VIEW)
def options(request: Request) -> HttpResponse:
    """What a code field may be completed with."""
    text = request.GET.get("code", "").strip()
    found: list[Found] = queries.search(text, clock.today(), ranges=_ranges(request))
    return render(request, "units/options.html", {"found": found})


def _ranges(request: Request) -> tuple[tuple[str, str], ...]:
    return request.actor.ranges(UnitPermission.VIEW)


def _own_units(request: Request, day: date) -> list[UnitVersion]:
    """Where one works: the tops of one's scope, to begin looking from."""
    lows = [low for low, _high in _ranges(request)]
    tops = UnitVersion.objects.as_of(day).visible_to(request.actor).order_by("path")
    return list(tops.filter(path__in=lows) if any(lows) else tops.filter(reports_to=None))


@require_GET
@access.requires(UnitPermission.VIEW)
def unit(request: Request, code: str) -> HttpResponse:
    """One unit as of a day: what it is, where it stands, what is below it, whom to call."""
    day = day_asked(request)
    try:
        found = queries.resolve(code, day, by=request.actor)
    except NotFound as error:
        right = error.extra.get("right_code")
        if right is None:
            raise
        return redirect(
            f"{reverse('units:unit', args=[right])}?{urlencode({'day': str(day), 'was': code})}"
        )
    request.actor.require(UnitPermission.VIEW, found.path)
    shown = _facts(request, found, day) | _people_to_call(request, found, day)
    shown |= {"page": _children(request, found, day), "sort": request.GET.get("sort", "")}
    return render(request, "units/unit.html", shown)


def _facts(request: Request, found: UnitVersion, day: date) -> dict[str, Any]:
    actor = request.actor
    above = queries.ancestors(found, day)
    territory = None
    if found.territorial_id and found.territorial_id not in {row.unit_id for row in above}:
        territory = UnitVersion.objects.as_of(day).filter(unit_id=found.territorial_id).first()
    merged = found.unit.merged_into_id
    return {
        "unit": found,
        "day": day,
        "today": clock.today(),
        "was": request.GET.get("was", ""),
        "above": [(row, actor.sees(row.path)) for row in above],
        "territory": territory,
        "roll": queries.roll(found, day) if rules.depth(found.path) > 1 else None,
        "guests": list(queries.standing_in(found.unit_id, day)) if found.kind == "county" else [],
        "history": queries.history(found.unit_id),
        "open_end": OPEN_END,
        "merged_into": UnitVersion.objects.filter(unit_id=merged).last() if merged else None,
        "may_manage": actor.may(UnitPermission.MANAGE, found.path),
        "may_reshape": actor.may(UnitPermission.MANAGE, rules.above(found.path)),
        "may_contacts": actor.may(UnitPermission.CONTACTS, found.path),
        "opens_below": any(found.kind in parents for parents in rules.PARENTS.values()),
    }


def _people_to_call(request: Request, found: UnitVersion, day: date) -> dict[str, Any]:
    """Names and numbers, for who belongs to the unit or works at the level directly above."""
    if not queries.may_call(request.actor, found):
        return {"may_call": False}
    holds = {"valid_from__lte": day, "valid_to__gt": day}
    return {
        "may_call": True,
        "leaders": found.unit.leading_group.filter(**holds).order_by("pk"),
        "ties": found.unit.ties.filter(**holds).order_by("kind", "pk"),
    }


def _children(request: Request, found: UnitVersion, day: date) -> Any:
    rows = queries.children(found.unit_id, day)
    text = request.GET.get("q", "").strip()
    if text:
        rows = queries.named_like(rows, text)
    sort = request.GET.get("sort", "")
    column = SORTS.get(sort.removeprefix("-"))
    if column:
        rows = rows.order_by(f"-{column}" if sort.startswith("-") else column, "code")
    return Paginator(rows, PAGE).get_page(request.GET.get("page"))
