"""The auditor's page, and a school's own: who did what, who looked at whom."""

from datetime import date, timedelta

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from fangxian.foundation.accounts import lookers as looking
from fangxian.foundation.accounts import trail
from fangxian.foundation.accounts.lookers import LookersPermission
from fangxian.foundation.accounts.queries import name_of
from fangxian.foundation.accounts.rules import AccountPermission
from fangxian.foundation.accounts.trail import Cursor
from fangxian.foundation.accounts.trail_forms import AuditFilter, DaysFilter, LookersFilter
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel import access, audit, clock
from fangxian.kernel.access.requests import Request
from fangxian.kernel.audit import named_events, sealing
from fangxian.kernel.errors import NotFound
from fangxian.kernel.numbers import written

#: how far back a school looks unless it says otherwise
WEEK = timedelta(days=6)


@require_GET
@access.requires(AccountPermission.AUDIT)
def trail_page(request: Request) -> HttpResponse:
    """Some days of the trail with their filters."""
    today = clock.today()
    events = sorted(named_events().items(), key=lambda pair: str(pair[1]))
    form = AuditFilter(_asked(request, today, today), events=events)
    told = form.cleaned_data if form.is_valid() else {}
    first, last = _days(form, today, today)
    wanted = trail.Wanted(
        first=first,
        last=last,
        event=told.get("event", ""),
        person=told.get("person", "").strip(),
        unit_path=_path(form, request, told.get("unit", "").strip(), last),
        about=told.get("about"),
        code=told.get("code", "").strip(),
        before=_cursor(request, "before"),
        after=_cursor(request, "after"),
    )
    found = trail.read(wanted, by=request.actor)
    shown = {
        "form": form,
        "first": first,
        "last": last,
        "slice": found,
        "query": _kept(request),
        "seal": sealing.newest(),
    }
    return render(request, "accounts/audit.html", shown)


@require_GET
@audit.shows_persons
@access.requires(LookersPermission.VIEW)
def lookers(request: Request) -> HttpResponse:
    """Who looked at the people of one's own school, when, and why."""
    today = clock.today()
    places = looking.own_places(request.actor, today)
    if not places:
        raise NotFound(_("There is no such school within your scope."))
    chosen = {place.code: place for place in places}
    unit = chosen.get(request.GET.get("school", ""), places[0])
    form = LookersFilter(
        _asked(request, today - WEEK, today), schools=[(p.code, name_of(p)) for p in places]
    )
    told = form.cleaned_data if form.is_valid() else {}
    first, last = _days(form, today - WEEK, today)
    wanted = looking.Wanted(
        first=first,
        last=last,
        text=told.get("q", "").strip(),
        everyday=told.get("everyday", False),
        before=_cursor(request, "before"),
        after=_cursor(request, "after"),
    )
    found = looking.read(wanted, unit, by=request.actor)
    shown = {
        "form": form,
        "unit": unit,
        "unit_name": name_of(unit),
        "first": first,
        "last": last,
        "looks": found,
        "query": _kept(request),
    }
    return render(request, "accounts/lookers.html", shown)


def _asked(request: Request, first: date, last: date) -> QueryDict:
    """What was asked, with the days that are meant where none are said."""
    asked = request.GET.copy()
    day = request.GET.get("day", "")
    if day:  # a single day, as links from elsewhere say it
        asked["first"] = asked["last"] = day
    asked.setdefault("first", first.isoformat())
    asked.setdefault("last", last.isoformat())
    return asked


def _days(form: DaysFilter, first: date, last: date) -> tuple[date, date]:
    told = getattr(form, "cleaned_data", {})
    if form.errors:
        return first, last
    return told.get("first") or first, told.get("last") or last


def _kept(request: Request) -> str:
    kept = request.GET.copy()
    for name in ("before", "after"):
        kept.pop(name, None)
    return kept.urlencode()


def _path(form: AuditFilter, request: Request, code: str, day: date) -> str:
    """The path of the unit asked for; one that matches nothing when there is no such unit."""
    if not code:
        return ""
    units = UnitVersion.objects.as_of(day).visible_to(request.actor)
    found = units.filter(code=code).first()
    if found is None:
        form.add_error("unit", _("There is no such unit within your scope."))
        return "-/"
    return found.path


def _cursor(request: Request, name: str) -> Cursor | None:
    text, _dot, number = request.GET.get(name, "").partition(".")
    day = clock.day_written(text)
    found = written(number)
    return None if day is None or found is None else Cursor(day, found)
