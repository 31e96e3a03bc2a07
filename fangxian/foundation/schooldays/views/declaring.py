"""The pages that declare a term, a suspension, its end, or a staggered return."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fangxian.foundation.accounts.queries import name_of
from fangxian.foundation.schooldays import actions
from fangxian.foundation.schooldays.forms import (
    OTHERS,
    ResumeForm,
    ReturnForm,
    SuspensionForm,
    TermForm,
    name_key,
    read_key,
    term_choices,
)
from fangxian.foundation.schooldays.models import StaggeredReturn, Suspension, Term
from fangxian.foundation.schooldays.rules import SchooldayPermission, TermKey, term_of
from fangxian.foundation.schooldays.views.asking import Wish, asked
from fangxian.foundation.schooldays.views.calendar import read_day
from fangxian.foundation.units.models import UnitVersion
from fangxian.foundation.units.queries import resolve
from fangxian.kernel import access, clock
from fangxian.kernel.access.requests import Request
from fangxian.kernel.errors import NotFound
from fangxian.kernel.shell.forms import ActionForm


@require_http_methods(["GET", "POST"])
@access.requires(SchooldayPermission.MANAGE)
def suspend(request: Request, code: str) -> HttpResponse:
    """Suspend lessons from today or a day to come."""
    unit = _unit(request, code)
    first = read_day(request.GET.get("day")) or clock.today()
    form = SuspensionForm(request.POST or None, initial={"first_day": first})

    def change() -> object:
        by, at = request.actor, clock.now()
        return actions.suspend(unit_id=unit.unit_id, by=by, at=at, **form.cleaned_data)

    told = form.cleaned_data if form.is_bound and form.is_valid() else {}
    done = _("Lessons are suspended, here and below. Who was due today is excused.")
    wish = Wish(change, told.get("first_day", first), told.get("last_day"), done)
    said = {
        "heading": _("Suspend lessons"),
        "explained": _(
            "No checks at school are asked while it lasts; home checks are, where a response "
            "level asks for them. Who has answered today stays answered."
        ),
        "confirm": _("Suspend lessons"),
    }
    return _page(request, unit, form, wish, said)


@require_http_methods(["GET", "POST"])
@access.requires(SchooldayPermission.MANAGE)
def resume(request: Request, code: str, row_id: int) -> HttpResponse:
    """End a suspension, or except a unit below from it."""
    unit = _unit(request, code)
    row = Suspension.objects.filter(pk=row_id).first()
    unit_id = row.unit_id if row else 0
    whole = UnitVersion.objects.as_of(clock.today()).filter(unit_id=unit_id).first()
    if row is None or whole is None or not unit.path.startswith(whole.path):
        raise NotFound(_("There is no such suspension within your scope."))
    is_part = unit.unit_id != row.unit_id
    initial = {"from_day": max(clock.today(), row.first_day)}
    form = ResumeForm(request.POST or None, initial=initial)
    if not is_part:
        del form.fields["last_day"]

    def change() -> object:
        acting: dict[str, Any] = {"by": request.actor, "at": clock.now(), **form.cleaned_data}
        if is_part:
            return actions.resume_part(suspension_id=row_id, unit_id=unit.unit_id, **acting)
        return actions.resume(suspension_id=row_id, **acting)

    wish = Wish(change, clock.today(), row.last_day, _("Lessons begin again on that day."))
    told = {"unit": name_of(whole), "first": row.first_day, "reason": row.reason}
    said = {
        "heading": _("Resume lessons"),
        "explained": _("Suspended by %(unit)s from %(first)s: %(reason)s") % told,
        "confirm": _("Resume lessons"),
    }
    return _page(request, unit, form, wish, said)


@require_http_methods(["GET", "POST"])
@access.requires(SchooldayPermission.MANAGE)
def declare_term(request: Request, code: str) -> HttpResponse:
    """Declare the dates of a term, or take back the unit's own."""
    unit = _unit(request, code)
    key = _key(request)
    held = Term.objects.filter(
        unit_id=unit.unit_id, school_year=key.school_year, season=key.season
    ).first()
    initial: dict[str, Any] = {"term": name_key(key)}
    if held is not None:
        initial |= {
            "first_day": held.first_day,
            "last_day": held.last_day,
            "document": held.document,
        }
    form = TermForm(request.POST or None, initial=initial, terms=term_choices(clock.today()))

    def change() -> object:
        chosen, told = form.key(), dict(form.cleaned_data)
        del told["term"]
        return actions.set_term(**_at(request, unit, chosen), **told)

    def clear() -> object:
        return actions.clear_term(**_at(request, unit, key))

    done = _("The term is declared, here and wherever nobody below declares another.")
    wish = _either(request, Wish(change, clock.today(), None, done), clear)
    said = {
        "heading": _("Declare a term"),
        "explained": _(
            "The nearest unit's dates count. What lies outside becomes vacation; days that are "
            "over stay as they were."
        ),
        "confirm": _("Declare the term"),
        "may_clear": held is not None,
    }
    return _page(request, unit, form, wish, said)


