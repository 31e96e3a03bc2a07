"""Transfers between schools: asking, answering, and what each side sees of them."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fangxian.foundation.accounts.queries import name_of
from fangxian.foundation.people import actions, queries
from fangxian.foundation.people.forms import AnswerForm, OfferForm, RequestForm, group_choices
from fangxian.foundation.people.models import (
    KIND_OF,
    Membership,
    Transfer,
    TransferSide,
    TransferState,
)
from fangxian.foundation.people.rules import PeoplePermission
from fangxian.foundation.people.views import places
from fangxian.foundation.units.models import Population, UnitVersion
from fangxian.kernel import access, clock
from fangxian.kernel.access.requests import Request
from fangxian.kernel.errors import Invalid, NotFound

GET_POST = require_http_methods(["GET", "POST"])
PAGE = 50
TONES = {
    TransferState.ASKED: "waiting",
    TransferState.ACCEPTED: "ok",
    TransferState.REFUSED: "overdue",
    TransferState.WITHDRAWN: "unknown",
}


@require_GET
@access.requires(PeoplePermission.VIEW)
def transfers(request: Request, code: str) -> HttpResponse:
    """Who comes to a school and who goes from it, what waits for an answer first."""
    unit = places.school(request, code, PeoplePermission.VIEW)
    shown = places.frame(request, unit)
    if shown["inside"]:
        rows = Transfer.objects.concerning(unit.path).select_related("person")
        page = Paginator(rows.order_by("done_at", "state", "-asked_at"), PAGE).get_page(
            request.GET.get("page")
        )
        shown |= {"page": page, "rows": _lines(list(page.object_list), unit)}
    return render(request, "people/transfers.html", shown)


def _lines(rows: list[Transfer], unit: UnitVersion) -> list[dict[str, Any]]:
    ids = {school for row in rows for school in (row.from_school_id, row.to_school_id)}
    names = {v.unit_id: name_of(v) for v in UnitVersion.objects.filter(unit_id__in=ids)}
    return [
        {
            "row": row,
            "tone": TONES[TransferState(row.state)],
            "comes": row.to_school_id == unit.unit_id,
            "other": names.get(
                row.from_school_id if row.to_school_id == unit.unit_id else row.to_school_id, "—"
            ),
            "ours": row.state == "asked" and _is_asked(row, unit.unit_id),
        }
        for row in rows
    ]


def _is_asked(row: Transfer, school_id: int) -> bool:
    giving = row.asked_by_side == TransferSide.GIVING
    return school_id == (row.to_school_id if giving else row.from_school_id)


@GET_POST
@access.requires(PeoplePermission.MANAGE)
def transfer_offer(request: Request, person_id: int) -> HttpResponse:
    """Ask another school to take a person over."""
    found = queries.readable(person_id, by=request.actor, day=clock.today())
    request.actor.require(PeoplePermission.MANAGE, found.path)
    form = OfferForm(request.POST or None, initial={"effective_on": clock.today()})

    def act(said: dict[str, Any]) -> str:
        made = actions.offer_transfer(
            person_id=person_id, to_school_id=_named(said["school"]).unit_id,
            effective_on=said["effective_on"], reason=said["reason"], by=request.actor,
            at=clock.now(),
        )  # fmt: skip
        return reverse("people:transfer", args=[made.pk])

    shown = {
        "heading": _("Transfer to another school"),
        "about": found.name,
        "back": reverse("people:person", args=[person_id]),
        "intro": _("The other school sees the name, the group and your reason, and answers. "
                   "Until the day nothing changes here."),
    }  # fmt: skip
    return places.form_page(request, form, act, shown=shown, done=_("The school has been asked."))


def _named(text: str) -> UnitVersion:
    """The school that bears a code or exactly this name."""
    schools = UnitVersion.objects.as_of(clock.today()).schools()
    plain = " ".join(text.split())
    found = list(schools.filter(code=plain.upper())[:1]) or list(schools.filter(name_zh=plain)[:2])
    if len(found) == 1:
        return found[0]
    reason = _("Several schools are called so: write the code.") if found else _(
        "No school has this code or this full name.")  # fmt: skip
    raise Invalid(reason, {"school": [reason]})


@GET_POST
@access.requires(PeoplePermission.MANAGE)
def transfer_ask(request: Request, code: str) -> HttpResponse:
    """Ask the school that a person is at to hand them over."""
    unit = places.school(request, code, PeoplePermission.MANAGE)
    groups = group_choices(queries.groups_in(unit.path, clock.today()))
    form = RequestForm(request.POST or None, groups=groups, initial={"effective_on": clock.today()})

    def act(said: dict[str, Any]) -> str:
        made = actions.request_transfer(
            id_number=said["id_number"], name=said["name"], to_school_id=unit.unit_id,
            to_group_id=said["group"], number=said["number"], reason=said["reason"],
            effective_on=said["effective_on"], by=request.actor, at=clock.now(),
        )  # fmt: skip
        return reverse("people:transfer", args=[made.pk])

    shown = {
        "heading": _("Ask another school for a person"),
        "about": name_of(unit),
        "back": reverse("people:transfers", args=[code]),
        "intro": _("Number and name as the family shows them. The school the person is at is "
                   "asked; you see the record when it agrees."),
    }  # fmt: skip
    return places.form_page(request, form, act, shown=shown, done=_("The school has been asked."))


@GET_POST
@access.requires(PeoplePermission.VIEW)
def transfer(request: Request, transfer_id: int) -> HttpResponse:
    """One transfer: what it says to this side, and the answer of the side that was asked."""
    found = _visible(request, transfer_id)
    manages = {
        side: request.actor.may(PeoplePermission.MANAGE, path)
        for side, path in (("giving", found.from_path), ("receiving", found.to_path))
    }
    asked = "receiving" if found.asked_by_side == TransferSide.GIVING else "giving"
    may_answer = found.state == TransferState.ASKED and manages[asked]
    groups = [
        group
        for group in queries.groups_in(found.to_path, clock.today())
        if KIND_OF[Population(group.unit.population)] == found.person.kind
    ]
    form = AnswerForm(
        request.POST or None, groups=group_choices(groups), receiving=asked == "receiving"
    )

    def act(said: dict[str, Any]) -> str:
        _answer(request, found, said)
        return reverse("people:transfer", args=[transfer_id])

    shown = _told(request, found) | {"may_answer": may_answer, "groups": groups,
                                     "may_withdraw": _may_withdraw(found, manages)}  # fmt: skip
    return places.form_page(request, form, act, shown=shown, done=_("The other school sees it."),
                            template="people/transfer.html")  # fmt: skip


def _visible(request: Request, transfer_id: int) -> Transfer:
    rows = Transfer.objects.visible_to(request.actor).select_related("person")
    found = rows.filter(pk=transfer_id).first()
    may = found is not None and any(
        request.actor.may(PeoplePermission.VIEW, path) for path in (found.from_path, found.to_path)
    )
    if found is None or not may:
        raise NotFound(_("There is no such transfer within your scope."))
    return found


def _may_withdraw(found: Transfer, manages: dict[str, bool]) -> bool:
    if found.done_at is not None:
        return False
    if found.state == TransferState.ACCEPTED:
        return any(manages.values())
    return found.state == TransferState.ASKED and manages[found.asked_by_side]


def _told(request: Request, found: Transfer) -> dict[str, Any]:
    """What this side is told: before it agreed, the receiving school learns name and group."""
    day = clock.today()
    ids = [found.from_school_id, found.to_school_id, found.to_group_id or 0]
    names = {v.unit_id: v for v in UnitVersion.objects.as_of(day).filter(unit_id__in=ids)}
    here = Membership.objects.as_of(day).filter(person_id=found.person_id).first()
    group = None
    if here is not None and found.done_at is None:
        group = UnitVersion.objects.as_of(day).filter(unit_id=here.group_id).first()
    shown_by = {unit_id: name_of(version) for unit_id, version in names.items()}
    mine = found.from_path if request.actor.sees(found.from_path) else found.to_path
    school = UnitVersion.objects.as_of(day).filter(path=mine).first()
    try:
        queries.readable(found.person_id, by=request.actor, day=day)
        readable = True
    except NotFound:
        readable = False
    return {
        "transfer": found,
        "tone": TONES[TransferState(found.state)],
        "from_school": shown_by.get(found.from_school_id, "—"),
        "to_school": shown_by.get(found.to_school_id, "—"),
        "to_group": shown_by.get(found.to_group_id or 0, ""),
        "group_now": name_of(group) if group else "",
        "readable": readable,
        "school": school,
    }


def _answer(request: Request, found: Transfer, said: dict[str, Any]) -> None:
    common: dict[str, Any] = {"transfer_id": found.pk, "by": request.actor, "at": clock.now()}
    if request.POST.get("say") == "refuse":
        actions.refuse_transfer(answer=said["answer"], **common)
        return
    more = {"to_group_id": said["group"], "number": said["number"]} if "group" in said else {}
    actions.accept_transfer(answer=said["answer"], **common, **more)


@require_POST
@access.requires(PeoplePermission.MANAGE)
def transfer_withdraw(request: Request, transfer_id: int) -> HttpResponse:
    """Take a transfer back."""
    actions.withdraw_transfer(transfer_id=transfer_id, by=request.actor, at=clock.now())
    messages.success(request, _("The transfer is taken back."))
    return redirect("people:transfer", transfer_id)
