"""Where units stand: set-based over any subtree, from the frozen list of a day.

Bureaus are counted by the bureau their schools report to and rolled up in Python (some 250
rows for the province), so that one pass over a day's list answers every level.
"""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Self

from django.conf import settings
from django.db import connection
from django.utils.translation import get_language

from fangxian.foundation.obligations.due import Due, due_here
from fangxian.foundation.obligations.kinds import kind_by_code
from fangxian.foundation.obligations.models import Chase, Obligation, ObligationDay
from fangxian.foundation.obligations.rules import NOTHING_DUE, Counts
from fangxian.foundation.obligations.silence import (
    Contact,
    SilentSchool,
    SilentUnit,
    contacts,
    silent,
    silent_schools,
)
from fangxian.foundation.obligations.sources import may_be_packed, source
from fangxian.foundation.units.models import BUREAU_KINDS, UnitVersion, UnitVersionQuerySet
from fangxian.kernel.access import subtree
from fangxian.kernel.shared import Shared

__all__ = [
    "Contact",
    "Due",
    "LastChase",
    "SilentSchool",
    "SilentUnit",
    "Standing",
    "UnitRef",
    "chases",
    "contacts",
    "due_here",
    "kinds_of_day",
    "last_chase",
    "owed",
    "shared_standing",
    "shared_strip",
    "silent",
    "silent_schools",
    "standing",
    "strip",
]

COUNTS = """
    count(*),
    count(told_at),
    count(*) FILTER (WHERE told_at <= due_at),
    count(*) FILTER (WHERE told_at > due_at),
    count(*) FILTER (WHERE told_at IS NULL AND excused_at IS NULL AND due_at < %s),
    count(*) FILTER (WHERE told_at IS NULL AND excused_at IS NOT NULL),
    sum(accounted), sum(roll), count(*) - count(roll)
"""
#: the past moves rarely: a day that is over is counted anew after so many seconds
PAST_SECONDS = 600.0


@dataclass(frozen=True)
class UnitRef:
    """What everyone may know of a unit: no person in charge, so that it may be kept and shared."""

    unit_id: int
    code: str
    kind: str
    name_zh: str
    name_en: str
    path: str
    school_id: int | None

    @classmethod
    def of(cls, version: UnitVersion) -> Self:
        """The public part of a unit's version."""
        return cls(*(getattr(version, name) for name in cls.__dataclass_fields__))

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        english = (get_language() or "").startswith("en")
        return self.name_en if english and self.name_en else self.name_zh


@dataclass(frozen=True)
class Standing:
    """A unit's standing and that of its children, in the order of their codes.

    `own` is what the unit itself owes, apart from its children: nothing, for most. `bureaus` are
    all bureaus below, whatever their level, each with everything below it. `at`: when counted.
    """

    unit: UnitRef
    day: date
    kind: str
    counts: Counts
    children: "tuple[Standing, ...]" = ()
    bureaus: "tuple[Standing, ...]" = ()
    own: Counts = NOTHING_DUE
    at: datetime | None = None

    @cached_property
    def encoded(self) -> bytes:
        """As JSON for other programs, written once for all who read this standing."""
        children = [child.as_record() | {"children": None} for child in self.children]
        return json.dumps(self.as_record() | {"children": children}).encode()

    def as_record(self) -> dict[str, object]:
        """Code, day, kind and counts; None is unknown."""
        counts = self.counts
        return {
            "unit": self.unit.code,
            "day": self.day.isoformat(),
            "kind": self.kind,
            "expected": counts.expected,
            "answered": counts.answered,
            "on_time": counts.on_time,
            "late": counts.late,
            "overdue": counts.overdue,
            "excused": counts.excused,
            "people": {"accounted": counts.people_accounted, "total": counts.people_total},
        }


_standings: Shared[tuple[str, str, date], Standing] = Shared(
    lambda: settings.FANGXIAN.board_cache_seconds
)
_pasts: Shared[tuple[str, str, date, int], "list[tuple[date, Counts]]"] = Shared(
    lambda: PAST_SECONDS if settings.FANGXIAN.board_cache_seconds else 0.0,
    times_its_cost=PAST_SECONDS * 100,
)


def shared_standing(*, unit: UnitVersion, kind: str, day: date, at: datetime) -> Standing:
    """`standing`, counted once for all who ask within seconds: never more than 5 s behind.

    Holds nothing that depends on who looks; whether they may see the unit is asked before.
    """
    return _standings.get(
        (unit.path, kind, day), lambda: standing(unit=unit, kind=kind, day=day, at=at)
    )