@require_http_methods(["GET", "POST"])
@access.requires(SchooldayPermission.MANAGE)
def declare_return(request: Request, code: str) -> HttpResponse:
    """Declare which grades begin a term on which day, or take back the unit's own plan."""
    unit = _unit(request, code)
    key = _key(request)
    held = StaggeredReturn.objects.filter(
        unit_id=unit.unit_id, school_year=key.school_year, season=key.season
    ).first()
    initial: dict[str, Any] = {"term": name_key(key), **_lines(held)}
    form = ReturnForm(request.POST or None, initial=initial, terms=term_choices(clock.today()))

    def change() -> object:
        document = form.cleaned_data["document"]
        acting = _at(request, unit, form.key())
        return actions.set_return(starts=form.starts(), document=document, **acting)

    def clear() -> object:
        return actions.clear_return(**_at(request, unit, key))

    done = _("The staggered return is declared, here and below.")
    wish = _either(request, Wish(change, clock.today(), None, done), clear)
    said = {
        "heading": _("Staggered return"),
        "explained": _(
            "Each grade begins the term on its own day; until then it is asked at home, where a "
            "response level wants that. Groups without a grade, such as staff, are not concerned."
        ),
        "confirm": _("Declare the staggered return"),
        "may_clear": held is not None,
        "lines": form.lines,
    }
    return _page(request, unit, form, wish, said)


def _unit(request: Request, code: str) -> UnitVersion:
    unit = resolve(code, clock.today(), by=request.actor)
    request.actor.require(SchooldayPermission.MANAGE, unit.path)
    return unit


def _key(request: Request) -> TermKey:
    return read_key(request.GET.get("term")) or term_of(clock.today())


def _at(request: Request, unit: UnitVersion, key: TermKey) -> dict[str, Any]:
    return {
        "unit_id": unit.unit_id,
        "school_year": key.school_year,
        "season": key.season,
        "by": request.actor,
        "at": clock.now(),
    }


def _either(request: Request, wish: Wish, clear: Any) -> Wish:
    if {"clear", "look_clear"} & request.POST.keys():
        done = _("What was declared here is taken back.")
        return Wish(clear, wish.first, wish.last, done, needs_form=False)
    return wish


def _lines(held: StaggeredReturn | None) -> dict[str, Any]:
    """A plan as the form's lines: one for each day."""
    if held is None:
        return {}
    by_day: dict[date, list[str]] = {}
    for one in held.starts.order_by("first_day", "grade"):
        by_day.setdefault(one.first_day, []).append(OTHERS if one.grade is None else str(one.grade))
    found: dict[str, Any] = {"document": held.document}
    for number, (day, grades) in enumerate(by_day.items(), 1):
        found |= {f"day{number}": day, f"grades{number}": grades}
    return found


def _term_concerned(request: Request, unit: UnitVersion) -> str:
    """The page of the term that was spoken of, where the change is to be seen."""
    address = reverse("schooldays:term", args=[unit.code])
    key = read_key(request.POST.get("term") or request.GET.get("term"))
    return f"{address}?term={name_key(key)}" if key else address


def _page(
    request: Request, unit: UnitVersion, form: ActionForm, wish: Wish, said: dict[str, Any]
) -> HttpResponse:
    look = None
    if request.method == "POST":
        done, look = asked(request, form, wish, unit)
        if done:
            messages.success(request, wish.done)
            return redirect(_term_concerned(request, unit))
    shown = {
        "unit": unit,
        "unit_name": name_of(unit),
        "form": form,
        "preview": look,
        "clearing": "look_clear" in request.POST,
        **said,
    }
    status = 422 if form.is_bound and form.errors and not look else 200
    return render(request, "schooldays/declare.html", shown, status=status)
