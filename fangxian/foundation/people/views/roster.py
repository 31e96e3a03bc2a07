"""The people of a school as a list, and one box to look for somebody."""

import io
from collections.abc import Iterable
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from fangxian.foundation.accounts.queries import name_of
from fangxian.foundation.people import queries
from fangxian.foundation.people.forms import RosterFilter, SearchForm, group_choices
from fangxian.foundation.people.identity import masked
from fangxian.foundation.people.models import Guardian
from fangxian.foundation.people.rules import PeopleEvent, PeoplePermission
from fangxian.foundation.people.search import Answer, scope_of
from fangxian.foundation.people.search import search as look
from fangxian.foundation.people.views import places
from fangxian.foundation.units.models import UnitVersion
from fangxian.foundation.units.queries import resolve
from fangxian.kernel import access, audit, clock
from fangxian.kernel.access.requests import Request
from fangxian.kernel.errors import Forbidden, NotFound

PAGE = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
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
        note(request, answer, unit)
        shown |= {"asked": True, "answer": answer, "unit": unit, "problem": problem}
    return render(request, "people/search.html", shown)


def _place(request: Request, code: str) -> tuple[UnitVersion | None, str]:
    if not code:
        return None, ""
    try:
        return resolve(code.upper(), clock.today(), by=request.actor), ""
    except NotFound as error:
        return None, error.message


def note(request: Request, answer: Answer, unit: UnitVersion | None) -> None:
    """Keep who was brought up to whom; not what was typed, which may be somebody's number."""
    audit.record(
        PeopleEvent.SEARCHED, by=request.actor, at=clock.now(),
        unit_id=unit.unit_id if unit else None, path=unit.path if unit else "",
        detail={"by": answer.by, "found": [one.person_id for one in answer.found]},
        persons=[one.person_id for one in answer.found],
    )  # fmt: skip


@require_GET
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
    shown |= {"form": form, "page": page, "people": people, "filtered": _is_filtered(form)}
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


@require_GET
@access.requires(PeoplePermission.MANAGE)
def roster_export(request: Request, code: str) -> HttpResponse:
    """The list as it is filtered, as a spreadsheet; documents' numbers are masked."""
    unit = places.school(request, code, PeoplePermission.MANAGE)
    if not request.actor.inside(unit.path):
        raise Forbidden(_("Names stay at the school."))
    groups = queries.groups_in(unit.path, clock.today())
    form = _filter(request, unit, groups)
    people = list(_rows(request, unit, form))
    audit.record(
        PeopleEvent.EXPORTED, by=request.actor, at=clock.now(), unit_id=unit.unit_id,
        path=unit.path, subject=unit.code, detail={"people": len(people)},
        persons=[one.pk for one in people],
    )  # fmt: skip
    content = _sheet(people, {group.unit_id: name_of(group) for group in groups})
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="people-{unit.code}.xlsx"'
    return response


def _sheet(people: Iterable[Any], groups: dict[int, str]) -> bytes:
    """Every cell is written as text: nothing in it can become a formula."""
    import xlsxwriter  # type: ignore[import-untyped]  # only for who takes a list out

    people = list(people)
    calls: dict[int, list[str]] = {}
    ids = [one.pk for one in people]
    for call in Guardian.objects.filter(person_id__in=ids).order_by("person_id", "position"):
        calls.setdefault(call.person_id, []).append(f"{call.name} {call.phone}".strip())
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "constant_memory": False})
    sheet = book.add_worksheet(_("People"))
    heads = [_("Number"), _("Name of the person"), _("Who they are"), _("Group"), _("Sex"),
             _("Birth date"), _("Number of the document"), _("Own telephone"),
             _("Whom to call")]  # fmt: skip
    bold = book.add_format({"bold": True})
    for place, head in enumerate(heads):
        sheet.write_string(0, place, head, bold)
    for row, one in enumerate(people, 1):
        cells = [one.number, one.name, one.get_kind_display(), groups.get(one.group_id or 0, ""),
                 one.get_sex_display() if one.sex else "", str(one.born or ""),
                 masked(one.id_number), one.phone, "; ".join(calls.get(one.pk, []))]  # fmt: skip
        for place, cell in enumerate(cells):
            sheet.write_string(row, place, str(cell))
    sheet.freeze_panes(1, 0)
    book.close()
    return target.getvalue()
