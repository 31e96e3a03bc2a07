"""The response level at a unit: what holds, what is to come, and setting it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fangxian.foundation.accounts.queries import name_of
from fangxian.foundation.obligations.actions import Effect, rehearse
from fangxian.foundation.situations import actions
from fangxian.foundation.situations.forms import EndForm, LevelForm
from fangxian.foundation.situations.queries import in_force, levels
from fangxian.foundation.situations.rules import SituationPermission
from fangxian.foundation.units.models import BUREAU_KINDS, UnitVersion
from fangxian.foundation.units.queries import resolve
from fangxian.kernel import access, clock
from fangxian.kernel.access.requests import Request
from fangxian.kernel.errors import DomainError

SET, END = {"set", "look"}, {"end", "look_end"}
CONFIRMED = {"set", "end"}
#: school days and days at home differ, so a preview looks a week ahead
LOOK_AHEAD = 7


@require_http_methods(["GET", "POST"])
@access.requires(SituationPermission.VIEW)
def level(request: Request, code: str) -> HttpResponse:
    """The levels that bear on a unit from today on; who may sets or ends its own."""
    today = clock.today()
    unit = resolve(code, today, by=request.actor)
    request.actor.require(SituationPermission.VIEW, unit.path)
    wants = set(request.POST) if request.method == "POST" else set()
    ending, setting = bool(wants & END), bool(wants & SET)
    form = LevelForm(request.POST if setting else None)
    end = EndForm(request.POST if ending else None, prefix="end")
    wish = _setting(request, form, unit) if setting else _ending(request, end, unit)
    answering = form if setting else end
    look: list[Effect] | None = None
    if (setting or ending) and answering.is_valid():
        if wants & CONFIRMED:
            if _done(request, answering, wish):
                return redirect("situations:level", code)
        else:
            look = _looked(answering, wish, unit)
    bearing = levels(unit=unit, since=today)
    shown = {
        "unit": unit,
        "unit_name": name_of(unit),
        "now": in_force(unit=unit, day=today),
        "levels": [{"here": one, "unit_name": name_of(one.unit)} for one in bearing],
        "has_own": any(one.own for one in bearing),
        "form": form,
        "end": end,
        "look": look,
        "look_at_end": ending,
        "may_set": unit.kind in BUREAU_KINDS
        and request.actor.may(SituationPermission.MANAGE, unit.path),
    }
    status = 422 if form.errors or end.errors else 200
    return render(request, "situations/level.html", shown, status=status)


@dataclass(frozen=True)
class _Wish:
    """A change of the level, its first day, and what to say when it is done."""

    change: Callable[[], object]
    first: Callable[[], date]
    done: str


def _setting(request: Request, form: LevelForm, unit: UnitVersion) -> _Wish:
    def change() -> object:
        at, by = clock.now(), request.actor
        return actions.set_level(unit_id=unit.unit_id, by=by, at=at, **form.cleaned_data)

    done = _("The level is in force from that day, here and below.")
    return _Wish(change, lambda: form.cleaned_data["valid_from"], done)


def _ending(request: Request, form: EndForm, unit: UnitVersion) -> _Wish:
    def first() -> date:
        day: date = form.cleaned_data["valid_from"]
        return day

    def change() -> object:
        at, by = clock.now(), request.actor
        actions.end_level(unit_id=unit.unit_id, from_day=first(), by=by, at=at)
        return None

    return _Wish(change, first, _("From that day on only what holds above counts here."))


def _done(request: Request, form: LevelForm | EndForm, wish: _Wish) -> bool:
    try:
        wish.change()
    except DomainError as error:
        return _refused(form, error)
    messages.success(request, wish.done)
    return True


def _looked(form: LevelForm | EndForm, wish: _Wish, unit: UnitVersion) -> list[Effect] | None:
    """What the change does on the first day on which it does anything; None if it may not be."""
    at = clock.now()
    begin = max(wish.first(), at.date())
    days = [begin + timedelta(days=step) for step in range(LOOK_AHEAD)]
    try:
        return rehearse(wish.change, days=days, path=unit.path, at=at)
    except DomainError as error:
        _refused(form, error)
        return None


def _refused(form: LevelForm | EndForm, error: DomainError) -> bool:
    if error.status == 403:
        raise error
    form.refuse(error)
    return False
