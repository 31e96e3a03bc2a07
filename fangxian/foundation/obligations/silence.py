"""Who has not answered, and whom to call: the part of the reads that depends on who looks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from fangxian.foundation.obligations.models import Chase, Obligation
from fangxian.foundation.obligations.rules import ObligationPermission
from fangxian.foundation.obligations.sources import source
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel.access import Actor, subtree


@dataclass(frozen=True)
class Contact:
    """The person in charge of a unit, as far as known."""

    name: str
    phone: str


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


@dataclass(frozen=True)
class SilentSchool:
    """A school of which not everyone has answered: `silent` of `expected`, some past the time."""

    school_id: int
    code: str
    name_zh: str
    name_en: str
    path: str
    expected: int
    silent: int
    overdue: int
    chased_at: datetime | None
    contact: Contact | None


def silent(
    *,
    path: str,
    kind: str,
    day: date,
    at: datetime,
    by: Actor,
    offset: int,
    limit: int,
    overdue_only: bool = False,
) -> tuple[list[SilentUnit], int]:
    """A page of the silent units below a path, and how many there are in all."""
    rows = Obligation.objects.visible_to(by).below(path).of(kind, day)
    rows = rows.overdue(at) if overdue_only else rows.silent()
    total = rows.count()
    page = list(rows.order_by("path")[offset : offset + limit])
    versions = _versions({row.unit_id for row in page} | {row.school_id for row in page}, day)
    chased = last_chased(kind, day, [row.unit_id for row in page])
    found = [
        _silent_unit(row, versions, chased, at, by)
        for row in page
        if row.unit_id in versions and row.school_id in versions
    ]
    return found, total


def _silent_unit(
    row: Obligation,
    versions: Mapping[int, UnitVersion],
    chased: Mapping[int, datetime],
    at: datetime,
    by: Actor,
) -> SilentUnit:
    unit, school = versions[row.unit_id], versions[row.school_id]
    # A bureau calls the school; who answers for a group is known inside the school alone.
    contact = _contact(unit if by.inside(school.path) else school, school.path, by)
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
        contact_name=contact.name if contact else None,
        contact_phone=contact.phone if contact else None,
    )


SCHOOLS = """
SELECT school_id, expected, silent, overdue, count(*) OVER () FROM (
    SELECT school_id, count(*) AS expected, min(path) AS path,
           count(*) FILTER (WHERE told_at IS NULL AND excused_at IS NULL) AS silent,
           count(*) FILTER (WHERE told_at IS NULL AND excused_at IS NULL AND due_at < %s)
               AS overdue
    FROM {source}
    WHERE day = DATE '{day}' AND kind = %s AND path >= %s AND path < %s AND cancelled_at IS NULL
    GROUP BY school_id
) schools
WHERE CASE WHEN %s THEN overdue ELSE silent END > 0
ORDER BY silent::float / expected DESC, silent DESC, path
LIMIT %s OFFSET %s
"""


def silent_schools(
    *,
    path: str,
    kind: str,
    day: date,
    at: datetime,
    by: Actor,
    offset: int,
    limit: int,
    overdue_only: bool = False,
) -> tuple[list[SilentSchool], int]:
    """A page of the schools below a path of which someone is silent, the most silent first."""
    by.require(ObligationPermission.VIEW, path)
    low, high = subtree(path)
    with connection.cursor() as cursor:
        cursor.execute(
            SCHOOLS.format(day=day.isoformat(), source=source(day, day, path)),
            [at, kind, low, high, overdue_only, limit, offset],
        )
        rows = cursor.fetchall()
    ids = [row[0] for row in rows]
    versions = _versions(ids, day)
    chased = last_chased_schools(kind, day, ids)
    found = [
        _silent_school(versions[row[0]], row[1:4], chased.get(row[0]), by)
        for row in rows
        if row[0] in versions
    ]
    return found, rows[0][4] if rows else 0


def _silent_school(
    school: UnitVersion, counts: tuple[int, int, int], chased_at: datetime | None, by: Actor
) -> SilentSchool:
    expected, silent_units, overdue = counts
    return SilentSchool(
        school_id=school.unit_id,
        code=school.code,
        name_zh=school.name_zh,
        name_en=school.name_en,
        path=school.path,
        expected=expected,
        silent=silent_units,
        overdue=overdue,
        chased_at=chased_at,
        contact=_contact(school, school.path, by),
    )


def contacts(*, unit_ids: Iterable[int], day: date, by: Actor) -> dict[int, Contact]:
    """Whom to call at these units, where the actor may know it: for their own school's units,
    and for the schools directly below; nobody elsewhere."""
    versions = _versions(unit_ids, day)
    schools = _versions({row.school_id for row in versions.values() if row.school_id}, day)
    found: dict[int, Contact] = {}
    for unit_id, row in versions.items():
        school = schools.get(row.school_id or 0)
        if school is None or (unit_id != school.unit_id and not by.inside(school.path)):
            continue
        contact = _contact(row, school.path, by)
        if contact is not None:
            found[unit_id] = contact
    return found


def _contact(unit: UnitVersion, school_path: str, by: Actor) -> Contact | None:
    """The person in charge, for their own school and for who chases at the level directly above."""
    directly_above = any(
        holding.unit_id == unit.bureau_id and ObligationPermission.CHASE in holding.permissions
        for holding in by.holdings
    )
    if not (directly_above or by.inside(school_path)):
        return None
    return Contact(unit.contact_name, unit.contact_phone)


def _versions(ids: Iterable[int | None], day: date) -> dict[int, UnitVersion]:
    rows = UnitVersion.objects.as_of(day).filter(unit_id__in=set(ids))
    return {row.unit_id: row for row in rows}


def last_chased(kind: str, day: date, unit_ids: Iterable[int]) -> dict[int, datetime]:
    """When each of these units was last asked again."""
    rows = Chase.objects.filter(day=day, kind=kind, unit_id__in=list(unit_ids))
    return dict(rows.order_by("chased_at").values_list("unit_id", "chased_at"))


def last_chased_schools(kind: str, day: date, ids: Iterable[int]) -> dict[int, datetime]:
    """When anyone of each of these schools was last asked again."""
    rows = Chase.objects.filter(day=day, kind=kind, school_id__in=list(ids))
    return dict(rows.order_by("chased_at").values_list("school_id", "chased_at"))
