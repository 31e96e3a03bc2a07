"""Which rungs are due, for whom, and what gets folded: pure decisions about times and levels."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from fangxian.foundation.accounts.rules import Role
from fangxian.kernel.access import Permission
from fangxian.kernel.audit import Event
from fangxian.kernel.clock import SHANGHAI
from fangxian.norms import IN_SCHOOL, LEVELS, Ladder, Quiet, Rung

#: a rung that nobody decided for so long, because nothing ran, is not told any more
STALE = timedelta(hours=24)
#: so many schools or groups are named in a message; the linked list has all of them
NAMED = 3
SUBSTITUTE_LONGEST_DAYS = 92


class EscalationPermission(Permission):
    VIEW = "escalation.view"
    ACKNOWLEDGE = "escalation.acknowledge"
    SUBSTITUTES = "escalation.substitutes"


_WORKS = [EscalationPermission.VIEW, EscalationPermission.ACKNOWLEDGE]
_RUNS = [*_WORKS, EscalationPermission.SUBSTITUTES]
GRANTS: dict[str, list[Permission]] = {
    Role.GROUP_TEACHER: [EscalationPermission.ACKNOWLEDGE],
    Role.SCHOOL_REPORTER: [*_WORKS],
    Role.HEALTH_OFFICER: [*_WORKS],
    Role.HEAD: [*_RUNS],
    Role.COUNTY_OFFICER: [*_RUNS],
    Role.CITY_OFFICER: [*_RUNS],
    Role.PROVINCE_OFFICER: [*_RUNS],
    Role.INSPECTOR: [EscalationPermission.VIEW],
    Role.CDC_LIAISON: [EscalationPermission.VIEW],
    Role.UNIT_ADMIN: [EscalationPermission.VIEW, EscalationPermission.SUBSTITUTES],
}


class EscalationEvent(Event):
    FIRED = "escalation.fired"
    ACKNOWLEDGED = "escalation.acknowledged"
    TAKEN_BACK = "escalation.taken_back"
    SUBSTITUTE_SET = "escalation.substitute_set"
    SUBSTITUTE_ENDED = "escalation.substitute_ended"


class Level(StrEnum):
    """Whom a rung tells, from whoever answers upwards."""

    ANSWERER = "answerer"
    SCHOOL_REPORTER = "school_reporter"
    HEAD = "head"
    COUNTY = "county"
    CITY = "city"
    PROVINCE = "province"

    @property
    def in_school(self) -> bool:
        """Whether it stands at or below a school."""
        return self.value in IN_SCHOOL

    @property
    def height(self) -> int:
        """0 for whoever answers, more for each level above."""
        return LEVELS.index(self.value)


#: the role that a level's messages go to inside a school; above it the unit's kind decides
SCHOOL_ROLE: Mapping[Level, Role] = {
    Level.SCHOOL_REPORTER: Role.SCHOOL_REPORTER,
    Level.HEAD: Role.HEAD,
}
BUREAU_ROLE: Mapping[str, Role] = {
    "county": Role.COUNTY_OFFICER,
    "zone": Role.COUNTY_OFFICER,
    "city": Role.CITY_OFFICER,
    "province": Role.PROVINCE_OFFICER,
}
#: the level whose later rungs wait when somebody with this role says "I am on it"
LEVEL_OF_ROLE: Mapping[str, Level] = {
    Role.GROUP_TEACHER: Level.ANSWERER,
    Role.SCHOOL_REPORTER: Level.SCHOOL_REPORTER,
    Role.HEALTH_OFFICER: Level.SCHOOL_REPORTER,
    Role.HEAD: Level.HEAD,
    Role.COUNTY_OFFICER: Level.COUNTY,
    Role.CITY_OFFICER: Level.CITY,
    Role.PROVINCE_OFFICER: Level.PROVINCE,
}
#: the roles that somebody may stand in for on a holiday, by where they are held
SUBSTITUTED = (
    Role.SCHOOL_REPORTER,
    Role.HEAD,
    Role.COUNTY_OFFICER,
    Role.CITY_OFFICER,
    Role.PROVINCE_OFFICER,
)


def moment(rung: Rung, ladder: Ladder, quiet: Quiet, due_at: datetime) -> datetime:
    """When a rung is told: so far from the deadline, or at the end of the quiet hours."""
    wanted = due_at + timedelta(minutes=rung.minutes)
    return wanted if ladder.urgent else after_quiet(wanted, quiet)


def after_quiet(wanted: datetime, quiet: Quiet) -> datetime:
    """The moment itself, or the end of the quiet hours it falls into."""
    local = wanted.astimezone(SHANGHAI)
    now, start, end = local.timetz().replace(tzinfo=None), quiet.start, quiet.end
    over_midnight = start > end
    is_quiet = (now >= start or now < end) if over_midnight else start <= now < end
    if not is_quiet:
        return wanted
    day = local.date() + timedelta(days=1 if over_midnight and now >= start else 0)
    return datetime.combine(day, end, tzinfo=SHANGHAI)


def due_rungs(ladder: Ladder, quiet: Quiet, due_at: datetime, at: datetime) -> tuple[Rung, ...]:
    """The rungs whose time has come and is not long past, in the ladder's order."""
    return tuple(
        rung
        for rung in ladder.rungs
        if timedelta(0) <= at - moment(rung, ladder, quiet, due_at) < STALE
    )


