"""A unit's calendar, a month at a time: what each day is, why, and what is due on it."""

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
from fangxian.foundation.obligations.queries import due_here
from fangxian.foundation.schooldays import actions, labels
from fangxian.foundation.schooldays.forms import DayForm
from fangxian.foundation.schooldays.queries import CalendarDay, month
from fangxian.foundation.schooldays.rules import SchooldayPermission, may_change
from fangxian.foundation.schooldays.views.asking import Wish, asked
from fangxian.foundation.units.models import UnitVersion
from fangxian.foundation.units.queries import ancestors, children, resolve
from fangxian.kernel import access, clock
from fangxian.kernel.access.requests import Request

MOST_BELOW = 400
MOST_DIFFERING = 12
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
    at = clock.now()
    today = at.date()
    unit = resolve(code, today, by=request.actor)
    request.actor.require(SchooldayPermission.VIEW, unit.path)
    chosen = read_day(request.GET.get("day"))
    first = _month(request.GET.get("month"), chosen or today)
    days = month(unit=unit, first=first, last=_last(first), today=today)
    chosen = chosen or today
    selected = next((one for one in days if one.day == chosen), None)
    form = _form(request, selected)
    look = None
    if request.method == "POST" and selected:
        wish = _wish(request, form, unit, selected.day)
        done, look = asked(request, form, wish, unit)
        if done:
            messages.success(request, wish.done)
            address = reverse("schooldays:calendar", args=[code])
            return redirect(f"{address}?month={first:%Y-%m}&day={selected.day}")
    shown = {
        "unit": unit,
        "unit_name": name_of(unit),
        "weeks": weeks(days),
        "weekday_names": [WEEKDAYS_ABBR[number] for number in range(7)],
        "month": first,
        "previous": first - timedelta(days=1),
        "next": _last(first) + timedelta(days=1),
        "today": today,
        "unpublished": next((one.day.year for one in days if not one.law.published), None),
        "term_unknown": not all(one.term_known for one in days),
        "form": form,
        "preview": look,
        "clearing": "look_clear" in request.POST,
        "crumbs": _crumbs(request, unit, today),
        "below": _below(unit, today),
        "may_manage": request.actor.may(SchooldayPermission.MANAGE, unit.path),
        **_of_day(request, unit, selected),
    }
    return render(request, "schooldays/calendar.html", shown, status=422 if form.errors else 200)


def _of_day(request: Request, unit: UnitVersion, selected: CalendarDay | None) -> dict[str, Any]:
    """What is told of the chosen day."""
    if selected is None:
        return {"selected": None}
    at = clock.now()
    declarer = name_of(selected.declared_by) if selected.declared_by else ""
    differing = UnitVersion.objects.as_of(at.date()).filter(unit_id__in=selected.below)
    return {
        "selected": selected,
        "why": labels.why(selected, declarer),
        "grades": labels.grades_text(selected) if selected.some_grades else "",
        "differing": [
            {"code": one.code, "name": name_of(one)}
            for one in differing.order_by("path")[:MOST_DIFFERING]
        ],
        "dues": due_here(unit=unit, day=selected.day, at=at),
        "decision": _decision(request, unit, selected, at.date()),
    }


def _form(request: Request, selected: CalendarDay | None) -> DayForm:
    if request.method == "POST":
        return DayForm(request.POST)
    if selected is not None and selected.declared_here:
        state = "open" if selected.is_open else "closed"
        return DayForm(initial={"state": state, "reason": selected.reason})
    return DayForm()


def _wish(request: Request, form: DayForm, unit: UnitVersion, day: date) -> Wish:
    def declare() -> object:
        told = form.cleaned_data
        return actions.declare_day(
            is_open=told["state"] == "open", reason=told["reason"], **asked_for
        )

    def clear() -> object:
        return actions.clear_day(**asked_for)

    asked_for: dict[str, Any] = {
        "unit_id": unit.unit_id,
        "day": day,
        "by": request.actor,
        "at": clock.now(),
    }
    if "clear" in request.POST or "look_clear" in request.POST:
        return Wish(clear, day, day, _("What was declared here is taken back."), needs_form=False)
    return Wish(declare, day, day, _("Declared, here and for every unit below."))


def _decision(
    request: Request, unit: UnitVersion, selected: CalendarDay, today: date
) -> access.Decision:
    if not request.actor.may(SchooldayPermission.MANAGE, unit.path):
        return access.Decision(False)
    return may_change(selected.day, today=today)


def read_day(text: str | None) -> date | None:
    """A day of an address; None where there is none such, or none that can be meant."""
    return clock.day_written(text or "")


def _month(text: str | None, otherwise: date) -> date:
    found = read_day(f"{text}-01")
    return found if found and found.year in YEARS else otherwise.replace(day=1)


def _last(first: date) -> date:
    return first.replace(day=monthrange(first.year, first.month)[1])


def weeks(days: list[CalendarDay]) -> list[list[dict[str, Any] | None]]:
    """The days in rows from Monday to Sunday; None before the first and after the last."""
    padded: list[dict[str, Any] | None] = [None] * days[0].day.weekday()
    padded += [{"one": one, "short": labels.short(one), "tone": labels.tone(one)} for one in days]
    padded += [None] * (-len(padded) % 7)
    return [padded[start : start + 7] for start in range(0, len(padded), 7)]


def _crumbs(request: Request, unit: UnitVersion, today: date) -> list[dict[str, str]]:
    above = [one for one in ancestors(unit, today) if request.actor.sees(one.path)]
    return [{"code": one.code, "name": name_of(one)} for one in above]


def _below(unit: UnitVersion, today: date) -> list[dict[str, str]]:
    found = children(unit.unit_id, today)[:MOST_BELOW]
    return [{"code": one.code, "name": name_of(one)} for one in found]
