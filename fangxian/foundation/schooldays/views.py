"""A unit's calendar, a month at a time, and declaring a day."""

from calendar import monthrange
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from fangxian.foundation.accounts.queries import name_of, place
from fangxian.foundation.schooldays import actions
from fangxian.foundation.schooldays.forms import DayForm
from fangxian.foundation.schooldays.queries import CalendarDay, month
from fangxian.foundation.schooldays.rules import SchooldayPermission, may_change
from fangxian.foundation.units.models import UnitVersion
from fangxian.foundation.units.queries import ancestors, children, resolve
from fangxian.kernel import access, clock
from fangxian.kernel.access.requests import Request
from fangxian.kernel.errors import DomainError

MOST_BELOW = 400
YEARS = range(2000, 2100)


@require_GET
@access.requires(SchooldayPermission.VIEW)
def own(request: Request) -> HttpResponse:
    """The calendar of the unit one works at."""
    today = clock.today()
    holding = next(
        one for one in request.actor.holdings if SchooldayPermission.VIEW in one.permissions
    )
    return redirect("schooldays:calendar", place(holding.unit_id, day=today).code)


@require_http_methods(["GET", "POST"])
@access.requires(SchooldayPermission.VIEW)
def calendar(request: Request, code: str) -> HttpResponse:
    """A month of a unit; a chosen day can be declared by who may."""
    today = clock.today()
    unit = resolve(code, today, by=request.actor)
    request.actor.require(SchooldayPermission.VIEW, unit.path)
    chosen = _day(request.GET.get("day"))
    first = _month(request.GET.get("month"), chosen or today)
    days = month(unit=unit, first=first, last=_last(first), today=today)
    selected = next((one for one in days if one.day == chosen), None)
    form = _form(request, selected)
    if request.method == "POST" and selected and _declared(request, form, unit, selected.day):
        address = reverse("schooldays:calendar", args=[code])
        return redirect(f"{address}?month={first:%Y-%m}&day={selected.day}")
    shown = {
        "unit": unit,
        "unit_name": name_of(unit),
        "weeks": _weeks(days),
        "weekday_names": [WEEKDAYS_ABBR[number] for number in range(7)],
        "month": first,
        "previous": first - timedelta(days=1),
        "next": _last(first) + timedelta(days=1),
        "today": today,
        "selected": selected,
        "declarer": name_of(selected.declared_by) if selected and selected.declared_by else "",
        "decision": _decision(request, unit, selected, today),
        "form": form,
        "crumbs": _crumbs(request, unit, today),
        "below": _below(unit, today),
    }
    return render(request, "schooldays/calendar.html", shown, status=422 if form.errors else 200)


def _form(request: Request, selected: CalendarDay | None) -> DayForm:
    if request.method == "POST":
        return DayForm(request.POST)
    if selected is not None and selected.declared_here:
        state = "open" if selected.is_open else "closed"
        return DayForm(initial={"state": state, "reason": selected.reason})
    return DayForm()


def _declared(request: Request, form: DayForm, unit: UnitVersion, day: date) -> bool:
    """Do what was asked; False when it was refused, with the form saying why."""
    asked: dict[str, Any] = {
        "unit_id": unit.unit_id,
        "day": day,
        "by": request.actor,
        "at": clock.now(),
    }
    try:
        if "clear" in request.POST:
            actions.clear_day(**asked)
            messages.success(request, _("What was declared here is taken back."))
            return True
        if not form.is_valid():
            return False
        told = form.cleaned_data
        actions.declare_day(is_open=told["state"] == "open", reason=told["reason"], **asked)
    except DomainError as error:
        if error.status != 422:
            raise
        form.refuse(error)
        return False
    messages.success(request, _("Declared, here and for every unit below."))
    return True


def _decision(
    request: Request, unit: UnitVersion, selected: CalendarDay | None, today: date
) -> access.Decision:
    if selected is None or not request.actor.may(SchooldayPermission.MANAGE, unit.path):
        return access.Decision(False)
    return may_change(selected.day, today=today)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _month(text: str | None, otherwise: date) -> date:
    asked = _day(f"{text}-01")
    return asked if asked and asked.year in YEARS else otherwise.replace(day=1)


def _last(first: date) -> date:
    return first.replace(day=monthrange(first.year, first.month)[1])


def _weeks(days: list[CalendarDay]) -> list[list[CalendarDay | None]]:
    """The days in rows from Monday to Sunday; None before the first and after the last."""
    padded: list[CalendarDay | None] = [None] * days[0].day.weekday()
    padded += days
    padded += [None] * (-len(padded) % 7)
    return [padded[start : start + 7] for start in range(0, len(padded), 7)]


def _crumbs(request: Request, unit: UnitVersion, today: date) -> list[dict[str, str]]:
    above = [one for one in ancestors(unit, today) if request.actor.sees(one.path)]
    return [{"code": one.code, "name": name_of(one)} for one in above]


def _below(unit: UnitVersion, today: date) -> list[dict[str, str]]:
    found = children(unit.unit_id, today).exclude(kind="group")[:MOST_BELOW]
    return [{"code": one.code, "name": name_of(one)} for one in found]
