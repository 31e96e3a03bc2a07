"""Writing daily reports: signed by the school, accepted or returned by the level directly above."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from fangxian.foundation.obligations import actions as obligations
from fangxian.foundation.obligations.models import Channel
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel import audit
from fangxian.kernel.access import Actor, system
from fangxian.kernel.clock import midnight
from fangxian.kernel.errors import Conflict, Invalid
from fangxian.kernel.partitions import ensure_day
from fangxian.watch.reporting import indicators, rules
from fangxian.watch.reporting.bulk import sign_many
from fangxian.watch.reporting.drafts import (
    FIRST_WINDOW,
    Draft,
    School,
    derive,
    entered_from,
    is_closed,
    latest_revisions,
    same_figures,
    school_owing,
)
from fangxian.watch.reporting.models import (
    Cutoff,
    DailyReport,
    Decision,
    DictionaryVersion,
    ReportRevision,
)
from fangxian.watch.reporting.rows import report_values, revision_from
from fangxian.watch.reporting.rules import (
    KIND,
    Entered,
    ReportEvent,
    ReportPermission,
    State,
)

__all__ = ["accept", "record_dictionary", "return_", "revise", "sign", "sign_many"]

LONGEST_COMMENT = 500


@transaction.atomic
def sign(
    *,
    unit: UnitVersion,
    day: date,
    revision: int | None,
    by: Actor,
    at: datetime,
    entered: Sequence[Entered] | None = None,
) -> DailyReport:
    """Sign a school's figures of a day for those who answered; zeros are attested too.

    `revision` is the one the signer saw: None or 0 where nothing is signed yet. `entered`
    replaces figures by hand; None keeps those of the revision before. The same again by the
    same person changes nothing. Signing a signed report anew makes the next revision.
    Raises NotFound, Forbidden, Invalid, or Conflict with the current revision.
    """
    by.require(ReportPermission.SIGN, unit.path)
    school = _school(unit, day, at)
    cutoff = _locked_cutoff(school, day)
    report = _locked(school, day)
    latest = latest_revisions(day, [school.school_id]).get(school.school_id)
    if report is not None and latest is not None:
        if _said_already(report, latest, revision, by, entered):
            return report
        _require_revision(report, revision or 0)
    elif revision:
        raise Conflict(_("Nothing is signed yet for this day."), current_revision=0)
    draft = _draft(school, day, at, cutoff, latest, entered)
    rules.may_sign(by, school.path).enforce()
    if draft.cover.groups_answered == 0:
        raise Conflict(rules.may_sign(by, school.path, draft.cover).reason, current_revision=0)
    if report is not None and latest is not None:
        if _unchanged(report, latest, draft):
            return _as_it_is(report, by)
        _open_correction(report, by, at)
    return _save_signature(report, latest, draft, cutoff, by, at)


def _school(unit: UnitVersion, day: date, at: datetime) -> School:
    if unit.school_id != unit.unit_id:
        text = _("Daily reports are signed by schools; this is another kind of unit.")
        raise Invalid(text, {"unit": [text]})
    if day > at.date():
        text = _("This day has not come yet.")
        raise Invalid(text, {"day": [text]})
    return school_owing(day, unit.unit_id)


def _locked_cutoff(school: School, day: date) -> Cutoff:
    """The school's cut-off, locked: a school signs one report at a time."""
    first = midnight(day - FIRST_WINDOW)
    Cutoff.objects.bulk_create(
        [Cutoff(school_id=school.school_id, path=school.path, day=day, since=first, at=first)],
        ignore_conflicts=True,
    )
    return Cutoff.objects.select_for_update().get(pk=school.school_id)


def _locked(school: School, day: date) -> DailyReport | None:
    rows = DailyReport.objects.select_for_update()
    return rows.filter(day=day, school_id=school.school_id).first()


def _said_already(
    report: DailyReport,
    latest: ReportRevision,
    revision: int | None,
    by: Actor,
    entered: Sequence[Entered] | None,
) -> bool:
    """Whether this is the call that made the latest revision, sent again."""
    return (
        report.state == State.SIGNED
        and (revision or 0) == report.revision - 1
        and report.signed_by == by.user_id
        and (entered is None or list(entered) == entered_from(latest))
    )


