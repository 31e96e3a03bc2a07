"""Recording checks: the plain way. `hotpath` does the same in one statement for first answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from django.db import connection, transaction
from django.utils.translation import gettext as _

from fangxian.foundation.obligations import actions as obligations
from fangxian.foundation.obligations.models import Obligation
from fangxian.foundation.people.queries import known_persons
from fangxian.foundation.units import queries as units
from fangxian.foundation.units.models import UnitKind, UnitVersion
from fangxian.kernel import audit
from fangxian.kernel.access import Actor
from fangxian.kernel.clock import SHANGHAI
from fangxian.kernel.errors import Conflict
from fangxian.kernel.partitions import ensure_day
from fangxian.watch.checks import messages, rules
from fangxian.watch.checks.models import Check, CheckLine
from fangxian.watch.checks.rules import CheckEvent, CheckPermission, Content, Line, Session


@dataclass(frozen=True)
class Submission:
    """A check as told: what it says, of which group and day, when and through which channel."""

    unit: str
    day: date
    content: Content
    channel: str
    told_at: datetime
    revises: int | None = None


@dataclass(frozen=True)
class Recorded:
    """The check that holds now; `created` is False when it said the same already."""

    id: int
    revision: int
    created: bool
    received_at: datetime


@transaction.atomic
def record(submission: Submission, *, by: Actor, at: datetime) -> Recorded:
    """Record a group's check, or a correction of it; saying the same twice changes nothing.

    Locks the check before the obligation, as the hot path does, so that the two never wait for
    each other. Raises NotFound (unit unknown or out of scope, with the right code for an older
    or newer one), Forbidden, Invalid (naming each field) or Conflict (naming the current
    revision).
    """
    unit = _unit(submission, by)
    _valid(submission, unit, at)
    owed = _owed(submission, unit)
    recorded = _kept(submission, owed, by=by, at=at)
    # None: somebody else's first answer came between; now it can be seen
    return recorded or cast(Recorded, _kept(submission, owed, by=by, at=at))


def _kept(submission: Submission, owed: Obligation, *, by: Actor, at: datetime) -> Recorded | None:
    content = submission.content
    current = _current(owed.unit_id, submission.day, content.session)
    if current is not None and bytes(current.digest) == rules.digest(content):
        received_at = current.received_at.astimezone(SHANGHAI)
        return Recorded(current.id, current.revision, False, received_at)
    _require_current(submission, current)
    _known_people(content, owed.unit_id, submission.day)
    recorded = _insert(submission, owed, current, by=by, at=at)
    if recorded is None:
        return None
    obligations.answer(
        kind=content.session.kind,
        unit_id=owed.unit_id,
        day=submission.day,
        told_at=submission.told_at,
        at=at,
        by=by,
        accounted=content.accounted,
        channel=submission.channel,
        on_behalf_of=content.on_behalf_of,
    )
    audit.record(
        CheckEvent.REVISED if current else CheckEvent.RECORDED,
        by=by,
        at=at,
        unit_id=owed.unit_id,
        path=owed.path,
        subject=rules.identity(owed.unit_id, submission.day, content.session),
        detail={"revision": recorded.revision},
    )
    return recorded


def _unit(submission: Submission, by: Actor) -> UnitVersion:
    """The group, if it lies within scope and may be answered for."""
    unit = units.resolve(submission.unit, submission.day, by=by)
    by.require(CheckPermission.RECORD, unit.path)
    return unit


def _valid(submission: Submission, unit: UnitVersion, at: datetime) -> None:
    fields: dict[str, list[str]] = {}
    if unit.kind != UnitKind.GROUP:
        fields["unit"] = [_("Checks are entered for roll-call groups only.")]
    if submission.day > at.date():
        fields["day"] = [_("This day has not come yet; enter today or an earlier day.")]
    if submission.told_at > at:
        fields["told_at"] = [_("This time has not come yet; enter when it was told.")]
    found = rules.problems(submission.content)
    if found or fields:
        refusal = messages.invalid(found, submission.content)
        refusal.fields.update(fields)
        raise refusal


def _owed(submission: Submission, unit: UnitVersion) -> Obligation:
    kind = submission.content.session.kind
    owed = (
        Obligation.objects.of(kind, submission.day).filter(unit_id=unit.unit_id, subject="").first()
    )
    if owed is None:
        raise messages.refused({"session": [_("This check is not due for this group that day.")]})
    return owed


def _current(unit_id: int, day: date, session: Session) -> Check | None:
    return (
        Check.objects.current().on(day, session).filter(unit_id=unit_id).select_for_update().first()
    )


def _require_current(submission: Submission, current: Check | None) -> None:
    if submission.revises == (current.id if current else None):
        return
    if current is None:
        raise Conflict(_("There is no check to correct yet."), current_id=None)
    received_at = current.received_at.astimezone(SHANGHAI)
    raise Conflict(
        _("This check was answered already, at %(when)s. Look at it, then correct it.")
        % {"when": f"{received_at:%H:%M}"},
        current_id=current.id,
        current_revision=current.revision,
        received_at=received_at.isoformat(),
    )


def _known_people(content: Content, group_id: int, day: date) -> None:
    lines = (*content.absences, *content.symptomatic_present)
    named = [line.person for line in lines if line.person is not None]
    if not named:
        return
    strangers = set(named) - known_persons(named, group_id=group_id, day=day)
    if strangers:
        text = _("Not of this group that day: %(ids)s.") % {
            "ids": ", ".join(map(str, sorted(strangers)))
        }
        raise messages.refused({"absences": [text]})


def _insert(
    submission: Submission, owed: Obligation, current: Check | None, *, by: Actor, at: datetime
) -> Recorded | None:
    content, day = submission.content, submission.day
    ensure_day(day)
    revision = current.revision + 1 if current else 1
    if current is not None:
        Check.objects.filter(pk=current.pk).update(is_current=False)
    values: dict[str, Any] = {
        "day": day,
        "unit_id": owed.unit_id,
        "session": content.session.value,
        "revision": revision,
        "revises": current.id if current else None,
        "school_id": owed.school_id,
        "path": owed.path,
        "recorded_by": by.user_id,
        "token_id": by.token_id,
        "channel": submission.channel,
        "told_at": submission.told_at,
        "received_at": at,
        **columns(content),
    }
    names = ", ".join(values)
    places = ", ".join(["%s"] * len(values))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO check_revision ({names}) VALUES ({places}) "  # noqa: S608
            "ON CONFLICT DO NOTHING RETURNING id",
            list(values.values()),
        )
        row = cursor.fetchone()
    if row is None:
        return None
    check_id = int(row[0])
    _insert_lines(content, owed, current, day=day, revision=revision, at=at)
    return Recorded(check_id, revision, True, at)


def columns(content: Content) -> dict[str, Any]:
    """The counts of a check as the table's columns."""
    home = content.session is Session.HOME
    absent = content.absent()
    places = content.places
    return {
        "enrolled": content.enrolled,
        "present": content.present,
        "not_known": content.not_known,
        "absent_ill": None if home else absent["ill"],
        "absent_leave": None if home else absent["leave"],
        "absent_unknown": None if home else absent["unknown_cause"],
        "absent_other": None if home else absent["other"],
        "symptomatic_present": len(content.symptomatic_present),
        "fever": content.fever,
        "reached_well": content.reached_well,
        "reached_ill": content.reached_ill,
        "not_reached": content.not_reached,
        "at_campus": places.campus if places else None,
        "at_city": places.city if places else None,
        "at_province": places.province if places else None,
        "at_elsewhere": places.elsewhere if places else None,
        "at_abroad": places.abroad if places else None,
        "digest": rules.digest(content),
        "on_behalf_of": content.on_behalf_of,
    }


