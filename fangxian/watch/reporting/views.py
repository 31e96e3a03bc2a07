"""The pages of daily reports: a school's report, a bureau's queue and table."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from fangxian.foundation.obligations import actions as obligations
from fangxian.foundation.obligations.queries import UnitRef
from fangxian.foundation.obligations.rules import ObligationPermission
from fangxian.foundation.units.models import BUREAU_KINDS, Population, UnitVersion
from fangxian.foundation.units.queries import resolve
from fangxian.kernel import access, audit, clock
from fangxian.kernel.access import Actor
from fangxian.kernel.access.requests import Request
from fangxian.kernel.errors import Conflict, DomainError, Invalid, NotFound
from fangxian.watch.reporting import actions, forms, labels, queries, rules
from fangxian.watch.reporting.drafts import dictionary_on
from fangxian.watch.reporting.indicators import indicators
from fangxian.watch.reporting.rules import ReportEvent, ReportPermission, State


@access.requires(ReportPermission.VIEW)
def start(request: Request) -> HttpResponse:
    """A school's person: their report of today. A bureau's: the queue. Others: their table."""
    actor, day = request.actor, clock.today()
    if actor.holds(ReportPermission.DECIDE) and not actor.holds(ReportPermission.SIGN):
        return redirect("reporting:queue")
    unit = _own_unit(actor, day)
    if unit is None:
        raise NotFound(_("There is no such unit within your scope."))
    return redirect(_url(unit.code, day))


def _own_unit(actor: Actor, day: date) -> UnitVersion | None:
    """The unit at which one holds the right to sign, else to see."""
    for permission in (ReportPermission.SIGN, ReportPermission.VIEW):
        ids = [h.unit_id for h in actor.holdings if permission.value in h.permissions]
        found = UnitVersion.objects.as_of(day).filter(unit_id__in=ids).order_by("path").first()
        if found is not None:
            return found
    return None


def _url(code: str, day: date, name: str = "report") -> str:
    return reverse(f"reporting:{name}", args=[code, day.isoformat()])


def _place(request: Request, code: str, day: str) -> tuple[UnitVersion, date]:
    found = clock.day_written(day)
    if found is None:
        raise NotFound(_("There is no such day."))
    return resolve(code, found, by=request.actor), found


@access.requires(ReportPermission.VIEW)
def report(request: Request, code: str, day: str) -> HttpResponse:
    """A school's report, or for a bureau the table of what its schools have signed."""
    unit, when = _place(request, code, day)
    if unit.kind in BUREAU_KINDS:
        return _table(request, unit, when)
    if not queries.owes_report(unit=unit, day=when):
        return render(request, "reporting/none.html", {"unit": UnitRef.of(unit), "day": when})
    return _report_page(request, unit, when)


def _report_page(
    request: Request,
    unit: UnitVersion,
    day: date,
    rows: forms.EnteredRows | None = None,
    problems: Sequence[str] = (),
) -> HttpResponse:
    actor, at = request.actor, clock.now()
    page = queries.report_for(unit=unit, day=day, by=actor, at=at)
    to_chase = queries.kinds_to_chase(path=unit.path, day=day, at=at) if page.silent else []
    context: dict[str, Any] = {
        "page": page,
        "unit": UnitRef.of(unit),
        "day": day,
        "at": at,
        "today": at.date(),
        "state": labels.STATES[page.state],
        "tone": labels.TONES[page.state],
        "sections": labels.SECTIONS,
        "populations": [(p.value, Population(p).label) for p in page.populations],
        "signs": actor.may(ReportPermission.SIGN, unit.path),
        "decides": actor.may(ReportPermission.DECIDE, unit.path),
        "rows": rows or forms.entered_rows(page),
        "problems": problems,
        "return_form": forms.ReturnForm(initial={"revision": page.revision}),
        "to_chase": to_chase if actor.may(ObligationPermission.CHASE, unit.path) else [],
        "settled": not page.changed and page.state in {State.SIGNED, State.ACCEPTED},
        "is_waiting": page.state is State.SIGNED,
        "may_revise": rules.may_move(page.state, State.REVISED),
    }
    return render(
        request, "reporting/report.html", context, status=422 if problems or rows else 200
    )


