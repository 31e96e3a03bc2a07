"""Where units stand: set-based over any subtree, from the frozen list of a day.

Bureaus are counted by the bureau their schools report to and rolled up in Python (some 250
rows for the province), so that one pass over a day's list answers every level.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection

from fangxian.foundation.obligations.kinds import kind_by_code
from fangxian.foundation.obligations.models import Chase, Obligation, ObligationDay
from fangxian.foundation.obligations.rules import NOTHING_DUE, Counts
from fangxian.foundation.units.models import BUREAU_KINDS, UnitVersion
from fangxian.kernel.access import Actor, subtree

COUNTS = """
    count(*),
    count(told_at),
    count(*) FILTER (WHERE told_at <= due_at),
    count(*) FILTER (WHERE told_at > due_at),
    count(*) FILTER (WHERE told_at IS NULL AND excused_at IS NULL AND due_at < %s),
    count(*) FILTER (WHERE told_at IS NULL AND excused_at IS NOT NULL),
    sum(accounted), sum(roll), count(*) - count(roll)
"""


@dataclass(frozen=True)
class Standing:
    """A unit's standing and that of its children, in the order of their codes."""

    unit: UnitVersion
    day: date
    kind: str
    counts: Counts
    children: "tuple[Standing, ...]" = ()


def standing(*, unit: UnitVersion, kind: str, day: date, at: datetime) -> Standing:
    """This unit and its children on a day; all counts None when no list was made."""
    kind_by_code(kind)
    children = list(UnitVersion.objects.as_of(day).children_of(unit.unit_id).order_by("code"))
    if not ObligationDay.objects.filter(day=day, kind=kind).exists():
        unknown = tuple(Standing(child, day, kind, Counts()) for child in children)
        return Standing(unit, day, kind, Counts(), unknown)
    by_child = _by_child(unit, kind, day, at)
    total = sum(by_child.values(), NOTHING_DUE)
    return Standing(
        unit,
        day,
        kind,
        total,
        tuple(
            Standing(child, day, kind, by_child.get(child.unit_id, NOTHING_DUE))
            for child in children
        ),
    )


def _by_child(unit: UnitVersion, kind: str, day: date, at: datetime) -> dict[int, Counts]:
    """Counts by the child's id; the unit's own row, if it owes one, stands under its own id."""
    if unit.school_id is not None:
        grouped = _grouped("path", [], unit.path, kind, day, at)
        return _rolled(grouped, {str(key): str(key) for key in grouped}, unit)
    bureaus = dict(
        UnitVersion.objects.as_of(day)
        .below(unit.path)
        .filter(kind__in=BUREAU_KINDS)
        .values_list("unit_id", "path")
    )
    key = "CASE WHEN bureau_id = %s THEN -school_id ELSE bureau_id END"
    grouped = _grouped(key, [unit.unit_id], unit.path, kind, day, at)
    places = {
        str(found): f"{unit.path}{-found}/" if found < 0 else bureaus.get(found, unit.path)
        for found in map(int, grouped)
    }
    return _rolled(grouped, places, unit)


def _grouped(
    key: str, key_params: list[object], path: str, kind: str, day: date, at: datetime
) -> dict[str, Counts]:
    low, high = subtree(path)
    statement = f"""
        SELECT {key}, {COUNTS} FROM obligation
        WHERE day = DATE '{day.isoformat()}' AND kind = %s AND path >= %s AND path < %s
          AND cancelled_at IS NULL
        GROUP BY 1
    """  # noqa: S608 (the day is a date, literal so that the plan is pruned to one partition)
    with connection.cursor() as cursor:
        cursor.execute(statement, [*key_params, at, kind, low, high])
        return {str(row[0]): Counts(*row[1:]) for row in cursor.fetchall()}


def _rolled(
    grouped: Mapping[str, Counts], places: Mapping[str, str], unit: UnitVersion
) -> dict[int, Counts]:
    found: dict[int, Counts] = defaultdict(Counts)
    for key, counts in grouped.items():
        below = places[key].removeprefix(unit.path)
        child = int(below.split("/", 1)[0]) if below else unit.unit_id
        found[child] = found[child] + counts
    return dict(found)


