"""The teacher's pages: my groups, one group's check, its history."""

from datetime import date, datetime
from typing import Any

from django.contrib import messages as flash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from fangxian.foundation.accounts.queries import name_of
from fangxian.foundation.obligations.models import Channel
from fangxian.foundation.obligations.queries import chases
from fangxian.foundation.units import queries as units
from fangxian.kernel import access, clock
from fangxian.kernel.access.requests import Request
from fangxian.kernel.errors import Conflict, Invalid, NotFound
from fangxian.watch.checks import actions, forms, labels, queries
from fangxian.watch.checks.actions import Submission
from fangxian.watch.checks.models import Check
from fangxian.watch.checks.queries import Sheet
from fangxian.watch.checks.rules import CheckPermission, Session
from fangxian.watch.checks.texts import TEXTS


@access.requires(CheckPermission.RECORD)
def mine(request: Request) -> HttpResponse:
    """The groups one answers for. One group with one thing due: straight to it."""
    at = clock.now()
    groups = queries.groups_to_answer(by=request.actor, day=at.date(), at=at)
    if len(groups) == 1 and groups[0].sessions and "list" not in request.GET:
        group = groups[0]
        session = group.next_session or group.sessions[-1].session
        return redirect(_url(group.unit.code, at.date(), session))
    answered = sum(group.next_session is None for group in groups if group.sessions)
    return render(
        request,
        "checks/mine.html",
        {
            "groups": groups,
            "day": at.date(),
            "at": at,
            "answered": answered,
            "expected": sum(bool(group.sessions) for group in groups),
            "labels": labels.SESSIONS,
        },
    )