def _table(request: Request, unit: UnitVersion, day: date) -> HttpResponse:
    table = queries.upper_table(unit=unit, day=day, by=request.actor, at=clock.now())
    known = indicators()
    columns = [(code, known[code]) for code in table.codes if code in known]
    context = {
        "table": table,
        "day": day,
        "today": clock.today(),
        "columns": columns,
        "rows": [_cells(row, table.codes) for row in (table.total, *table.rows)],
    }
    return render(request, "reporting/table.html", context)


def _cells(row: queries.UpperRow, codes: Sequence[str]) -> dict[str, Any]:
    cells = [(row.figures.get(code), row.alike.get(code), row.before.get(code)) for code in codes]
    return {"row": row, "cells": cells}


@access.requires(ReportPermission.VIEW)
def behind(request: Request, code: str, day: str, figure: str, population: str) -> HttpResponse:
    """The groups behind a figure; reading names of people leaves a trace."""
    unit, when = _place(request, code, day)
    found = queries.behind(
        unit=unit, day=when, code=figure, population=population, by=request.actor
    )
    if found is None:
        raise NotFound(_("There is no such figure in the dictionary."))
    if any(group.rows.people for group in found.groups):
        audit.record(
            ReportEvent.NAMES_READ,
            by=request.actor,
            at=clock.now(),
            unit_id=unit.unit_id,
            path=unit.path,
            subject=rules.identity(unit.unit_id, when),
            detail={"figure": figure, "population": population},
        )
    groups = [(UnitRef.of(group.unit), group.rows) for group in found.groups]
    context = {"found": found, "groups": groups, "unit": UnitRef.of(unit), "day": when}
    name = "reporting/behind.html" if request.htmx else "reporting/behind_page.html"
    return render(request, name, context)


@access.requires(ReportPermission.SIGN)
@require_POST
def sign(request: Request, code: str, day: str) -> HttpResponse:
    """Sign what was looked at."""
    unit, when = _place(request, code, day)
    at = clock.now()
    page = queries.report_for(unit=unit, day=when, by=request.actor, at=at)
    form = forms.SignForm(request.POST)
    rows = forms.entered_rows(page, request.POST)
    if not (form.is_valid() and rows.is_valid()):
        text = _("The figures entered by hand do not hold together yet.")
        return _report_page(request, unit, when, rows, [text])
    try:
        signed = actions.sign(
            unit=unit,
            day=when,
            revision=form.cleaned_data["revision"],
            by=request.actor,
            at=at,
            entered=rows.entered(),
        )
    except Invalid as refusal:
        texts = [text for found in refusal.fields.values() for text in found]
        return _report_page(request, unit, when, rows, texts or [refusal.message])
    except Conflict as refusal:
        flash.warning(request, refusal.message)
        return redirect(_url(code, when))
    text = _("Signed: revision %(revision)s, for %(answered)s of %(expected)s groups.") % {
        "revision": signed.revision,
        "answered": page.cover.groups_answered,
        "expected": page.cover.groups_expected,
    }
    flash.success(request, text)
    return redirect(_url(code, when))


@access.requires(ReportPermission.SIGN)
@require_POST
def revise(request: Request, code: str, day: str) -> HttpResponse:
    """Announce a correction."""
    unit, when = _place(request, code, day)
    form = forms.SignForm(request.POST)
    if form.is_valid():
        _try(
            request,
            _("The bureau sees that a correction is coming. What was signed stands meanwhile."),
            lambda: actions.revise(
                unit=unit,
                day=when,
                revision=form.cleaned_data["revision"],
                by=request.actor,
                at=clock.now(),
            ),
        )
    return redirect(_url(code, when))


@access.requires(ReportPermission.DECIDE)
@require_POST
def accept(request: Request, code: str, day: str) -> HttpResponse:
    """Accept the revision that was looked at."""
    unit, when = _place(request, code, day)
    form = forms.SignForm(request.POST)
    if form.is_valid():
        _try(
            request,
            _("Accepted."),
            lambda: actions.accept(
                unit=unit,
                day=when,
                revision=form.cleaned_data["revision"],
                by=request.actor,
                at=clock.now(),
            ),
        )
    return redirect(_url(code, when))


