"""Seeing numbers in full: asking, with a reason; and the list of who did."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fangxian.foundation.accounts.queries import name_of
from fangxian.foundation.people import actions, queries, rules, unmasked
from fangxian.foundation.people.forms import ReasonForm
from fangxian.foundation.people.rules import PeopleEvent, PeoplePermission
from fangxian.foundation.people.traces import note_seen
from fangxian.foundation.people.views import places
from fangxian.kernel import access, audit, clock
from fangxian.kernel.access.requests import Request
from fangxian.kernel.errors import Forbidden

GET_POST = require_http_methods(["GET", "POST"])
PAGE = 50


def _intro(request: Request, path: str) -> str:
    held = request.actor.may(PeoplePermission.UNMASK, path)
    minutes = int(rules.unmasked_for(held=held).total_seconds() // 60)
    if held:
        text = _("For %(minutes)s minutes. Your reason is kept, and who watches over it reads it.")
    else:
        text = _("Your role does not include this. You get it for %(minutes)s minutes all the "
                 "same; the head and the administrators of security are told at once, with your "
                 "reason.")  # fmt: skip
    return text % {"minutes": minutes}


@GET_POST
@audit.shows_persons
@access.requires(PeoplePermission.VIEW)
def person_unmask(request: Request, person_id: int) -> HttpResponse:
    """Ask to see one person's numbers in full."""
    found = queries.readable(person_id, by=request.actor, day=clock.today())
    if (why := places.why_first(request, found)) is not None:
        return why
    page = reverse("people:person", args=[person_id])

    def act(said: dict[str, Any]) -> str:
        actions.unmask_person(
            person_id=person_id, reason=said["reason"], by=request.actor, at=clock.now()
        )
        return page

    shown = {"heading": _("Show numbers in full"), "about": found.name, "back": page,
             "intro": _intro(request, found.path)}  # fmt: skip
    return places.form_page(request, ReasonForm(request.POST or None), act, shown=shown, done="",
                            seen=lambda: places.read_by(request, found))  # fmt: skip


@GET_POST
@access.requires(PeoplePermission.VIEW)
def school_unmask(request: Request, code: str) -> HttpResponse:
    """Ask to see the numbers of everybody of a school in full."""
    unit = places.school(request, code, PeoplePermission.VIEW)
    if not request.actor.inside(unit.path):
        raise Forbidden(_("Names stay at the school."))
    page = reverse("people:roster", args=[code])

    def act(said: dict[str, Any]) -> str:
        actions.unmask_school(
            school_id=unit.unit_id, reason=said["reason"], by=request.actor, at=clock.now()
        )
        return page

    shown = {"heading": _("Show everybody's numbers in full"), "about": name_of(unit),
             "back": page, "intro": _intro(request, unit.path)}  # fmt: skip
    done = _("Records show numbers in full for a while.")
    return places.form_page(request, ReasonForm(request.POST or None), act, shown=shown, done=done)


@require_GET
@audit.shows_persons
@access.requires(PeoplePermission.WATCH)
def unmaskings(request: Request) -> HttpResponse:
    """Who saw numbers in full, of whom, and why; those that last first."""
    rows = unmasked.unmaskings(request.actor, at=clock.now())
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    lines = unmasked.lines(list(page.object_list), by=request.actor, at=clock.now())
    shown = [line.whom for line in lines if line.whom is not None]
    note_seen(PeopleEvent.UNMASKINGS_READ, shown, by=request.actor, at=clock.now())
    return render(request, "people/unmaskings.html", {"page": page, "lines": lines})


@require_POST
@access.requires(PeoplePermission.WATCH)
def unmasking_end(request: Request, unmasking_id: int) -> HttpResponse:
    """Let it end now."""
    actions.end_unmasking(unmasking_id=unmasking_id, by=request.actor, at=clock.now())
    messages.success(request, _("Ended: the numbers are masked again."))
    return redirect("people:unmaskings")
