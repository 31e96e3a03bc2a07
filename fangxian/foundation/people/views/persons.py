"""One person: the record, and each change of it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fangxian.foundation.accounts.queries import name_of
from fangxian.foundation.people import actions, queries
from fangxian.foundation.people.forms import (
    CallsForm,
    LeaveForm,
    MoveForm,
    NewPersonForm,
    PersonForm,
    group_choices,
)
from fangxian.foundation.people.identity import masked
from fangxian.foundation.people.models import KIND_OF, Person
from fangxian.foundation.people.rules import PeopleEvent, PeoplePermission
from fangxian.foundation.people.views import places
from fangxian.foundation.units.models import OPEN_END, Population
from fangxian.kernel import access, audit, clock
from fangxian.kernel.access.requests import Request

GET_POST = require_http_methods(["GET", "POST"])


def page_of(person_id: int) -> str:
    """The address of a person's record."""
    return reverse("people:person", args=[person_id])


@require_GET
@access.requires(PeoplePermission.VIEW)
def person(request: Request, person_id: int) -> HttpResponse:
    """A person's record. Reading it leaves a trace."""
    today = clock.today()
    found = queries.readable(person_id, by=request.actor, day=today)
    audit.seen(
        PeopleEvent.PERSON_READ, [person_id], by=request.actor, at=clock.now(),
        unit_id=found.school_id, path=found.path, detail={"person_id": person_id},
    )  # fmt: skip
    record = queries.record_of(found, by=request.actor, day=today)
    may_change = request.actor.may(PeoplePermission.MANAGE, found.path)
    group = record.group(today)
    shown = {
        "person": found,
        "record": record,
        "school_name": name_of(record.school) if record.school else "",
        "sees_school": record.school is not None and request.actor.sees(record.school.path),
        "group": group,
        "group_name": name_of(group) if group else "",
        "memberships": [(row, name_of(v) if v else "—") for row, v in record.memberships],
        "number": found.id_number if may_change else masked(found.id_number),
        "may_change": may_change,
        "has_left": found.left_on is not None and found.left_on <= today,
        "under_way": any(one.done_at is None and one.state in ("asked", "accepted")
                         for one in record.transfers),
        "open_end": OPEN_END,
        "today": today,
    }  # fmt: skip
    return render(request, "people/person.html", shown)


def _changing(request: Request, person_id: int) -> tuple[Person, dict[str, Any]]:
    """A person whose record one may change, and what the form's page says."""
    found = queries.readable(person_id, by=request.actor, day=clock.today())
    request.actor.require(PeoplePermission.MANAGE, found.path)
    return found, {"back": page_of(person_id), "about": found.name}


@GET_POST
@access.requires(PeoplePermission.MANAGE)
def person_add(request: Request, code: str) -> HttpResponse:
    """Enter somebody who is new at the school."""
    unit = places.school(request, code, PeoplePermission.MANAGE)
    groups = queries.groups_in(unit.path, clock.today())
    form = NewPersonForm(
        request.POST or None, groups=group_choices(groups),
        initial={"group": request.GET.get("group")},
    )  # fmt: skip

    def act(said: dict[str, Any]) -> str:
        said = dict(said)
        made = actions.add_person(
            school_id=unit.unit_id, kind=said.pop("kind"), group_id=said.pop("group"),
            by=request.actor, at=clock.now(), **said,
        )  # fmt: skip
        return page_of(made.pk)

    shown = {
        "heading": _("New person"),
        "about": name_of(unit),
        "back": reverse("people:roster", args=[code]),
        "intro": _("For many people at once, import a sheet."),
        "elsewhere": reverse("people:ask", args=[code]),
    }
    return places.form_page(request, form, act, shown=shown, done=_("The person is entered."))


@GET_POST
@access.requires(PeoplePermission.MANAGE)
def person_edit(request: Request, person_id: int) -> HttpResponse:
    """Correct what is said of a person."""
    found, shown = _changing(request, person_id)
    form = PersonForm(request.POST or None, initial=PersonForm.about(found))

    def act(said: dict[str, Any]) -> str:
        actions.change_person(person_id=person_id, by=request.actor, at=clock.now(), **said)
        return page_of(person_id)

    shown |= {"heading": _("Correct the record")}
    return places.form_page(request, form, act, shown=shown, done=_("Kept."))


@GET_POST
@access.requires(PeoplePermission.MANAGE)
def person_calls(request: Request, person_id: int) -> HttpResponse:
    """Whom to call about a person."""
    found, shown = _changing(request, person_id)
    record = queries.record_of(found, by=request.actor, day=clock.today())
    form = CallsForm(request.POST or None, initial=CallsForm.about(record.guardians))

    def act(_said: dict[str, Any]) -> str:
        actions.set_guardians(
            person_id=person_id, calls=form.calls(), by=request.actor, at=clock.now()
        )
        return page_of(person_id)

    shown |= {"heading": _("Whom to call")}
    return places.form_page(request, form, act, shown=shown, done=_("Kept."),
                            template="people/calls.html")  # fmt: skip


@GET_POST
@access.requires(PeoplePermission.MANAGE)
def person_move(request: Request, person_id: int) -> HttpResponse:
    """Another group from today on."""
    found, shown = _changing(request, person_id)
    groups = [
        group
        for group in queries.groups_in(found.path, clock.today())
        if KIND_OF[Population(group.unit.population)] == found.kind
    ]
    record = queries.record_of(found, by=request.actor, day=clock.today())
    now = record.group(clock.today())
    form = MoveForm(
        request.POST or None, groups=group_choices(groups),
        initial={"group": now.unit_id if now else None},
    )  # fmt: skip

    def act(said: dict[str, Any]) -> str:
        actions.move_person(
            person_id=person_id, group_id=said["group"], by=request.actor, at=clock.now()
        )
        return page_of(person_id)

    intro = _("From today on. Where the person was until yesterday stays recorded.")
    shown |= {"heading": _("Another group"), "intro": intro}
    return places.form_page(request, form, act, shown=shown, done=_("Kept."))


@GET_POST
@access.requires(PeoplePermission.MANAGE)
def person_leave(request: Request, person_id: int) -> HttpResponse:
    """The person leaves the school, and no other is known."""
    _found, shown = _changing(request, person_id)
    form = LeaveForm(request.POST or None, initial={"day": clock.today()})

    def act(said: dict[str, Any]) -> str:
        actions.end_person(person_id=person_id, day=said["day"], by=request.actor, at=clock.now())
        return page_of(person_id)

    shown |= {
        "heading": _("Leaves the school"),
        "intro": _("What was recorded stays. If another school takes the person over, ask it for "
                   "a transfer instead."),
        "grave": True,
    }  # fmt: skip
    return places.form_page(request, form, act, shown=shown, done=_("Kept."))


@require_POST
@access.requires(PeoplePermission.MANAGE)
def person_back(request: Request, person_id: int) -> HttpResponse:
    """Somebody who had left is here again."""
    actions.bring_back(person_id=person_id, by=request.actor, at=clock.now())
    messages.success(request, _("The person is at the school again, in no group yet."))
    return redirect(page_of(person_id))