def forget_shared() -> None:
    """Count anew at the next call: this process has just changed something."""
    _standings.forget()


def standing(*, unit: UnitVersion, kind: str, day: date, at: datetime) -> Standing:
    """This unit and its children on a day; all counts None when no list was made."""
    kind_by_code(kind)
    children = _refs(UnitVersion.objects.as_of(day).children_of(unit.unit_id))
    if not ObligationDay.objects.filter(day=day, kind=kind).exists():
        unknown = tuple(Standing(child, day, kind, Counts()) for child in children)
        return Standing(UnitRef.of(unit), day, kind, Counts(), unknown, own=Counts(), at=at)
    bureaus = [] if unit.school_id else _bureaus(unit, day)
    by_path = _by_place(unit, bureaus, children, _When(day, kind, at))
    by_child, below = _rolled(by_path, unit), _with_all_below(by_path, unit)

    def stands(one: UnitRef, counts: Counts | None) -> Standing:
        return Standing(one, day, kind, counts or NOTHING_DUE)

    return Standing(
        UnitRef.of(unit),
        day,
        kind,
        sum(by_child.values(), NOTHING_DUE),
        tuple(stands(child, by_child.get(child.unit_id)) for child in children),
        tuple(stands(one, below.get(one.path)) for one in bureaus if one.path != unit.path),
        by_child.get(unit.unit_id, NOTHING_DUE),
        at,
    )


def _refs(rows: UnitVersionQuerySet) -> list[UnitRef]:
    names = list(UnitRef.__dataclass_fields__)
    return [UnitRef(*row) for row in rows.order_by("code").values_list(*names)]


def _bureaus(unit: UnitVersion, day: date) -> list[UnitRef]:
    rows = UnitVersion.objects.as_of(day).below(unit.path)
    return _refs(rows.filter(kind__in=BUREAU_KINDS))


def _by_place(
    unit: UnitVersion, bureaus: list[UnitRef], children: list[UnitRef], when: "_When"
) -> dict[str, Counts]:
    """Counts by the path of where they belong: a bureau below, one of the unit's own schools,
    or, inside a school, whoever owes."""
    if unit.school_id is not None:
        return _grouped("path", unit, when)
    paths = {str(bureau.unit_id): bureau.path for bureau in bureaus}
    if set(paths) <= {str(unit.unit_id)}:
        return _own_schools(unit, _grouped("school_id", unit, when))
    grouped = _grouped("bureau_id", unit, when)
    own = grouped.pop(str(unit.unit_id), None)
    found = {paths.get(key, unit.path): counts for key, counts in grouped.items()}
    return found if own is None else found | _apart(unit, own, children, when)


def _apart(
    unit: UnitVersion, own: Counts, children: list[UnitRef], when: "_When"
) -> dict[str, Counts]:
    """The schools that report to a unit with bureaus below it, one by one.

    They are few and stand apart in the tree, so each is looked up by its place. Where the tree
    has changed since the list was made, that misses some: then the whole list is read again.
    """
    schools = [child for child in children if child.school_id == child.unit_id]
    found = {} if may_be_packed(when.day) else _schools_at(schools, when)
    if sum(found.values(), NOTHING_DUE).expected != own.expected:
        found = _grouped("school_id", unit, when, f" AND bureau_id = {unit.unit_id:d}")
    return _own_schools(unit, found)


def _own_schools(unit: UnitVersion, by_school: Mapping[str, Counts]) -> dict[str, Counts]:
    return {f"{unit.path}{school}/": counts for school, counts in by_school.items()}


@dataclass(frozen=True)
class _When:
    """Which list, and the moment by which the deadline is judged."""

    day: date
    kind: str
    at: datetime

    @property
    def rows(self) -> str:
        """The list as SQL. The day is literal, so that the plan is pruned to one partition."""
        return f"day = DATE '{self.day.isoformat()}' AND kind = %s AND cancelled_at IS NULL"


def _grouped(column: str, unit: UnitVersion, when: _When, more: str = "") -> dict[str, Counts]:
    """One pass over the list. By a plain column, for which PostgreSQL knows how many values to
    expect: that lets it share the work between processors."""
    within, params = _within(unit, when.day)
    statement = f"""
        SELECT {column}, {COUNTS} FROM {source(when.day, when.day, unit.path)}
        WHERE {when.rows}{within}{more} GROUP BY {column}
    """  # noqa: S608 (names of columns and a number of our own; every value is a parameter)
    return _counted(statement, [when.at, when.kind, *params])


