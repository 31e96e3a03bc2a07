"""The auditor's page: who did what, to which unit, when."""

from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from fangxian.foundation.accounts import trail
from fangxian.foundation.accounts.forms import AuditFilter
from fangxian.foundation.accounts.rules import AccountPermission
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel import access, clock
from fangxian.kernel.access.requests import Request
from fangxian.kernel.audit import named_events, sealing

#: digits of the longest id there can be
LONGEST_ID = 18


@require_GET
@access.requires(AccountPermission.AUDIT)
def audit(request: Request) -> HttpResponse:
    """A day of the trail with its filters."""
    today = clock.today()
    events = sorted(named_events().items(), key=lambda pair: str(pair[1]))
    asked = request.GET.copy()
    asked.setdefault("day", today.isoformat())
    form = AuditFilter(asked, events=events)
    told = form.cleaned_data if form.is_valid() else {}
    day: date = told.get("day") or today
    wanted = trail.Wanted(
        day=day,
        event=told.get("event", ""),
        person=told.get("person", "").strip(),
        unit_path=_path(form, request, told.get("unit", "").strip(), day),
        about=told.get("about"),
        before=_number(request, "before"),
        after=_number(request, "after"),
    )
    found = trail.read(wanted, by=request.actor)
    kept = request.GET.copy()
    for name in ("before", "after"):
        kept.pop(name, None)
    shown = {
        "form": form,
        "day": day,
        "slice": found,
        "query": kept.urlencode(),
        "seal": sealing.newest(),
    }
    return render(request, "accounts/audit.html", shown)


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


def _number(request: Request, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) <= LONGEST_ID else None