def _insert_lines(
    content: Content,
    owed: Obligation,
    current: Check | None,
    *,
    day: date,
    revision: int,
    at: datetime,
) -> None:
    lines = numbered(content)
    if not lines:
        return
    known = rules.carry_known(_lines_of(current), [line for _n, line, _p in lines], at)
    CheckLine.objects.bulk_create(
        CheckLine(
            day=day,
            unit_id=owed.unit_id,
            session=content.session.value,
            revision=revision,
            number=number,
            school_id=owed.school_id,
            path=owed.path,
            person_id=line.person,
            name=line.name,
            is_present=is_present,
            reason=line.reason,
            symptoms=list(line.symptoms),
            temperature=line.temperature,
            known_at=known_at,
        )
        for (number, line, is_present), known_at in zip(lines, known, strict=True)
    )


def numbered(content: Content) -> list[tuple[int, Line, bool]]:
    """The lines with their numbers from 1 and whether the person is here (or was reached)."""
    if not content.absences and not content.symptomatic_present:
        return []
    absent = [(line, False) for line in content.absences]
    here = [(line, True) for line in content.symptomatic_present]
    return [(number, line, is_here) for number, (line, is_here) in enumerate(absent + here, 1)]


def _lines_of(check: Check | None) -> Sequence[tuple[Line, datetime]]:
    if check is None:
        return []
    rows = CheckLine.objects.filter(
        day=check.day, unit_id=check.unit_id, session=check.session, revision=check.revision
    ).order_by("number")
    return [
        (
            Line(row.reason, row.person_id, row.name, tuple(row.symptoms), row.temperature),
            row.known_at,
        )
        for row in rows
    ]