def strip(
    *, path: str, kind: str, last: date, days: int, at: datetime
) -> list[tuple[date, Counts]]:
    """The standing of a subtree day by day up to `last`; unknown on days without a list."""
    first = last - timedelta(days=days - 1)
    made = set(
        ObligationDay.objects.filter(kind=kind, day__gte=first, day__lte=last).values_list(
            "day", flat=True
        )
    )
    low, high = subtree(path)
    statement = f"""
        SELECT day, {COUNTS} FROM obligation
        WHERE day >= %s AND day <= %s AND kind = %s AND path >= %s AND path < %s
          AND cancelled_at IS NULL
        GROUP BY day
    """  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, [at, first, last, kind, low, high])
        found = {row[0]: Counts(*row[1:]) for row in cursor.fetchall()}
    span = (first + timedelta(days=step) for step in range(days))
    return [(day, found.get(day, NOTHING_DUE if day in made else Counts())) for day in span]


@dataclass(frozen=True)
class SilentUnit:
    """A unit that has not answered. The person in charge is given only to whom it concerns:
    their own school and the level directly above it; None otherwise."""

    unit_id: int
    code: str
    name_zh: str
    name_en: str
    school_id: int
    school_code: str
    school_zh: str
    school_en: str
    path: str
    due_at: datetime
    overdue: bool
    chased_at: datetime | None
    contact_name: str | None
    contact_phone: str | None


def silent(
    *, path: str, kind: str, day: date, at: datetime, by: Actor, offset: int, limit: int
) -> tuple[list[SilentUnit], int]:
    """A page of the silent units below a path, and how many there are in all."""
    rows = Obligation.objects.visible_to(by).below(path).of(kind, day).silent()
    total = rows.count()
    page = list(rows.order_by("path")[offset : offset + limit])
    versions = _versions({row.unit_id for row in page} | {row.school_id for row in page}, day)
    chased = _last_chased(kind, day, [row.unit_id for row in page])
    return [_silent_unit(row, versions, chased, at, by) for row in page], total


def _silent_unit(
    row: Obligation,
    versions: Mapping[int, UnitVersion],
    chased: Mapping[int, datetime],
    at: datetime,
    by: Actor,
) -> SilentUnit:
    unit, school = versions[row.unit_id], versions[row.school_id]
    inside = by.inside(school.path)
    directly_above = by.holds_role_at(row.bureau_id)
    contact = unit if inside else school
    shown = inside or directly_above
    return SilentUnit(
        unit_id=row.unit_id,
        code=unit.code,
        name_zh=unit.name_zh,
        name_en=unit.name_en,
        school_id=row.school_id,
        school_code=school.code,
        school_zh=school.name_zh,
        school_en=school.name_en,
        path=row.path,
        due_at=row.due_at,
        overdue=row.due_at < at,
        chased_at=chased.get(row.unit_id),
        contact_name=contact.contact_name if shown else None,
        contact_phone=contact.contact_phone if shown else None,
    )


def _versions(ids: Iterable[int], day: date) -> dict[int, UnitVersion]:
    rows = UnitVersion.objects.as_of(day).filter(unit_id__in=set(ids))
    return {row.unit_id: row for row in rows}


def _last_chased(kind: str, day: date, unit_ids: Iterable[int]) -> dict[int, datetime]:
    rows = Chase.objects.filter(day=day, kind=kind, unit_id__in=list(unit_ids))
    return dict(rows.order_by("chased_at").values_list("unit_id", "chased_at"))


def owed(*, unit_id: int, day: date) -> list[Obligation]:
    """Everything a unit owes on a day, in the order of deadlines."""
    rows = Obligation.objects.filter(day=day, unit_id=unit_id, cancelled_at__isnull=True)
    return list(rows.order_by("due_at", "kind"))


def chases(*, school_id: int, day: date) -> list[Chase]:
    """The calls that reached a school's units today and are not answered yet, newest first."""
    rows = Chase.objects.filter(day=day, school_id=school_id).order_by("-chased_at")
    silent_ids = set(
        Obligation.objects.filter(day=day, school_id=school_id)
        .silent()
        .values_list("kind", "unit_id")
    )
    return [row for row in rows if (row.kind, row.unit_id) in silent_ids]
