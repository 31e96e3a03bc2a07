"""What the pages share: the school or group that an address names, and a form with its action."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from fangxian.foundation.accounts.queries import name_of
from fangxian.foundation.people.models import Transfer
from fangxian.foundation.people.rules import PeoplePermission
from fangxian.foundation.units.models import SCHOOL_KINDS, UnitVersion
from fangxian.foundation.units.queries import resolve
from fangxian.kernel import clock
from fangxian.kernel.access.requests import Request
from fangxian.kernel.errors import DomainError, NotFound
from fangxian.kernel.shell.forms import ActionForm


def school(request: Request, code: str, permission: PeoplePermission) -> UnitVersion:
    """The school of an address, for who holds the permission there."""
    unit = resolve(code, clock.today(), by=request.actor)
    if unit.kind not in SCHOOL_KINDS:
        raise NotFound(_("There is no such school within your scope."))
    request.actor.require(permission, unit.path)
    return unit


def frame(request: Request, unit: UnitVersion) -> dict[str, Any]:
    """What every page of a school shows: its name, and what one may do."""
    return {
        "unit": unit,
        "unit_name": name_of(unit),
        "inside": request.actor.inside(unit.path),
        "may_change": request.actor.may(PeoplePermission.MANAGE, unit.path),
        "waiting": Transfer.objects.waiting_for(unit.path).count(),
        "today": clock.today(),
    }


def form_page(
    request: Request,
    form: ActionForm,
    act: Callable[[dict[str, Any]], str],
    *,
    shown: dict[str, Any],
    done: str,
    template: str = "people/form.html",
) -> HttpResponse:
    """Show a form; when it is sent and the action agrees, go where `act` says."""
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                url = act(form.cleaned_data)
            except DomainError as error:
                if error.status not in (409, 422):
                    raise
                form.refuse(error)
            else:
                if done:
                    messages.success(request, done)
                return redirect(url)
        status = 422
    return render(request, template, shown | {"form": form}, status=status)
