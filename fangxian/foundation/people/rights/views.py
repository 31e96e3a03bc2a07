"""Pages: what is held about a person and is handed out; a correction; letting a record go."""

import io
import json
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fangxian.foundation.people import queries as people
from fangxian.foundation.people.models import Person
from fangxian.foundation.people.rights import actions, queries
from fangxian.foundation.people.rights.forms import AskedForm, CorrectForm, HandOutForm
from fangxian.foundation.people.rules import PeoplePermission
from fangxian.foundation.people.unmasked import shown_to
from fangxian.foundation.people.views.places import form_page, read_by
from fangxian.kernel import access, audit, clock
from fangxian.kernel.access.requests import Request
from fangxian.kernel.errors import DomainError, Forbidden
from fangxian.kernel.privacy import Held

GET_POST = require_http_methods(["GET", "POST"])
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _person(request: Request, person_id: int) -> tuple[Person, dict[str, Any]]:
    found = people.readable(person_id, by=request.actor, day=clock.today())
    request.actor.require(PeoplePermission.MANAGE, found.path)
    if not request.actor.inside(found.path):
        raise Forbidden(_("Names stay at the school."))
    return found, {"back": reverse("people:person", args=[person_id]), "about": found.name}


@GET_POST
@audit.shows_persons
@access.requires(PeoplePermission.MANAGE)
def held(request: Request, person_id: int) -> HttpResponse:
    """Everything held about a person, as a page, a spreadsheet or JSON; first one says why."""
    found, shown = _person(request, person_id)
    form = HandOutForm(request.POST or None)
    shown |= {
        "form": form,
        "person": found,
        "corrections": queries.corrections(person_id, by=request.actor),
        "erasable": queries.erasable(found, today=clock.today()),
    }
    if request.method == "POST" and form.is_valid():
        try:
            return _handed_out(request, found, form.cleaned_data)
        except DomainError as error:
            if error.status not in (409, 422):
                raise
            form.refuse(error)
    read_by(request, found)
    status = 422 if form.errors else 200
    return render(request, "rights/held.html", shown, status=status)


def _handed_out(request: Request, person: Person, said: dict[str, Any]) -> HttpResponse:
    at = clock.now()
    _locked, found = actions.hand_out(person_id=person.pk, by=request.actor, at=at, **said)
    name = f"person-{person.pk}"
    if said["form"] == "page":
        page = {"held": found, "person": person, "at": at}
        return render(request, "rights/everything.html", page)
    if said["form"] == "json":
        content = json.dumps(queries.as_json(person, found, at=at), ensure_ascii=False, indent=1)
        response = HttpResponse(content, content_type="application/json; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{name}.json"'
        return response
    response = HttpResponse(_sheets(found), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response


def _sheets(found: Sequence[Held]) -> bytes:
    """A sheet for each table; every cell is written as text: nothing in it becomes a formula."""
    import xlsxwriter  # type: ignore[import-untyped]  # only for who takes a file out

    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    bold = book.add_format({"bold": True})
    for number, one in enumerate(found, 1):
        sheet = book.add_worksheet(f"{number} {one.title}"[:31])
        for place, head in enumerate(one.headings):
            sheet.write_string(0, place, str(head), bold)
        for line, row in enumerate(one.rows, 1):
            for place, cell in enumerate(row):
                sheet.write_string(line, place, cell)
        sheet.freeze_panes(1, 0)
    book.close()
    return target.getvalue()


@GET_POST
@audit.shows_persons
@access.requires(PeoplePermission.MANAGE)
def correction(request: Request, person_id: int) -> HttpResponse:
    """Correct a record because somebody asked; what it was is kept, sealed."""
    found, shown = _person(request, person_id)
    about = CorrectForm.about(found, shown_to(request.actor, found, clock.now()))
    form = CorrectForm(request.POST or None, initial=about)

    def act(said: dict[str, Any]) -> str:
        anew = CorrectForm.anew(said, about)
        actions.correct(person_id=person_id, by=request.actor, at=clock.now(), **anew)
        return reverse("rights:held", args=[person_id])

    shown |= {
        "heading": _("Correct on request"),
        "intro": _("What was wrong, who asked and why are kept with the record."),
    }
    return form_page(
        request, form, act, shown=shown, done=_("Corrected."), seen=lambda: read_by(request, found)
    )


@GET_POST
@audit.shows_persons
@access.requires(PeoplePermission.MANAGE)
def erasure(request: Request, person_id: int) -> HttpResponse:
    """Let the record of somebody who left go before its term."""
    found, shown = _person(request, person_id)
    decision = queries.erasable(found, today=clock.today())
    if not decision.allowed:
        messages.error(request, decision.reason)
        return redirect("rights:held", person_id)
    form = AskedForm(request.POST or None)

    def act(said: dict[str, Any]) -> str:
        actions.erase(person_id=person_id, by=request.actor, at=clock.now(), **said)
        return reverse("people:groups")

    shown |= {
        "heading": _("Erase the record"),
        "intro": _("The person, whom to call, groups, rooms and transfers go now and cannot be "
                   "brought back. Lines of roll calls go at the end of their own term."),
        "grave": True,
    }  # fmt: skip
    return form_page(
        request,
        form,
        act,
        shown=shown,
        done=_("The record is erased."),
        seen=lambda: read_by(request, found),
    )
