"""Asking for an export, waiting for it, fetching it; and whose copy a mark was."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fangxian.exchange.exports import actions, labels
from fangxian.exchange.exports.actions import Wish
from fangxian.exchange.exports.forms import ExportForm
from fangxian.exchange.exports.models import Export
from fangxian.exchange.exports.rules import (
    MOST_DOWNLOADS,
    ExportPermission,
    Form,
    Kind,
    State,
)
from fangxian.foundation.accounts.queries import name_of
from fangxian.foundation.accounts.rules import AccountPermission
from fangxian.foundation.units.models import UnitVersion
from fangxian.foundation.units.queries import resolve
from fangxian.kernel import access, audit, clock
from fangxian.kernel.access import within_any
from fangxian.kernel.access.requests import Request
from fangxian.kernel.errors import DomainError, NotFound

PAGE = 30
TYPES = {
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Form.PDF: "application/pdf",
}


@require_http_methods(["GET", "POST"])
@audit.reads_persons
@access.requires(ExportPermission.MAKE)
def new(request: Request, kind: str) -> HttpResponse:
    """Say as what, of which days, and why with names; then it is made."""
    if kind not in set(Kind):
        raise NotFound(_("There is no such export."))
    what, day = Kind(kind), clock.day_written(request.GET.get("day", "")) or clock.today()
    unit = resolve(request.GET.get("unit", ""), day, by=request.actor)
    actions.require(what, unit, by=request.actor)
    may_name = actions.may_name(what, unit, by=request.actor)
    form = ExportForm(
        request.POST or None, kind=what, may_name=may_name, initial={"first": day, "last": day}
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = actions.ask(_wish(form, what, unit, request), by=request.actor,
                                   at=clock.now())  # fmt: skip
                return redirect("exports:export", made.pk)
            except DomainError as error:
                form.refuse(error)
    shown = {"form": form, "kind": labels.KINDS[what], "unit": unit, "unit_name": name_of(unit),
             "most": MOST_DOWNLOADS}  # fmt: skip
    return render(request, "exports/new.html", shown, status=status)


def _wish(form: ExportForm, kind: Kind, unit: UnitVersion, request: Request) -> Wish:
    said: dict[str, Any] = form.cleaned_data
    last: date = said["last"]
    return Wish(
        kind=kind, form=Form(said["form"]), unit=unit, first=said.get("first") or last, last=last,
        what=request.GET.get("kind", ""), names=said.get("names", False),
        reason=said.get("reason", ""),
    )  # fmt: skip


@require_GET
@access.signed_in
def mine(request: Request) -> HttpResponse:
    """What one has taken out."""
    rows = Export.objects.filter(by_id=request.actor.user_id or 0).order_by("-pk")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    shown = {"page": page, "rows": [_shown(one, request) for one in page.object_list]}
    return render(request, "exports/mine.html", shown)


@require_GET
@access.signed_in
def export(request: Request, export_id: int) -> HttpResponse:
    """One export: its progress, then its file while it is good."""
    found = actions.own(export_id, by=request.actor)
    return render(request, "exports/export.html", _shown(found, request))


@require_GET
@access.signed_in
def progress(request: Request, export_id: int) -> HttpResponse:
    """The moving part while the worker is at it; the whole page anew once it is not."""
    found = actions.own(export_id, by=request.actor)
    if found.state != State.WAITING:
        response = HttpResponse(status=200)
        response.headers["HX-Refresh"] = "true"
        return response
    return render(request, "exports/progress.html", _shown(found, request))


def _shown(found: Export, request: Request) -> dict[str, Any]:
    state = State(found.state)
    share = min(99, 100 * found.written // found.expected) if found.expected else None
    again = {"unit": found.code, "day": found.last.isoformat(), "kind": found.what}
    return {
        "export": found,
        "kind": labels.KINDS[Kind(found.kind)],
        "form": labels.FORMS[Form(found.form)],
        "state": labels.STATES[state],
        "tone": labels.TONES[state],
        "share": share,
        "good": actions.is_good(found, clock.now()),
        "left": MOST_DOWNLOADS - found.downloads,
        "again": urlencode({name: value for name, value in again.items() if value}),
    }


@require_POST
@access.signed_in
def file(request: Request, export_id: int) -> HttpResponse:
    """The file; each time counts."""
    found, path = actions.fetch(export_id=export_id, by=request.actor, at=clock.now())
    response = HttpResponse(path.read_bytes(), content_type=TYPES[Form(found.form)])
    name = f"fangxian-{found.kind}-{found.code}-{found.mark}.{found.form}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


@require_GET
@access.requires(AccountPermission.AUDIT)
def find(request: Request) -> HttpResponse:
    """Whose copy a mark was, within the auditor's scope."""
    mark = request.GET.get("mark", "").strip().upper()
    scope = within_any(request.actor.ranges(AccountPermission.AUDIT))
    found = Export.objects.filter(scope, mark=mark).first() if mark else None
    shown: dict[str, Any] = {"mark": mark, "export": None}
    if found is not None:
        unit = UnitVersion.objects.as_of(found.last).filter(unit_id=found.unit_id).first()
        shown |= _shown(found, request) | {"unit_name": name_of(unit) if unit else found.code}
    return render(request, "exports/find.html", shown)
