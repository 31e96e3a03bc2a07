"""The response level at a unit: what holds, what is to come, and setting it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fangxian.foundation.accounts.queries import name_of
from fangxian.foundation.situations import actions
from fangxian.foundation.situations.forms import EndForm, LevelForm
from fangxian.foundation.situations.queries import in_force, levels
from fangxian.foundation.situations.rules import SituationPermission
from fangxian.foundation.units.models import BUREAU_KINDS, UnitVersion
from fangxian.foundation.units.queries import resolve
from fangxian.kernel import access, clock
from fangxian.kernel.access.requests import Request
from fangxian.kernel.errors import DomainError


@require_http_methods(["GET", "POST"])
@access.requires(SituationPermission.VIEW)
def level(request: Request, code: str) -> HttpResponse:
    """The levels that bear on a unit from today on; who may sets or ends its own."""
    today = clock.today()
    unit = resolve(code, today, by=request.actor)
    request.actor.require(SituationPermission.VIEW, unit.path)
    ending = request.method == "POST" and "end" in request.POST
    setting = request.method == "POST" and not ending
    form = LevelForm(request.POST if setting else None)
    end = EndForm(request.POST if ending else None, prefix="end")
    if (setting and _set(request, form, unit)) or (ending and _end(request, end, unit)):
        return redirect("situations:level", code)
    bearing = levels(unit=unit, since=today)
    shown = {
        "unit": unit,
        "unit_name": name_of(unit),
        "now": in_force(unit=unit, day=today),
        "levels": [{"here": one, "unit_name": name_of(one.unit)} for one in bearing],
        "has_own": any(one.own for one in bearing),
        "form": form,
        "end": end,
        "may_set": unit.kind in BUREAU_KINDS
        and request.actor.may(SituationPermission.MANAGE, unit.path),
    }
    status = 422 if form.errors or end.errors else 200
    return render(request, "situations/level.html", shown, status=status)


def _set(request: Request, form: LevelForm, unit: UnitVersion) -> bool:
    if not form.is_valid():
        return False
    try:
        made = actions.set_level(
            unit_id=unit.unit_id, by=request.actor, at=clock.now(), **form.cleaned_data
        )
    except DomainError as error:
        return _refused(form, error)
    messages.success(
        request,
        _("The level is in force from %(day)s, here and below.")
        % {"day": f"{made.valid_from:%Y-%m-%d}"},
    )
    return True


def _end(request: Request, form: EndForm, unit: UnitVersion) -> bool:
    if not form.is_valid():
        return False
    try:
        actions.end_level(
            unit_id=unit.unit_id,
            from_day=form.cleaned_data["valid_from"],
            by=request.actor,
            at=clock.now(),
        )
    except DomainError as error:
        return _refused(form, error)
    messages.success(request, _("From that day on only what holds above counts here."))
    return True


def _refused(form: LevelForm | EndForm, error: DomainError) -> bool:
    if error.status == 403:
        raise error
    form.refuse(error)
    return False