@access.requires(ReportPermission.DECIDE)
@require_POST
def return_(request: Request, code: str, day: str) -> HttpResponse:
    """Return the revision that was looked at, with a comment."""
    unit, when = _place(request, code, day)
    form = forms.ReturnForm(request.POST)
    if not form.is_valid():
        return _report_page(
            request, unit, when, problems=[_("Say what the school should look at.")]
        )
    _try(
        request,
        _("Returned to the school with your comment."),
        lambda: actions.return_(
            unit=unit,
            day=when,
            revision=form.cleaned_data["revision"],
            comment=form.cleaned_data["comment"],
            by=request.actor,
            at=clock.now(),
        ),
    )
    return redirect(_url(code, when))


def _try(request: Request, done: str, act: Any) -> bool:
    """Do it and say so; somebody else was first: say that."""
    try:
        act()
    except Conflict as refusal:
        flash.warning(request, refusal.message)
        return False
    flash.success(request, done)
    return True


@access.requires(ObligationPermission.CHASE)
@require_POST
def chase(request: Request, code: str, day: str) -> HttpResponse:
    """Ask every silent group of the school again."""
    unit, when = _place(request, code, day)
    at = clock.now()
    request.actor.require(ObligationPermission.CHASE, unit.path)
    asked = sum(
        obligations.chase(kind=kind, unit=unit, day=when, by=request.actor, at=at)
        for kind in queries.kinds_to_chase(path=unit.path, day=when, at=at)
    )
    if asked:
        flash.success(request, ngettext("%s group asked.", "%s groups asked.", asked) % asked)
    else:
        flash.info(request, _("All of them were asked in the last ten minutes."))
    return redirect(_url(code, when))


@access.requires(ReportPermission.DECIDE)
def queue(request: Request) -> HttpResponse:
    """The reports that wait for one's decision, and where the others stand."""
    form = forms.QueueForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    day = asked.get("day") or clock.today()
    state = request.GET.get("state", State.SIGNED.value)
    found = queries.queue(
        by=request.actor,
        day=day,
        state=state if state in labels.QUEUE else "",
        text=asked.get("q") or "",
        number=int(request.GET.get("page", "1")) if request.GET.get("page", "1").isdecimal() else 1,
    )
    context = {
        "found": found,
        "rows": [(UnitRef.of(row.school), row, _state(row)) for row in found.rows],
        "form": forms.QueueForm(initial={"q": asked.get("q"), "day": day}),
        "day": day,
        "today": clock.today(),
        "state": state,
        "states": [(value, label, found.counts[value]) for value, label in labels.QUEUE.items()],
        "tables": _tables(request.actor, day),
    }
    return render(request, "reporting/queue.html", context)


def _state(row: "queries.Waiting") -> tuple[str, object]:
    state = State(row.report.state) if row.report else State.DRAFT
    return labels.TONES[state], labels.STATES[state]


def _tables(actor: Actor, day: date) -> list[UnitRef]:
    """The bureaus of which one may open the table."""
    ids = queries.bureaus_of(actor)
    rows = UnitVersion.objects.as_of(day).filter(unit_id__in=ids).order_by("path")
    return [UnitRef.of(row) for row in rows]


@access.requires(ReportPermission.DECIDE)
@require_POST
def accept_selected(request: Request) -> HttpResponse:
    """Accept the reports ticked, each at the revision that was looked at."""
    day = clock.day_written(request.POST.get("day", "")) or clock.today()
    accepted, refused = 0, []
    for key in request.POST.getlist("report"):
        code, _colon, revision = key.rpartition(":")
        try:
            unit = resolve(code, day, by=request.actor)
            number = int(revision) if revision.isdecimal() else 0
            actions.accept(unit=unit, day=day, revision=number, by=request.actor, at=clock.now())
            accepted += 1
        except DomainError as refusal:
            refused.append(f"{code}: {refusal.message}")
    if accepted:
        flash.success(
            request, ngettext("%s report accepted.", "%s reports accepted.", accepted) % accepted
        )
    for text in refused:
        flash.warning(request, text)
    if not accepted and not refused:
        flash.info(request, _("Tick the reports that you have looked at."))
    return redirect(f"{reverse('reporting:queue')}?day={day.isoformat()}")


@access.requires(ReportPermission.VIEW)
def dictionary(request: Request) -> HttpResponse:
    """What every figure means, and the version in force."""
    day = clock.today()
    known = [one for one in indicators().values() if one.in_force(day)]
    groups = [
        (label, [one for one in known if one.section is section])
        for section, label in labels.SECTIONS.items()
    ]
    context = {"groups": groups, "version": dictionary_on(day).number, "day": day}
    return render(request, "reporting/dictionary.html", context)