def _schools_at(schools: list[UnitRef], when: _When) -> dict[str, Counts]:
    statement = f"""
        SELECT s.id, {COUNTS}
        FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS s (id, low, high)
        JOIN obligation ON path >= s.low COLLATE "C" AND path < s.high COLLATE "C"
        WHERE {when.rows} GROUP BY s.id
    """  # noqa: S608
    spans = [subtree(school.path) for school in schools]
    ids = [school.unit_id for school in schools]
    lows, highs = [span[0] for span in spans], [span[1] for span in spans]
    return _counted(statement, [when.at, ids, lows, highs, when.kind])


def _counted(statement: str, params: list[Any]) -> dict[str, Counts]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return {str(row[0]): Counts(*row[1:]) for row in cursor.fetchall()}


def _within(unit: UnitVersion, day: date) -> tuple[str, list[Any]]:
    """The unit's place as SQL: nothing for the only root, which spares a comparison a row."""
    if unit.reports_to_id is None:
        roots = UnitVersion.objects.as_of(day).filter(reports_to=None)
        if len(roots.values_list("pk")[:2]) == 1:
            return "", []
    low, high = subtree(unit.path)
    return " AND path >= %s AND path < %s", [low, high]


def _rolled(by_path: Mapping[str, Counts], unit: UnitVersion) -> dict[int, Counts]:
    """Counts by child; what the unit itself owes stands under its own id."""
    found: dict[int, Counts] = defaultdict(lambda: NOTHING_DUE)
    for path, counts in by_path.items():
        below = path.removeprefix(unit.path)
        child = int(below.split("/", 1)[0]) if below else unit.unit_id
        found[child] = found[child] + counts
    return dict(found)


def _with_all_below(by_path: Mapping[str, Counts], unit: UnitVersion) -> dict[str, Counts]:
    """Counts by the path of every unit on the way up to this one, each with all below it."""
    found: dict[str, Counts] = defaultdict(lambda: NOTHING_DUE)
    for path, counts in by_path.items():
        while len(path) > len(unit.path):
            found[path] = found[path] + counts
            path = path[: path[:-1].rindex("/") + 1]
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
        SELECT day, {COUNTS} FROM {source(first, last, path)}
        WHERE day >= %s AND day <= %s AND kind = %s AND path >= %s AND path < %s
          AND cancelled_at IS NULL
        GROUP BY day
    """  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, [at, first, last, kind, low, high])
        found = {row[0]: Counts(*row[1:]) for row in cursor.fetchall()}
    span = (first + timedelta(days=step) for step in range(days))
    return [(day, found.get(day, NOTHING_DUE if day in made else Counts())) for day in span]


def shared_strip(
    *, unit: UnitVersion, kind: str, last: date, days: int, at: datetime
) -> list[tuple[date, Counts]]:
    """`strip` with the last day as fresh as `shared_standing` and the past some minutes old."""
    past = _pasts.get(
        (unit.path, kind, last, days),
        lambda: strip(
            path=unit.path, kind=kind, last=last - timedelta(days=1), days=days - 1, at=at
        ),
    )
    return [*past, (last, shared_standing(unit=unit, kind=kind, day=last, at=at).counts)]


def kinds_of_day(day: date) -> set[str]:
    """The kinds for which a list was made."""
    return set(ObligationDay.objects.filter(day=day, expected__gt=0).values_list("kind", flat=True))


def owed(*, unit_id: int, day: date) -> list[Obligation]:
    """Everything a unit owes on a day, in the order of deadlines."""
    rows = Obligation.objects.on(day).filter(unit_id=unit_id, cancelled_at__isnull=True)
    return list(rows.order_by("due_at", "kind"))


def chases(*, school_id: int, day: date) -> list[Chase]:
    """The calls that reached a school's units today and are not answered yet, newest first."""
    rows = Chase.objects.filter(day=day, school_id=school_id).order_by("-chased_at")
    silent_ids = set(
        Obligation.objects.on(day)
        .filter(school_id=school_id)
        .silent()
        .values_list("kind", "unit_id")
    )
    return [row for row in rows if (row.kind, row.unit_id) in silent_ids]


@dataclass(frozen=True)
class LastChase:
    """When the silent were last asked again, and how many of them then."""

    at: datetime
    asked: int


def last_chase(*, path: str, kind: str, day: date) -> LastChase | None:
    """The latest call to anyone at or below a place; None when nobody was asked yet."""
    low, high = subtree(path)
    rows = Chase.objects.filter(day=day, kind=kind, path__gte=low, path__lt=high)
    newest = rows.order_by("-chased_at").values_list("chased_at", flat=True).first()
    if newest is None:
        return None
    return LastChase(newest, rows.filter(chased_at=newest).count())
