"""The people of a school as a list, and one box to look for somebody."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from fangxian.foundation.accounts.queries import name_of
from fangxian.foundation.people import queries
from fangxian.foundation.people.forms import RosterFilter, SearchForm, group_choices
from fangxian.foundation.people.rules import PeopleEvent, PeoplePermission
from fangxian.foundation.people.search import Answer, scope_of
from fangxian.foundation.people.search import search as look
from fangxian.foundation.people.traces import note_search
from fangxian.foundation.people.views import places
from fangxian.foundation.units.models import UnitVersion
from fangxian.foundation.units.queries import resolve
from fangxian.kernel import access, audit, clock
from fangxian.kernel.access.requests import Request
from fangxian.kernel.errors import NotFound

PAGE = 50


@require_GET
@audit.shows_persons
@access.requires(PeoplePermission.VIEW)
def search(request: Request) -> HttpResponse:
    """Find a person by name, number or telephone; what one looked for leaves a trace."""
    scope = scope_of(request.actor, clock.today())
    places_to_choose = scope.wide != scope.deep
    form = SearchForm(request.GET or None, places=places_to_choose)
    shown: dict[str, Any] = {"form": form, "asked": False}
    if form.is_valid() and form.cleaned_data["q"]:
        unit, problem = _place(request, form.cleaned_data.get("unit", "").strip())
        answer = Answer("nothing") if problem else look(
            form.cleaned_data["q"], by=request.actor, day=clock.today(),
            within=unit.path if unit else "", left=form.cleaned_data["left"],
        )  # fmt: skip
        note_search(answer, unit, by=request.actor, at=clock.now())
        shown |= {"asked": True, "answer": answer, "unit": unit, "problem": problem}
    return render(request, "people/search.html", shown)


def _place(request: Request, code: str) -> tuple[UnitVersion | None, str]:
    if not code:
        return None, ""
    try:
        return resolve(code.upper(), clock.today(), by=request.actor), ""
    except NotFound as error:
        return None, error.message


@require_GET
@audit.shows_persons
@access.requires(PeoplePermission.VIEW)
def roster(request: Request, code: str) -> HttpResponse:
    """The people of a school, filtered, sorted and paged."""
    unit = places.school(request, code, PeoplePermission.VIEW)
    shown = places.frame(request, unit)
    if not shown["inside"]:
        return render(request, "people/roster.html", shown)
    groups = queries.groups_in(unit.path, clock.today())
    form = _filter(request, unit, groups)
    rows = _rows(request, unit, form)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    names = {group.unit_id: (group.code, name_of(group)) for group in groups}
    people = [(one, *names.get(one.group_id or 0, ("", ""))) for one in page.object_list]
    audit.seen(
        PeopleEvent.ROSTER_READ, [one.pk for one, _code, _name in people], by=request.actor,
        at=clock.now(), unit_id=unit.unit_id, path=unit.path, subject=unit.code,
        detail={"count": len(people)},
    )  # fmt: skip
    shown |= {"form": form, "page": page, "people": people, "filtered": _is_filtered(form),
              "may_export": "exports.make" in request.actor.permissions}  # fmt: skip
    return render(request, "people/roster.html", shown)


def _filter(request: Request, unit: UnitVersion, groups: list[UnitVersion]) -> RosterFilter:
    cohorts = [
        (str(one.pk), f"{one.get_kind_display()} {one.name}")
        for one in queries.cohorts_in(unit.path, clock.today())
    ]
    form = RosterFilter(request.GET or None, groups=group_choices(groups), cohorts=cohorts)
    form.is_valid()
    return form


def _is_filtered(form: RosterFilter) -> bool:
    return form.is_bound and any(form.cleaned_data.values())


def _rows(request: Request, unit: UnitVersion, form: RosterFilter) -> Any:
    said = form.cleaned_data if form.is_bound else {}
    return queries.roster(
        unit.path, clock.today(), group=said.get("group"), kind=said.get("kind") or "",
        cohort=said.get("cohort"), text=" ".join((said.get("q") or "").split()),
        state=said.get("state") or "", sort=request.GET.get("sort", ""),
    )  # fmt: skip
