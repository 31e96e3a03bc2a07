"""What a person sees of checks: the sheet of one group, and who has answered in a school."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from fangxian.foundation.accounts.models import User
from fangxian.foundation.obligations.models import Obligation
from fangxian.foundation.people.queries import Member, members
from fangxian.foundation.units.models import UnitKind, UnitVersion
from fangxian.kernel.access import Actor, within_any
from fangxian.watch.checks.models import Check, CheckLine
from fangxian.watch.checks.rules import CheckPermission, Session

SHOWN_AT_ONCE = 200  # groups of one school on its page; the largest schools have fewer


@dataclass(frozen=True)
class Revision:
    """One revision with who entered it."""

    check: Check
    by: str
    lines: Sequence[CheckLine]


@dataclass(frozen=True)
class Sheet:
    """A group's sheet for one session: what it owes, who is in it, what was said so far.

    `roster` is None for a group without names, and for whoever may not see names.
    """

    unit: UnitVersion
    school: UnitVersion
    day: date
    session: Session
    owed: Obligation
    enrolled: int | None
    roster: list[Member] | None
    current: Revision | None
    signed: bool


def sheet(*, unit: UnitVersion, day: date, session: Session, by: Actor) -> Sheet | None:
    """The sheet, or None when this session is not due for the group that day."""
    owed = Obligation.objects.of(session.kind, day).filter(unit_id=unit.unit_id).first()
    if owed is None:
        return None
    school = UnitVersion.objects.as_of(day).get(unit_id=owed.school_id)
    roster = members(group_id=unit.unit_id, school_path=school.path, day=day, by=by)
    history = revisions(unit=unit, day=day, session=session, school=school, by=by)
    report = Obligation.objects.of("daily_report", day).filter(unit_id=owed.school_id).first()
    return Sheet(
        unit=unit,
        school=school,
        day=day,
        session=session,
        owed=owed,
        enrolled=len(roster) or owed.roll,
        roster=roster or None,
        current=history[0] if history else None,
        signed=bool(report and report.told_at),
    )


def revisions(
    *, unit: UnitVersion, day: date, session: Session, school: UnitVersion, by: Actor
) -> list[Revision]:
    """Every revision, the one that holds first; lines only for who belongs to the school."""
    checks = list(
        Check.objects.visible_to(by)
        .on(day, session)
        .filter(unit_id=unit.unit_id)
        .order_by("-revision")
    )
    names = _names(check.recorded_by for check in checks)
    lines: dict[int, list[CheckLine]] = {}
    if checks and by.inside(school.path):
        rows = CheckLine.objects.filter(day=day, unit_id=unit.unit_id, session=session)
        for row in rows.order_by("revision", "number"):
            lines.setdefault(row.revision, []).append(row)
    return [
        Revision(check, names.get(check.recorded_by or 0, ""), lines.get(check.revision, []))
        for check in checks
    ]


def _names(ids: Any) -> dict[int, str]:
    found = User.objects.filter(pk__in={pk for pk in ids if pk is not None})
    return {user.pk: str(user) for user in found}


@dataclass(frozen=True)
class Owing:
    """What a group owes in one session, and whether it has told, or is excused and why."""

    session: Session
    due_at: datetime
    told_at: datetime | None
    overdue: bool
    on_time: bool
    excused: bool = False
    reason: str = ""

    @property
    def is_silent(self) -> bool:
        """Neither told nor excused."""
        return self.told_at is None and not self.excused


@dataclass(frozen=True)
class GroupDay:
    """A group's day: every session it owes."""

    unit: UnitVersion
    sessions: Sequence[Owing]

    @property
    def next_session(self) -> Session | None:
        """The first session that is still silent."""
        for owing in self.sessions:
            if owing.is_silent:
                return owing.session
        return None

    @property
    def urgency(self) -> tuple[bool, datetime | None]:
        """For sorting: who is silent before who is not, the earliest deadline first."""
        silent = [owing.due_at for owing in self.sessions if owing.is_silent]
        return (False, min(silent)) if silent else (True, None)


def groups_to_answer(*, by: Actor, day: date, at: datetime) -> list[GroupDay]:
    """The groups that one may answer for and what each owes that day, longest due first."""
    units = list(
        UnitVersion.objects.visible_to(by)
        .as_of(day)
        .filter(within_any(by.ranges(CheckPermission.RECORD)), kind=UnitKind.GROUP)
        .order_by("path")[:SHOWN_AT_ONCE]
    )
    kinds = [session.kind for session in Session]
    owed: dict[int, list[Owing]] = {}
    rows = (
        Obligation.objects.on(day)
        .filter(
            unit_id__in=[unit.unit_id for unit in units],
            kind__in=kinds,
            cancelled_at__isnull=True,
        )
        .order_by("due_at")
    )
    for row in rows:
        owed.setdefault(row.unit_id, []).append(_owing(row, at))
    found = [GroupDay(unit, owed.get(unit.unit_id, [])) for unit in units]
    return sorted(found, key=lambda group: (*group.urgency, group.unit.code))


def _owing(row: Obligation, at: datetime) -> Owing:
    told = row.told_at
    excused = told is None and row.excused_at is not None
    return Owing(
        session=Session(row.kind.removeprefix("check.")),
        due_at=row.due_at,
        told_at=told,
        overdue=told is None and not excused and row.due_at < at,
        on_time=told is not None and told <= row.due_at,
        excused=excused,
        reason=row.reason or "" if excused else "",
    )


def as_posted(revision: Revision, unit_code: str) -> Mapping[str, Any]:
    """A revision as the body that would record it again: what the phone page starts from."""
    check = revision.check
    absent = [_line(line, with_reason=True) for line in revision.lines if not line.is_present]
    here = [_line(line, with_reason=False) for line in revision.lines if line.is_present]
    body: dict[str, Any] = {
        "unit": unit_code,
        "day": check.day.isoformat(),
        "session": check.session,
        "enrolled": check.enrolled,
        "symptomatic_present": here,
        "on_behalf_of": check.on_behalf_of,
        "channel": check.channel,
    }
    if check.session != Session.HOME:
        return body | {"present": check.present, "not_known": check.not_known, "absences": absent}
    places = ("campus", "city", "province", "elsewhere", "abroad")
    return body | {
        "reached_well": check.reached_well,
        "reached_ill": check.reached_ill,
        "not_reached": check.not_reached,
        "places": {place: getattr(check, f"at_{place}") for place in places},
    }


def _line(line: CheckLine, *, with_reason: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "symptoms": list(line.symptoms),
        "temperature": None if line.temperature is None else float(line.temperature),
    }
    if line.person_id is not None:
        told["person"] = line.person_id
    elif line.name:
        told["name"] = line.name
    return told | ({"reason": line.reason} if with_reason else {})


def sessions_of(unit_id: int, day: date, at: datetime) -> list[Owing]:
    """What one group owes that day, in the order of deadlines."""
    rows = (
        Obligation.objects.on(day)
        .filter(unit_id=unit_id, kind__startswith="check.", cancelled_at__isnull=True)
        .order_by("due_at")
    )
    return [_owing(row, at) for row in rows]
