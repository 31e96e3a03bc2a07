"""Importing units from a sheet: upload, look at what each row would do, then write."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from fangxian.foundation.units import actions, queries, sheets
from fangxian.foundation.units.forms import UploadForm
from fangxian.foundation.units.lines import Line, Outcome
from fangxian.foundation.units.models import ImportDraft, UnitKind, UnitVersion
from fangxian.foundation.units.rules import UnitPermission
from fangxian.kernel import access, clock
from fangxian.kernel.access.requests import Request
from fangxian.kernel.errors import DomainError

PAGE = 100
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TONES = {
    Outcome.NEW: "ok",
    Outcome.CHANGED: "info",
    Outcome.SAME: "unknown",
    Outcome.WRONG: "overdue",
}


@require_http_methods(["GET", "POST"])
@access.requires(UnitPermission.MANAGE)
def upload(request: Request) -> HttpResponse:
    """Choose the sheet, and below which unit it holds."""
    unit = _place(request)
    form = UploadForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                staged = actions.stage_import(
                    unit_id=unit.unit_id, file_name=file.name, content=file.read(),
                    by=request.actor, at=clock.now(),
                )  # fmt: skip
            except DomainError as error:
                form.refuse(error)
            else:
                return redirect("units:draft", draft_id=staged.pk)
        status = 422
    return render(request, "units/upload.html", {"unit": unit, "form": form}, status=status)


def _place(request: Request) -> UnitVersion:
    """The unit named by `?unit=`, else the top of what one administers."""
    code = request.GET.get("unit", "")
    if code:
        return queries.resolve(code, clock.today(), by=request.actor)
    low = request.actor.ranges(UnitPermission.MANAGE)[0][0]
    tops = UnitVersion.objects.as_of(clock.today()).visible_to(request.actor).order_by("path")
    return (tops.filter(path=low) if low else tops).select_related("unit")[0]


@require_GET
@access.requires(UnitPermission.MANAGE)
def template(request: Request) -> HttpResponse:
    """The sheet to fill in."""
    response = HttpResponse(sheets.template(), content_type=XLSX)
    response.headers["Content-Disposition"] = 'attachment; filename="fangxian-units.xlsx"'
    return response


@require_http_methods(["GET", "POST"])
@access.requires(UnitPermission.MANAGE)
def draft(request: Request, draft_id: int) -> HttpResponse:
    """What every row would do; then import all of them, or only the right ones."""
    today = clock.today()
    staged, unit = actions.draft_of(draft_id, by=request.actor, today=today)
    if request.method == "POST":
        done = actions.apply_import(
            draft_id=draft_id, only_right_rows="only_right" in request.POST, by=request.actor,
            at=clock.now(),
        )  # fmt: skip
        text = _("%(new)s units opened, %(changed)s changed, %(same)s were so already, "
                 "%(wrong)s rows left out.")  # fmt: skip
        messages.success(request, text % done.__dict__)
        return redirect("units:unit", code=unit.code)
    if staged.applied_at is not None:
        messages.info(request, _("This sheet has been imported already."))
        return redirect("units:unit", code=unit.code)
    return render(request, "units/draft.html", _shown(request, staged, unit))


def _shown(request: Request, staged: ImportDraft, unit: UnitVersion) -> dict[str, Any]:
    lines = actions.checked(staged, unit, by=request.actor, today=clock.today())
    result = actions.tally(lines)
    wanted = request.GET.get("show", Outcome.WRONG if result.wrong else "")
    chosen = [line for line in lines if wanted in ("", line.outcome)]
    page = Paginator([_row(line) for line in chosen], PAGE).get_page(request.GET.get("page"))
    tabs = [
        ("", _("All"), len(lines)),
        (Outcome.NEW, _("New"), result.new),
        (Outcome.CHANGED, _("Changed"), result.changed),
        (Outcome.SAME, _("Unchanged"), result.same),
        (Outcome.WRONG, _("Cannot be imported"), result.wrong),
    ]
    return {"draft": staged, "unit": unit, "result": result, "page": page, "tabs": tabs,
            "wanted": wanted, "right": result.new + result.changed}  # fmt: skip


def _row(line: Line) -> dict[str, Any]:
    labels = {
        Outcome.NEW: _("New"),
        Outcome.CHANGED: _("Changed"),
        Outcome.SAME: _("Unchanged"),
        Outcome.WRONG: _("Cannot be imported"),
    }
    kind = UnitKind(line.kind).label if line.kind in UnitKind.values else ""
    return {"line": line, "label": labels[line.outcome], "tone": TONES[line.outcome],
            "kind": kind}  # fmt: skip
