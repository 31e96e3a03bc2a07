"""What the pages share: the school or group that an address names, and a form with its action."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from fangxian.foundation.accounts.queries import name_of
from fangxian.foundation.people.models import Person, Transfer
from fangxian.foundation.people.rules import PeopleEvent, PeoplePermission
from fangxian.foundation.people.traces import note_seen
from fangxian.foundation.people.unmasked import sees_in_full
from fangxian.foundation.units.models import SCHOOL_KINDS, UnitVersion
from fangxian.foundation.units.queries import resolve
from fangxian.kernel import clock
from fangxian.kernel.access.requests import Request
from fangxian.kernel.audit.purposes import ask_purpose, purpose_of
from fangxian.kernel.errors import DomainError, NotFound
from fangxian.kernel.shell.forms import ActionForm


def school(request: Request, code: str, permission: PeoplePermission) -> UnitVersion:
    """The school of an address, for who holds the permission there."""
    unit = resolve(code, clock.today(), by=request.actor)
    if unit.kind not in SCHOOL_KINDS:
        raise NotFound(_("There is no such school within your scope."))
    request.actor.require(permission, unit.path)
    return unit


def read_by(request: Request, found: Person) -> None:
    """Leave the trace of a person's record that is shown."""
    purpose = sees_in_full(request.actor, found.path, clock.now(), person_id=found.pk)
    if not purpose and not request.actor.inside(found.path):
        purpose = purpose_of(request)
    note_seen(PeopleEvent.PERSON_READ, [found], by=request.actor, at=clock.now(), purpose=purpose)


def why_first(request: Request, found: Person) -> HttpResponse | None:
    """Who works elsewhere says first why they open a person's record; None where it is said."""
    if request.actor.inside(found.path) or purpose_of(request):
        return None
    return ask_purpose(request)


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
    seen: Callable[[], None] | None = None,
) -> HttpResponse:
    """Show a form; when it is sent and the action agrees, go where `act` says.

    `seen` leaves the trace of whose data the page shows; it is not called where nothing is shown.
    """
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
    if seen is not None:
        seen()
    return render(request, template, shown | {"form": form}, status=status)
