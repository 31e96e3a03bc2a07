"""Pages: who is told when, what was told, who is on it, who stands in."""

from datetime import date

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fangxian.foundation.accounts.queries import name_of
from fangxian.foundation.accounts.rules import Role
from fangxian.foundation.escalation import actions, links, queries, texts
from fangxian.foundation.escalation.forms import DayForm, SubstituteForm
from fangxian.foundation.escalation.rules import EscalationPermission
from fangxian.foundation.obligations.kinds import kind_by_code
from fangxian.foundation.obligations.rules import ObligationPermission
from fangxian.foundation.units.models import UnitVersion
from fangxian.foundation.units.queries import resolve
from fangxian.kernel import access, clock
from fangxian.kernel.access.requests import Request
from fangxian.kernel.errors import DomainError, Invalid, NotFound


def _day(text: str | None) -> date:
    """The day an address or a form names; today when it names none."""
    found = clock.day_written(text) if text else clock.today()
    if found is None:
        message = _("Write the day as 2026-11-23.")
        raise Invalid(message, {"day": [message]})
    return found


@access.requires(EscalationPermission.VIEW)
@require_GET
def own(request: Request) -> HttpResponse:
    """The log of the highest unit one works for."""
    held = [one for one in request.actor.holdings if EscalationPermission.VIEW in one.permissions]
    for holding in sorted(held, key=lambda one: one.path.count("/")):
        found = UnitVersion.objects.as_of(clock.today()).filter(unit_id=holding.unit_id).first()
        if found is not None:
            return redirect("escalation:log", found.code)
    raise NotFound(_("None of your units is open today."))


@access.requires(EscalationPermission.VIEW)
@require_GET
def ladders(request: Request) -> HttpResponse:
    """Who is told when, of every kind: the same for everyone, from the document in force."""
    day = _day(request.GET.get("day"))
    document, found = queries.ladders(day)
    page = {
        "day": day,
        "today": clock.today(),
        "document": document,
        "ladders": [texts.Ladder.of(one) for one in found],
        "day_form": DayForm(initial={"day": day}),
    }
    return render(request, "escalation/ladders.html", page)


@access.requires(EscalationPermission.VIEW)
@require_GET
def log(request: Request, code: str) -> HttpResponse:
    """What was told on a day at and below a unit, and who is on it."""
    day = _day(request.GET.get("day"))
    unit = resolve(code, day, by=request.actor)
    actor = request.actor
    rows = texts.lines(queries.log(unit=unit, day=day, by=actor), day)
    page = {
        "unit": unit,
        "unit_name": name_of(unit),
        "day": day,
        "today": clock.today(),
        "day_form": DayForm(initial={"day": day}),
        "lines": rows,
        "on_it": texts.taken(queries.taken_up(unit=unit, day=day, by=actor)),
        "user_id": actor.user_id,
        "above_school": unit.school_id is None,
        "may_see_silent": actor.may(ObligationPermission.VIEW, unit.path),
        "may_substitute": actor.may(EscalationPermission.SUBSTITUTES, unit.path)
        and bool(queries.roles_here(unit)),
    }
    return render(request, "escalation/log.html", page)


@access.requires(EscalationPermission.ACKNOWLEDGE)
@require_POST
def acknowledge(request: Request, code: str) -> HttpResponse:
    """Say "I am on it" about what is silent at and below a unit; back to the list."""
    day = _day(request.POST.get("day"))
    unit = resolve(code, day, by=request.actor)
    request.actor.require(EscalationPermission.ACKNOWLEDGE, unit.path)
    kind = kind_by_code(request.POST.get("kind", ""))
    actions.acknowledge(kind=kind.code, unit=unit, day=day, by=request.actor, at=clock.now())
    text = _("You are on it: %(unit)s. The others see it, and you are not reminded of it again.")
    messages.success(request, text % {"unit": name_of(unit)})
    shown = resolve(request.POST.get("list") or code, day, by=request.actor)
    return HttpResponseRedirect(links.silent_list(kind.code, day, shown.code))


@access.requires(EscalationPermission.ACKNOWLEDGE)
@require_POST
def take_back(request: Request, acknowledgement_id: int) -> HttpResponse:
    """Say that one is not on it after all."""
    row = actions.take_back(acknowledgement_id=acknowledgement_id, by=request.actor, at=clock.now())
    messages.success(request, _("Taken back: you are reminded of it again."))
    if "list" not in request.POST:
        return redirect("escalation:own")
    shown = resolve(request.POST["list"], row.day, by=request.actor)
    return HttpResponseRedirect(links.silent_list(row.kind, row.day, shown.code))


@access.requires(EscalationPermission.SUBSTITUTES)
@require_http_methods(["GET", "POST"])
def substitutes(request: Request, code: str) -> HttpResponse:
    """Who hears of silence on a holiday in place of those who hold a role here."""
    today = clock.today()
    unit = resolve(code, today, by=request.actor)
    request.actor.require(EscalationPermission.SUBSTITUTES, unit.path)
    people = queries.fit_to_substitute(unit, today=today)
    form = SubstituteForm(
        request.POST if request.method == "POST" else None,
        roles=queries.roles_here(unit),
        people=people,
        today=today,
    )
    if request.method == "POST" and _set(request, form, unit):
        return redirect("escalation:substitutes", code)
    page = {
        "unit": unit,
        "unit_name": name_of(unit),
        "rows": texts.substitutes(queries.substitutes(unit=unit, today=today, by=request.actor)),
        "today": today,
        "form": form,
        "nobody": not people,
        "no_roles": not queries.roles_here(unit),
        "may_view": request.actor.may(EscalationPermission.VIEW, unit.path),
    }
    status = 422 if form.errors else 200
    return render(request, "escalation/substitutes.html", page, status=status)


def _set(request: Request, form: SubstituteForm, unit: UnitVersion) -> bool:
    """Do what was asked; False when it was refused, with the form saying why."""
    if not form.is_valid():
        return False
    told = form.cleaned_data
    try:
        actions.set_substitute(
            unit=unit,
            role=Role(told["role"]),
            user_id=told["user"],
            first_day=told["first_day"],
            last_day=told["last_day"],
            by=request.actor,
            at=clock.now(),
        )
    except DomainError as error:
        if error.status not in (409, 422):
            raise
        form.refuse(error)
        return False
    messages.success(request, _("Set: on these days the messages go there."))
    return True


@access.requires(EscalationPermission.SUBSTITUTES)
@require_POST
def end_substitute(request: Request, code: str, substitute_id: int) -> HttpResponse:
    """End a substitution now."""
    unit = resolve(code, clock.today(), by=request.actor)
    actions.end_substitute(substitute_id=substitute_id, unit=unit, by=request.actor, at=clock.now())
    messages.success(request, _("Ended: the messages go to those who hold the role again."))
    return redirect("escalation:substitutes", code)
