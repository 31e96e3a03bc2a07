"""Where units stand: set-based over any subtree, from the frozen list of a day.

Bureaus are counted by the bureau their schools report to and rolled up in Python (some 250
rows for the province), so that one pass over a day's list answers every level.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import connection
from django.utils.translation import get_language

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
from fangxian.foundation.units.models import BUREAU_KINDS, UnitVersion, UnitVersionQuerySet
from fangxian.kernel.access import subtree
from fangxian.kernel.shared import Shared

__all__ = [
    "Contact",
    "LastChase",
    "SilentSchool",
    "SilentUnit",
    "Standing",
    "UnitRef",
    "chases",
    "contacts",
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
    grouped, places = _by_place(unit, bureaus, kind, day, at)
    by_child = _rolled(grouped, places, unit)
    return Standing(
        UnitRef.of(unit),
        day,
        kind,
        sum(by_child.values(), NOTHING_DUE),
        tuple(
            Standing(child, day, kind, by_child.get(child.unit_id, NOTHING_DUE))
            for child in children
        ),
        tuple(
            Standing(bureau, day, kind, _below(bureau.path, grouped, places))
            for bureau in bureaus
            if bureau.unit_id != unit.unit_id
        ),
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
    unit: UnitVersion, bureaus: list[UnitRef], kind: str, day: date, at: datetime
) -> tuple[dict[str, Counts], dict[str, str]]:
    """Counts by where they belong, and the path of each place: a bureau, one of the unit's own
    schools, or, inside a school, whoever owes."""
    if unit.school_id is not None:
        grouped = _grouped("path", [], unit, kind, day, at)
        return grouped, {key: key for key in grouped}
    key = "CASE WHEN bureau_id = %s THEN -school_id ELSE bureau_id END"
    grouped = _grouped(key, [unit.unit_id], unit, kind, day, at)
    paths = {str(bureau.unit_id): bureau.path for bureau in bureaus}
    return grouped, {
        key: f"{unit.path}{key[1:]}/" if key[0] == "-" else paths.get(key, unit.path)
        for key in grouped
    }


def _grouped(
    key: str, key_params: list[Any], unit: UnitVersion, kind: str, day: date, at: datetime
) -> dict[str, Counts]:
    within, params = _within(unit, day)
    statement = f"""
        SELECT {key}, {COUNTS} FROM obligation
        WHERE day = DATE '{day.isoformat()}' AND kind = %s AND cancelled_at IS NULL{within}
        GROUP BY 1
    """  # noqa: S608 (the day is a date, literal so that the plan is pruned to one partition)
    with connection.cursor() as cursor:
        cursor.execute(statement, [*key_params, at, kind, *params])
        return {str(row[0]): Counts(*row[1:]) for row in cursor.fetchall()}


def _within(unit: UnitVersion, day: date) -> tuple[str, list[Any]]:
    """The unit's place as SQL: nothing for the only root, which spares a comparison a row."""
    if unit.reports_to_id is None:
        roots = UnitVersion.objects.as_of(day).filter(reports_to=None)[:2]
        if len(roots.values_list("pk")) == 1:
            return "", []
    low, high = subtree(unit.path)
    return " AND path >= %s AND path < %s", [low, high]


def _rolled(
    grouped: Mapping[str, Counts], places: Mapping[str, str], unit: UnitVersion
) -> dict[int, Counts]:
    found: dict[int, Counts] = defaultdict(lambda: NOTHING_DUE)
    for key, counts in grouped.items():
        below = places[key].removeprefix(unit.path)
        child = int(below.split("/", 1)[0]) if below else unit.unit_id
        found[child] = found[child] + counts
    return dict(found)


def _below(path: str, grouped: Mapping[str, Counts], places: Mapping[str, str]) -> Counts:
    parts = (counts for key, counts in grouped.items() if places[key].startswith(path))
    return sum(parts, NOTHING_DUE)


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