@access.requires(CheckPermission.RECORD)
def check(request: Request, code: str, day: str, session: str) -> HttpResponse:
    """One group's check: read it, answer it, correct it."""
    at = clock.now()
    sheet = _sheet(request, code, day, session)
    request.actor.require(CheckPermission.RECORD, sheet.unit.path)
    form = _form(sheet, request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        done = form.is_valid() and _record(request, sheet, form, at)
        if done:
            return redirect(_url(code, sheet.day, sheet.session))
        status = 422
    return render(request, "checks/check.html", _page(request, sheet, form, at), status=status)


@access.requires(CheckPermission.VIEW)
def history(request: Request, code: str, day: str, session: str) -> HttpResponse:
    """Every revision of a check: who said what, when."""
    sheet = _sheet(request, code, day, session)
    request.actor.require(CheckPermission.VIEW, sheet.unit.path)
    revisions = queries.revisions(
        unit=sheet.unit,
        day=sheet.day,
        session=sheet.session,
        school=sheet.school,
        by=request.actor,
    )
    names = {member.person_id: member.name for member in sheet.roster or []}
    context = {"sheet": sheet, "revisions": revisions, "names": names}
    return render(request, "checks/history.html", context | _labels(sheet))


def _sheet(request: Request, code: str, day: str, session: str) -> Sheet:
    on = clock.day_written(day)
    if on is None or session not in set(Session):
        raise NotFound(_("There is no such check."))
    unit = units.resolve(code, on, by=request.actor)
    found = queries.sheet(unit=unit, day=on, session=Session(session), by=request.actor)
    if found is None:
        raise NotFound(_("This check is not due for this group that day."))
    return found


def _form(sheet: Sheet, data: Any) -> "forms.SchoolForm | forms.HomeForm":
    form = forms.HomeForm if sheet.session is Session.HOME else forms.SchoolForm
    current = sheet.current.check if sheet.current else None
    initial: dict[str, Any] = {"enrolled": sheet.enrolled}
    if current is not None:
        initial |= {"enrolled": current.enrolled, "revises": current.id}
        initial |= _said(current)
    return form(data, initial=initial)


def _said(current: Check) -> dict[str, Any]:
    """What a correction starts from; the question itself is asked anew."""
    return {
        "ill": current.absent_ill,
        "leave": current.absent_leave,
        "unknown_cause": current.absent_unknown,
        "other": current.absent_other,
        "not_known": current.not_known,
        "symptomatic": current.symptomatic_present,
        "reached_well": current.reached_well,
        "reached_ill": current.reached_ill,
        "not_reached": current.not_reached,
        "campus": current.at_campus,
        "city": current.at_city,
        "province": current.at_province,
        "elsewhere": current.at_elsewhere,
        "abroad": current.at_abroad,
    }


def _record(
    request: Request, sheet: Sheet, form: "forms.SchoolForm | forms.HomeForm", at: datetime
) -> bool:
    data = form.cleaned_data
    told_at = at
    if data["told_at"]:
        told_at = datetime.combine(at.date(), data["told_at"], tzinfo=at.tzinfo)
    submission = Submission(
        unit=sheet.unit.code,
        day=sheet.day,
        content=form.content(sheet.session),
        channel=data["channel"] or Channel.WEB,
        told_at=told_at,
        revises=data["revises"],
    )
    try:
        actions.record(submission, by=request.actor, at=at)
    except Invalid as error:
        for name, texts in error.fields.items():
            for text in texts:
                form.add_error(name if name in form.fields else None, text)
        return False
    except Conflict as error:
        form.add_error(None, error.message)
        return False
    flash.success(request, _("Sent. Thank you."))
    return True


def _url(code: str, day: date, session: Session) -> str:
    return reverse("checks:check", args=[code, day.isoformat(), session.value])


def _labels(sheet: Sheet) -> dict[str, Any]:
    return {
        "unit_name": name_of(sheet.unit),
        "school_name": name_of(sheet.school),
        "session_label": labels.SESSIONS[sheet.session],
        "reasons": labels.REASONS,
        "symptoms": labels.SYMPTOMS,
    }


def _page(
    request: Request, sheet: Sheet, form: "forms.SchoolForm | forms.HomeForm", at: datetime
) -> dict[str, Any]:
    asked = [
        row
        for row in chases(school_id=sheet.owed.school_id, day=sheet.day)
        if row.kind == sheet.session.kind and row.unit_id == sheet.unit.unit_id
    ]
    return {
        "sheet": sheet,
        "form": form,
        "at": at,
        "chase": asked[0] if asked else None,
        "check": _island(request, sheet),
        "others": queries.sessions_of(sheet.unit.unit_id, sheet.day, at),
        "labels": labels.SESSIONS,
    } | _labels(sheet)


def _island(request: Request, sheet: Sheet) -> dict[str, Any]:
    current = sheet.current
    own_group = any(held.unit_id == sheet.unit.unit_id for held in request.actor.holdings)
    label = str(labels.SESSIONS[sheet.session])
    return {
        "api": reverse("api:record_check"),
        "title": f"{name_of(sheet.unit)} · {label} {sheet.day:%m-%d}",
        "unit": sheet.unit.code,
        "day": sheet.day.isoformat(),
        "session": sheet.session.value,
        "enrolled": sheet.enrolled,
        "roster": [
            {"id": one.person_id, "name": one.name, "number": one.number, "phone": one.phone}
            for one in sheet.roster
        ]
        if sheet.roster
        else None,
        "current": current
        and {
            "id": current.check.id,
            "body": queries.as_posted(current, sheet.unit.code),
            "at": current.check.received_at.isoformat(),
            "by": current.by,
            "signed": sheet.signed,
        },
        "behalf": {
            "of": "" if own_group else sheet.unit.contact_name,
            "required": False,
            "channels": [
                {"code": value, "label": str(text)}
                for value, text in Channel.choices
                if value not in {"web", "api"}
            ],
        },
        "reasons": _pairs(labels.REASONS),
        "symptoms": _pairs(labels.SYMPTOMS),
        "places": _pairs(labels.PLACES),
        "texts": {key: str(text) for key, text in TEXTS.items()},
    }


def _pairs(names: Any) -> list[dict[str, str]]:
    return [{"code": str(code), "label": str(label)} for code, label in names.items()]
