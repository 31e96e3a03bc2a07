"""Changing the tree: one form, one action each."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from fangxian.foundation.units import actions, forms, queries
from fangxian.foundation.units.models import UnitKind, UnitVersion
from fangxian.foundation.units.rules import UnitPermission, above
from fangxian.kernel import access, clock
from fangxian.kernel.access.requests import Request
from fangxian.kernel.errors import DomainError
from fangxian.kernel.shell.forms import ActionForm

GET_POST = require_http_methods(["GET", "POST"])


def _unit(request: Request, code: str, permission: UnitPermission) -> UnitVersion:
    found = queries.resolve(code, clock.today(), by=request.actor)
    request.actor.require(permission, found.path)
    return found


def _form_page(
    request: Request,
    unit: UnitVersion,
    form: ActionForm,
    act: Callable[[dict[str, Any]], str],
    *,
    heading: str,
    intro: str = "",
    done: str,
    confirm: str = "",
    grave: bool = False,
) -> HttpResponse:
    """Show a form; when it is sent and the action agrees, go back to the unit.

    `confirm` stands on the button, where the heading says no deed. `act` returns the code of the
    unit to go to.
    """
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                code = act(form.cleaned_data)
            except DomainError as error:
                form.refuse(error)
            else:
                messages.success(request, done)
                return _to(code, form.cleaned_data.get("day"))
        status = 422
    shown = {"unit": unit, "form": form, "heading": heading, "intro": intro, "grave": grave,
             "confirm": confirm or heading}  # fmt: skip
    return render(request, "units/form.html", shown, status=status)


def _to(code: str, day: date | None = None) -> HttpResponse:
    """Back to a unit, as of the day on which the change holds."""
    query = f"?{urlencode({'day': str(day)})}" if day and day > clock.today() else ""
    return redirect(reverse("units:unit", args=[code]) + query)


@GET_POST
@access.requires(UnitPermission.MANAGE)
def change(request: Request, code: str) -> HttpResponse:
    """Another name or code from a day on."""
    unit = _unit(request, code, UnitPermission.MANAGE)
    form = forms.ChangeForm(
        request.POST or None, today=clock.today(), initial=forms.ChangeForm.about(unit),
        of_group=unit.kind == UnitKind.GROUP,
    )  # fmt: skip

    def act(said: dict[str, Any]) -> str:
        return actions.change_unit(
            unit_id=unit.unit_id, by=request.actor, at=clock.now(), **said
        ).code

    return _form_page(request, unit, form, act, heading=_("Change name, code or grade")
                      if unit.kind == UnitKind.GROUP else _("Change name or code"),
                      done=_("Changed."),
                      intro=_("What was right until then stays right for those days."))  # fmt: skip


@GET_POST
@access.requires(UnitPermission.MANAGE)
def open_below(request: Request, code: str) -> HttpResponse:
    """A new unit below this one."""
    unit = _unit(request, code, UnitPermission.MANAGE)
    form = forms.OpenForm(
        request.POST or None, parent_kind=unit.kind, initial={"opened_on": clock.today()}
    )

    def act(said: dict[str, Any]) -> str:
        return actions.open_unit(
            parent_id=unit.unit_id, by=request.actor, at=clock.now(), **said
        ).code

    return _form_page(request, unit, form, act, heading=_("New unit below this one"),
                      done=_("The unit has been opened."),
                      intro=_("For many at once, import a sheet."))  # fmt: skip


@GET_POST
@access.requires(UnitPermission.MANAGE)
def close(request: Request, code: str) -> HttpResponse:
    """The end of a unit and of everything below it."""
    unit = _unit(request, code, UnitPermission.MANAGE)
    request.actor.require(UnitPermission.MANAGE, above(unit.path))
    form = forms.CloseForm(request.POST or None, today=clock.today())

    def act(said: dict[str, Any]) -> str:
        actions.close_unit(unit_id=unit.unit_id, day=said["day"], by=request.actor, at=clock.now())
        return queries.ancestors(unit, clock.today())[-1].code

    return _form_page(
        request, unit, form, act, heading=_("Close the unit"), grave=True,
        done=_("The unit is closed from that day on."),
        intro=_("The day before is its last. What it reported stays; nothing is deleted."),
    )  # fmt: skip


@GET_POST
@access.requires(UnitPermission.MANAGE)
def move(request: Request, code: str) -> HttpResponse:
    """Another line of reporting, for the unit and everything below it."""
    unit = _unit(request, code, UnitPermission.MANAGE)
    form = forms.OtherUnitForm(request.POST or None, today=clock.today())

    def act(said: dict[str, Any]) -> str:
        other = queries.resolve(said["code"].strip(), said["day"], by=request.actor)
        return actions.move_unit(
            unit_id=unit.unit_id, new_parent_id=other.unit_id, day=said["day"],
            by=request.actor, at=clock.now(),
        ).code  # fmt: skip

    return _form_page(
        request, unit, form, act, heading=_("Move the unit"), done=_("The unit has been moved."),
        intro=_("From that day on it reports to the other unit, with everything below it."),
    )  # fmt: skip


@GET_POST
@access.requires(UnitPermission.MANAGE)
def merge(request: Request, code: str) -> HttpResponse:
    """One unit into another."""
    unit = _unit(request, code, UnitPermission.MANAGE)
    form = forms.OtherUnitForm(request.POST or None, today=clock.today())

    def act(said: dict[str, Any]) -> str:
        other = queries.resolve(said["code"].strip(), said["day"], by=request.actor)
        actions.merge_units(
            from_id=unit.unit_id, into_id=other.unit_id, day=said["day"],
            by=request.actor, at=clock.now(),
        )  # fmt: skip
        return other.code

    return _form_page(
        request, unit, form, act, heading=_("Merge into another unit"), grave=True,
        done=_("The units have been merged."),
        intro=_("What is below this unit goes to the other one; this one closes."),
    )  # fmt: skip


@GET_POST
@access.requires(UnitPermission.CONTACTS)
def contact(request: Request, code: str) -> HttpResponse:
    """The person in charge."""
    unit = _unit(request, code, UnitPermission.CONTACTS)
    initial = {"name": unit.contact_name, "phone": unit.contact_phone}
    form = forms.ContactForm(request.POST or None, today=clock.today(), initial=initial)

    def act(said: dict[str, Any]) -> str:
        return actions.set_contact(
            unit_id=unit.unit_id, by=request.actor, at=clock.now(), **said
        ).code

    return _form_page(
        request, unit, form, act, heading=_("Person in charge"), done=_("Changed."),
        confirm=_("Keep"),
        intro=_("Seen by the unit itself and the level directly above, who call when a report "
                "is missing."),
    )  # fmt: skip


@GET_POST
@access.requires(UnitPermission.CONTACTS)
def leader_add(request: Request, code: str) -> HttpResponse:
    """Another member of the leading group."""
    unit = _unit(request, code, UnitPermission.CONTACTS)
    form = forms.LeaderForm(request.POST or None, today=clock.today())

    def act(said: dict[str, Any]) -> str:
        said = dict(said)
        actions.add_leader(unit_id=unit.unit_id, valid_from=said.pop("day"), by=request.actor,
                           at=clock.now(), **said)  # fmt: skip
        return unit.code

    return _form_page(request, unit, form, act, heading=_("Member of the leading group"),
                      done=_("Added."), confirm=_("Keep"))  # fmt: skip


@GET_POST
@access.requires(UnitPermission.CONTACTS)
def tie_add(request: Request, code: str) -> HttpResponse:
    """Another contact outside the school system."""
    unit = _unit(request, code, UnitPermission.CONTACTS)
    form = forms.TieForm(request.POST or None, today=clock.today())

    def act(said: dict[str, Any]) -> str:
        said = dict(said)
        actions.add_tie(unit_id=unit.unit_id, valid_from=said.pop("day"), by=request.actor,
                        at=clock.now(), **said)  # fmt: skip
        return unit.code

    return _form_page(request, unit, form, act, heading=_("Outside contact"), done=_("Added."),
                      confirm=_("Keep"))  # fmt: skip


@require_POST
@access.requires(UnitPermission.CONTACTS)
def leader_end(request: Request, code: str, row_id: int) -> HttpResponse:
    """A member leaves the leading group as of today."""
    unit = _unit(request, code, UnitPermission.CONTACTS)
    actions.end_leader(member_id=row_id, day=clock.today(), by=request.actor, at=clock.now())
    messages.success(request, _("Removed from today on."))
    return _to(unit.code)


@require_POST
@access.requires(UnitPermission.CONTACTS)
def tie_end(request: Request, code: str, row_id: int) -> HttpResponse:
    """A contact ends as of today."""
    unit = _unit(request, code, UnitPermission.CONTACTS)
    actions.end_tie(tie_id=row_id, day=clock.today(), by=request.actor, at=clock.now())
    messages.success(request, _("Removed from today on."))
    return _to(unit.code)
