"""An import's page, in each of its states; the permission is its kind's, at its place."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fangxian.kernel import access, clock
from fangxian.kernel.access.requests import Request
from fangxian.kernel.errors import Conflict, DomainError, Forbidden
from fangxian.kernel.intake import actions, labels, queries, sheets
from fangxian.kernel.intake.forms import ColumnsForm, CommitForm, UploadForm
from fangxian.kernel.intake.heads import Heads
from fangxian.kernel.intake.kinds import IntakeKind, Place, kind_by_code
from fangxian.kernel.intake.models import Intake
from fangxian.kernel.intake.rules import RIGHT, WORKING, Outcome, State

PAGE = 50
MINE = 30


@require_GET
@access.signed_in
def mine(request: Request) -> HttpResponse:
    """The imports of the person: what waits, what is done."""
    rows = Intake.objects.visible_to(request.actor).filter(by_id=request.actor.user_id or 0)
    page = Paginator(rows.order_by("-pk"), MINE).get_page(request.GET.get("page"))
    shown = {
        "page": page,
        "rows": [
            {
                "intake": row,
                "kind": kind_by_code(row.kind).label,
                "state": labels.STATES[row.state],
                "tone": labels.STATE_TONES[row.state],
            }
            for row in page
        ],
        "kinds": queries.kinds_for(request.actor),
    }
    return render(request, "intake/mine.html", shown)


@require_http_methods(["GET", "POST"])
@access.signed_in
def upload(request: Request, kind: str) -> HttpResponse:
    """Choose the file, and what it is for."""
    what = _held(request, kind)
    place = what.place(request.GET.get("unit", ""), clock.today(), request.actor)
    request.actor.require(what.permission, place.path)
    form = UploadForm(what, request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            file = form.cleaned_data.pop("file")
            try:
                made = actions.upload(
                    kind=kind, unit_id=place.unit_id, file_name=file.name, file=file,
                    options=form.cleaned_data, by=request.actor, at=clock.now(),
                )  # fmt: skip
                return redirect("intake:intake", made.pk)
            except DomainError as error:
                form.refuse(error)
    shown = {"kind": what, "place": place, "form": form}
    return render(request, "intake/upload.html", shown, status=status)


@require_GET
@access.signed_in
def template(request: Request, kind: str) -> HttpResponse:
    """The sheet to fill in."""
    what = _held(request, kind)
    place = what.place("", clock.today(), request.actor)
    request.actor.require(what.permission, place.path)
    return _download(f"fangxian-{kind}.xlsx", sheets.XLSX, sheets.template(what))


def _held(request: Request, code: str) -> IntakeKind:
    """A kind of sheet that the person may bring somewhere."""
    kind = kind_by_code(code)
    if not request.actor.holds(kind.permission):
        raise Forbidden(_("Your role does not allow this here."))
    return kind


def _download(name: str, content_type: str, content: bytes) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


@require_GET
@access.signed_in
def intake(request: Request, intake_id: int) -> HttpResponse:
    """The page of one import."""
    found = actions.own(intake_id, by=request.actor)
    kind = kind_by_code(found.kind)
    place = kind.place_by_id(found.unit_id, clock.today())
    shown = {"intake": found, "kind": kind, "place": place, "state": labels.STATES[found.state]}
    if found.state in WORKING:
        return render(request, "intake/working.html", {**shown, **_progress(found)})
    if found.state == State.MAPPING:
        return redirect("intake:columns", intake_id)
    if found.state == State.REVIEW:
        return render(request, "intake/review.html", {**shown, **_review(request, found, kind)})
    return render(request, "intake/ended.html", {**shown, **queries.told(found)})


@require_GET
@access.signed_in
def progress(request: Request, intake_id: int) -> HttpResponse:
    """The moving part while a worker is at it; the whole page anew once it is not."""
    found = actions.own(intake_id, by=request.actor)
    if found.state not in WORKING:
        response = HttpResponse(status=200)
        response.headers["HX-Refresh"] = "true"
        return response
    return render(request, "intake/progress.html", {"intake": found, **_progress(found)})


def _progress(found: Intake) -> dict[str, Any]:
    known = bool(found.total)
    return {
        "phase": labels.PHASES.get(found.phase, ""),
        "share": min(100, 100 * found.done // found.total) if known else None,
    }


@require_http_methods(["GET", "POST"])
@access.signed_in
def columns(request: Request, intake_id: int) -> HttpResponse:
    """Say which column is what; kept for the next file with these headings."""
    found = actions.own(intake_id, by=request.actor)
    if found.state not in (State.MAPPING, State.REVIEW):
        return redirect("intake:intake", intake_id)
    kind = kind_by_code(found.kind)
    place = kind.place_by_id(found.unit_id, clock.today())
    heads = Heads.of_json(found.headers)
    form = ColumnsForm(kind, place, heads, request.POST or None,
                       initial={code: str(at) for code, at in found.mapping.items()})  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            actions.say_columns(intake_id=intake_id, mapping=form.mapping(), by=request.actor,
                                at=clock.now())  # fmt: skip
            return redirect("intake:intake", intake_id)
        except DomainError as error:
            form.refuse(error)
    status = 422 if form.errors else 200
    shown = {"intake": found, "kind": kind, "place": place, "form": form,
             "columns": _columns(form, kind, place, heads), "heads": heads,
             "left": queries.left_over(found, heads)}  # fmt: skip
    return render(request, "intake/columns.html", shown, status=status)


def _columns(
    form: ColumnsForm, kind: IntakeKind, place: Place, heads: Heads
) -> Sequence[dict[str, Any]]:
    """Each field with what stands in the column chosen for it; what is needed comes first."""
    needed = {field.code for field in kind.needed(place)}
    rows = []
    for field in kind.fields:
        bound = form[field.code]
        chosen = str(bound.value() or "")
        at = int(chosen) if chosen.isdigit() and int(chosen) < len(heads.names) else None
        samples = [] if at is None else [text for text in heads.samples[at] if text]
        rows.append({"bound": bound, "samples": samples, "needed": field.code in needed})
    return sorted(rows, key=lambda row: not row["needed"])


def _review(request: Request, found: Intake, kind: IntakeKind) -> dict[str, Any]:
    counts = found.counts
    wrong = counts.get(Outcome.WRONG, 0)
    chosen = request.GET.get("show", Outcome.WRONG if wrong else "")
    wanted = chosen if chosen in list(Outcome) else ""
    review = queries.review(found, kind, wanted, request.GET.get("page"), PAGE,
                            by=request.actor, at=clock.now())  # fmt: skip
    tabs: list[tuple[str, object, int]] = [
        ("", _("All"), sum(counts.get(one, 0) for one in Outcome))
    ]
    tabs += [(one.value, labels.OUTCOMES[one], counts.get(one, 0)) for one in Outcome
             if counts.get(one) or one in (Outcome.NEW, Outcome.WRONG)]  # fmt: skip
    return {
        "tabs": tabs,
        "wanted": wanted,
        "wrong": wrong,
        "right": sum(counts.get(one, 0) for one in RIGHT),
        "missing": counts.get(Outcome.MISSING, 0),
        "stats": [(labels.OUTCOMES[one], counts.get(one, 0)) for one in Outcome
                  if counts.get(one) or one in (Outcome.NEW, Outcome.WRONG)],
        "form": CommitForm(kind, counts),
        **review,
    }  # fmt: skip


@require_POST
@access.signed_in
def write(request: Request, intake_id: int) -> HttpResponse:
    """Have the rows written."""
    found = actions.own(intake_id, by=request.actor)
    form = CommitForm(kind_by_code(found.kind), found.counts, request.POST)
    form.is_valid()
    try:
        actions.commit(
            intake_id=intake_id, only_right="only_right" in request.POST,
            options=form.cleaned_data, by=request.actor, at=clock.now(),
        )  # fmt: skip
    except Conflict as conflict:
        messages.error(request, conflict.message)
    return redirect("intake:intake", intake_id)


@require_POST
@access.signed_in
def cancel(request: Request, intake_id: int) -> HttpResponse:
    """Give the import up."""
    actions.cancel(intake_id=intake_id, by=request.actor, at=clock.now())
    return redirect("intake:intake", intake_id)


@require_GET
@access.signed_in
def wrong(request: Request, intake_id: int) -> HttpResponse:
    """The wrong rows with their reasons, in the person's own columns."""
    found = actions.own(intake_id, by=request.actor)
    if found.state != State.REVIEW:
        raise Conflict(_("This import has gone on meanwhile: look at the page again."))
    return _download(*sheets.wrong_rows(found, kind_by_code(found.kind)))


@require_POST
@access.signed_in
def result(request: Request, intake_id: int) -> HttpResponse:
    """What the import made, once."""
    name, content = actions.take_result(intake_id=intake_id, by=request.actor, at=clock.now())
    return _download(name, sheets.XLSX, content)