@dataclass(frozen=True)
class Fold:
    """What one level is told now: the last rung due speaks, those it overtook are folded in."""

    level: Level
    voice: Rung
    overtaken: tuple[Rung, ...] = ()


def folded(rungs: Iterable[Rung]) -> tuple[Fold, ...]:
    """One message a level, whatever the number of rungs that came due since the last look."""
    by_level: dict[Level, list[Rung]] = {}
    for rung in rungs:
        by_level.setdefault(Level(rung.to), []).append(rung)
    return tuple(
        Fold(level, found[-1], tuple(found[:-1]))
        for level, found in sorted(by_level.items(), key=lambda pair: pair[0].height)
    )


@dataclass(frozen=True)
class Bureau:
    """A unit above the schools."""

    unit_id: int
    kind: str
    path: str


@dataclass(frozen=True)
class Step:
    """The unit that hears, at one level above the school, of the schools below a bureau."""

    bureau_id: int
    level: Level
    unit_id: int
    path: str
    role: Role


#: the kinds of unit at which a level is sought; where there is none, the next above stands for it
_SOUGHT: Mapping[Level, frozenset[str]] = {
    Level.COUNTY: frozenset(BUREAU_ROLE),
    Level.CITY: frozenset({"city", "province"}),
    Level.PROVINCE: frozenset({"province"}),
}


def steps(bureaus: Sequence[Bureau]) -> list[Step]:
    """For the schools of each bureau: who is county, city and province to them.

    To a school that reports to a city, the city is also what a county is to others.
    """
    by_id = {bureau.unit_id: bureau for bureau in bureaus}
    found = []
    for bureau in bureaus:
        upwards = [
            by_id[int(part)]
            for part in bureau.path.strip("/").split("/")[::-1]
            if int(part) in by_id
        ]
        for level, kinds in _SOUGHT.items():
            unit = next((one for one in upwards if one.kind in kinds), None)
            if unit is not None:
                role = BUREAU_ROLE[unit.kind]
                found.append(Step(bureau.unit_id, level, unit.unit_id, unit.path, role))
    return found


def may_begin(first: date, last: date, *, today: date) -> str:
    """What is wrong with a substitute's days: "" when nothing is, else the name of the fault."""
    if last < first:
        return "backwards"
    if last < today:
        return "past"
    return "long" if (last - first).days >= SUBSTITUTE_LONGEST_DAYS else ""