def _require_revision(report: DailyReport, revision: int) -> None:
    if revision == report.revision:
        return
    raise Conflict(
        _("Revision %(current)s is the current one, not %(named)s. Look at it, then decide.")
        % {"current": report.revision, "named": revision},
        current_revision=report.revision,
        state=report.state,
    )


def _draft(
    school: School,
    day: date,
    at: datetime,
    cutoff: Cutoff,
    latest: ReportRevision | None,
    entered: Sequence[Entered] | None,
) -> Draft:
    signed = {school.school_id: latest} if latest else {}
    found = derive([school], day, at, cutoffs={school.school_id: cutoff}, signed=signed)[0]
    if entered is None:
        entered = entered_from(latest) if latest else ()
    _check_entered(entered, found)
    return found.with_entered(entered)


def _check_entered(entered: Sequence[Entered], draft: Draft) -> None:
    problems: dict[str, list[str]] = {}
    cells = [indicators.Cell(one.code, one.population) for one in entered]
    for number, (one, cell) in enumerate(zip(entered, cells, strict=True)):
        if cell not in draft.dictionary.position:
            problems[f"entered.{number}.code"] = [_("There is no such figure in the dictionary.")]
        elif cells.count(cell) > 1:
            problems[f"entered.{number}.code"] = [_("This figure is entered twice.")]
        if not 0 <= one.value <= rules.MOST:
            problems[f"entered.{number}.value"] = [_("Enter a number from 0 on.")]
        if not one.reason.strip():
            problems[f"entered.{number}.reason"] = [
                _("Say why the figure is entered by hand; the county sees the reason.")
            ]
    if problems:
        raise Invalid(_("The figures entered by hand do not hold together yet."), problems)


def _unchanged(report: DailyReport, latest: ReportRevision, draft: Draft) -> bool:
    if report.state not in {State.SIGNED, State.ACCEPTED}:
        return False
    derived = Draft(
        draft.school, draft.day, draft.window, draft.dictionary, draft.cover, draft.derived, {}
    )
    return same_figures(derived, latest) and list(draft.entered) == entered_from(latest)


def _as_it_is(report: DailyReport, by: Actor) -> DailyReport:
    if report.signed_by == by.user_id:
        return report
    raise Conflict(
        _("This report is signed already and no figure has changed since."),
        current_revision=report.revision,
        state=report.state,
    )


def _open_correction(report: DailyReport, by: Actor, at: datetime) -> None:
    if report.state not in {State.SIGNED, State.ACCEPTED}:
        return
    _require_move(report, State.REVISED)
    report.state = State.REVISED
    detail = {"day": str(report.day), "revision": report.revision}
    _audit(ReportEvent.REVISED, report, by, at, detail)


def _require_move(report: DailyReport, wanted: State) -> None:
    if not rules.may_move(State(report.state), wanted):
        raise Conflict(
            _("The report stands at a point from which this is not possible."),
            current_revision=report.revision,
            state=report.state,
        )


def _save_signature(
    report: DailyReport | None,
    latest: ReportRevision | None,
    draft: Draft,
    cutoff: Cutoff,
    by: Actor,
    at: datetime,
) -> DailyReport:
    ensure_day(draft.day)
    if report is not None:
        _require_move(report, State.SIGNED)
    closed = is_closed(draft.day, cutoff, latest)
    number = (report.revision if report else 0) + 1
    made = revision_from(draft, number, by, at, kept=latest if closed else None)
    made.save(force_insert=True)
    values = report_values(made)
    if report is None:
        report = DailyReport(day=draft.day, school_id=draft.school.school_id, **values)
        report.save(force_insert=True)
    else:
        for name, value in values.items():
            setattr(report, name, value)
        DailyReport.objects.filter(pk=report.pk).update(**values)
    if not closed:
        _move_cutoff(cutoff, made, draft)
    obligations.answer(
        kind=KIND,
        unit_id=made.school_id,
        day=made.day,
        told_at=at,
        at=at,
        by=by,
        accounted=made.people_accounted,
        channel=Channel.API if by.token_id else Channel.WEB,
    )
    _audit(ReportEvent.SIGNED, report, by, at, {"day": str(made.day), "revision": number})
    return report


def _move_cutoff(cutoff: Cutoff, made: ReportRevision, draft: Draft) -> None:
    cutoff.day = made.day
    cutoff.path = made.path
    cutoff.since = made.cutoff_from
    cutoff.since_edge = dict(draft.window.edge)
    cutoff.at = made.cutoff_at
    cutoff.at_edge = dict(draft.edge)
    cutoff.save()


@transaction.atomic
def revise(*, unit: UnitVersion, day: date, revision: int, by: Actor, at: datetime) -> DailyReport:
    """Announce a correction of a signed report; the signed revision stands meanwhile."""
    by.require(ReportPermission.SIGN, unit.path)
    report = _existing(unit, day)
    if report.state == State.REVISED and report.revision == revision:
        return report
    _require_revision(report, revision)
    _require_move(report, State.REVISED)
    _open_correction(report, by, at)
    DailyReport.objects.filter(pk=report.pk).update(state=State.REVISED)
    return report


def accept(*, unit: UnitVersion, day: date, revision: int, by: Actor, at: datetime) -> DailyReport:
    """Accept a signed revision, at the level directly above the school."""
    return _decide(State.ACCEPTED, unit, day, revision, "", by, at)


def return_(
    *, unit: UnitVersion, day: date, revision: int, comment: str, by: Actor, at: datetime
) -> DailyReport:
    """Return a signed revision to the school, with a comment that says what to look at."""
    text = comment.strip()
    if not text:
        by.require(ReportPermission.DECIDE, unit.path)
        message = _("Say what the school should look at.")
        raise Invalid(message, {"comment": [message]})
    return _decide(State.RETURNED, unit, day, revision, text[:LONGEST_COMMENT], by, at)


@transaction.atomic
def _decide(
    wanted: State,
    unit: UnitVersion,
    day: date,
    revision: int,
    comment: str,
    by: Actor,
    at: datetime,
) -> DailyReport:
    by.require(ReportPermission.DECIDE, unit.path)
    report = _existing(unit, day)
    rules.may_decide(
        by, school_path=report.path, bureau_id=report.bureau_id, signed_by=report.signed_by
    ).enforce()
    same = (wanted, revision, by.user_id)
    if (State(report.state), report.revision, report.decided_by) == same:
        return report
    _require_revision(report, revision)
    _require_move(report, wanted)
    made = Decision(
        day=day,
        school_id=report.school_id,
        revision=revision,
        path=report.path,
        accepted=wanted is State.ACCEPTED,
        decided_by=by.user_id,
        decided_at=at,
        comment=comment,
    )
    made.save(force_insert=True)
    values = {
        "state": wanted,
        "decided_by": by.user_id,
        "decided_at": at,
        "comment": comment,
    }
    for name, value in values.items():
        setattr(report, name, value)
    DailyReport.objects.filter(pk=report.pk).update(**values)
    event = ReportEvent.ACCEPTED if made.accepted else ReportEvent.RETURNED
    _audit(event, report, by, at, {"day": str(day), "revision": revision})
    return report


def _existing(unit: UnitVersion, day: date) -> DailyReport:
    report = DailyReport.objects.select_for_update().filter(day=day, school_id=unit.unit_id).first()
    if report is None:
        raise Conflict(_("Nothing is signed yet for this day."), current_revision=0)
    return report


def _audit(
    event: ReportEvent, report: DailyReport, by: Actor, at: datetime, detail: dict[str, object]
) -> None:
    audit.record(
        event,
        by=by,
        at=at,
        unit_id=report.school_id,
        path=report.path,
        subject=rules.identity(report.school_id, report.day),
        detail=detail,
    )


@transaction.atomic
def record_dictionary(*, at: datetime) -> DictionaryVersion | None:
    """Keep the dictionary as the rooms declare it; None when it has not changed.

    The first version holds for every day, a later one from the day it is recorded.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('report_dictionary', 0))")
    content = indicators.content()
    digest = indicators.digest(content)
    last = DictionaryVersion.objects.order_by("-number").first()
    if last is not None and bytes(last.digest) == digest:
        return None
    made = DictionaryVersion.objects.create(
        effective_from=at.date() if last else indicators.ALWAYS,
        content=content,
        digest=digest,
        recorded_at=at,
    )
    audit.record(
        ReportEvent.DICTIONARY_RECORDED,
        by=system("dictionary", []),
        at=at,
        subject=f"dictionary {made.number}",
        detail={"version": made.number},
    )
    return made
