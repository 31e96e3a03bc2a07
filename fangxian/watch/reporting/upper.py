"""The tables above the schools: signed figures summed for a unit and its children."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import connection

from fangxian.foundation.obligations.queries import UnitRef, shared_standing
from fangxian.foundation.obligations.rules import Counts
from fangxian.foundation.units.models import BUREAU_KINDS, UnitVersion
from fangxian.kernel.access import Actor, subtree
from fangxian.kernel.shared import Shared
from fangxian.watch.reporting import rules
from fangxian.watch.reporting.drafts import dictionary_by_number
from fangxian.watch.reporting.indicators import POPULATIONS, Cell, indicators
from fangxian.watch.reporting.models import DictionaryVersion
from fangxian.watch.reporting.rules import KIND, ReportPermission

#: what a board shows unless it asks for more
BOARD = (
    "enrolled", "not_known", "present", "absent_ill", "absent_unknown", "ill", "fever", "vomiting",
    "new_ill", "new_fever",
)  # fmt: skip
BEFORE_SECONDS = 300.0
Sums = dict[str, "int | None"]


@dataclass(frozen=True)
class UpperRow:
    """One unit in the table. `counts`: x of y schools signed, n of N people accounted for.

    A figure is None where no signed report tells it, or where it is masked; `before` are the
    figures of the day before, over `signed_before` reports.
    """

    unit: UnitRef
    counts: Counts
    figures: Mapping[str, int | None] = field(default_factory=dict)
    before: Mapping[str, int | None] = field(default_factory=dict)
    signed_before: int = 0

    def change(self, code: str) -> int | None:
        """The difference to the day before; None where either is unknown."""
        now, before = self.figures.get(code), self.before.get(code)
        return None if now is None or before is None else now - before


@dataclass(frozen=True)
class UpperTable:
    """A unit and its children on a day, in the order of their codes."""

    day: date
    codes: Sequence[str]
    populations: Sequence[str]
    total: UpperRow
    rows: Sequence[UpperRow]


def upper_table(
    *,
    unit: UnitVersion,
    day: date,
    by: Actor,
    at: datetime,
    codes: Sequence[str] = BOARD,
    populations: Sequence[str] = POPULATIONS,
) -> UpperTable:
    """Signed figures of a unit and its children, summed over the populations asked for.

    Codes that are in no dictionary stay None. Summed once for all who ask within seconds: never
    more than 5 s behind. Raises NotFound or Forbidden outside one's scope.
    """
    by.require(ReportPermission.VIEW, unit.path)
    stands = shared_standing(unit=unit, kind=KIND, day=day, at=at)
    shown = _Shown(codes, by.may(ReportPermission.EXACT, unit.path))
    now = _shared(unit, day, codes, populations, _sums)
    before = _shared(unit, day - timedelta(days=1), codes, populations, _sums_before)
    is_school = unit.school_id is not None
    rows = [
        shown.row(child.unit, child.counts, now, before)
        for child in (() if is_school else stands.children)
    ]
    whole, whole_before = _together(now.values(), codes), _together(before.values(), codes)
    total = shown.row(
        stands.unit, stands.counts, {unit.unit_id: whole}, {unit.unit_id: whole_before}
    )
    return UpperTable(day, codes, populations, total, rows)


@dataclass(frozen=True)
class _Summed:
    reports: int
    figures: Sums


class _Shown:
    """Figures as one reader may see them."""

    def __init__(self, codes: Sequence[str], exact: bool) -> None:
        known = indicators()
        self.exact = exact
        self.about_health = {code: code in known and known[code].about_health for code in codes}
        self.complements = [code for code in codes if code in known and known[code].complement]

    def row(
        self,
        unit: UnitRef,
        counts: Counts,
        now: Mapping[int, _Summed],
        before: Mapping[int, _Summed],
    ) -> UpperRow:
        nothing = _Summed(0, dict.fromkeys(self.about_health))
        today, yesterday = now.get(unit.unit_id, nothing), before.get(unit.unit_id, nothing)
        return UpperRow(
            unit,
            counts,
            self.figures(today.figures),
            self.figures(yesterday.figures),
            yesterday.reports,
        )

    def figures(self, sums: Sums) -> Sums:
        shown = {
            code: rules.masked(value, exact=self.exact, about_health=self.about_health[code])
            for code, value in sums.items()
        }
        if shown != sums:
            shown |= dict.fromkeys(self.complements)
        return shown


_Key = tuple[str, date, tuple[str, ...], tuple[str, ...]]
_sums: "Shared[_Key, dict[int, _Summed]]" = Shared(lambda: settings.FANGXIAN.board_cache_seconds)
#: the day before moves rarely
_sums_before: "Shared[_Key, dict[int, _Summed]]" = Shared(
    lambda: BEFORE_SECONDS if settings.FANGXIAN.board_cache_seconds else 0.0,
    times_its_cost=BEFORE_SECONDS * 100,
)


def _shared(
    unit: UnitVersion,
    day: date,
    codes: Sequence[str],
    populations: Sequence[str],
    store: "Shared[_Key, dict[int, _Summed]]",
) -> dict[int, _Summed]:
    key = (unit.path, day, tuple(codes), tuple(map(str, populations)))
    return store.get(key, lambda: _by_child(unit, day, codes, populations))


def _by_child(
    unit: UnitVersion, day: date, codes: Sequence[str], populations: Sequence[str]
) -> dict[int, _Summed]:
    """Sums by the child's id, from the latest signed revision of each school."""
    found: dict[int, list[_Summed]] = defaultdict(list)
    places = _places(unit, day)
    for version in _versions(day):
        for key, summed in _summed(unit, day, version, codes, populations):
            path = f"{unit.path}{-key}/" if key < 0 else places.get(key, unit.path)
            below = path.removeprefix(unit.path)
            found[int(below.split("/", 1)[0]) if below else unit.unit_id].append(summed)
    return {child: _together(parts, codes) for child, parts in found.items()}


def _places(unit: UnitVersion, day: date) -> dict[int, str]:
    rows = UnitVersion.objects.as_of(day).below(unit.path).filter(kind__in=BUREAU_KINDS)
    return dict(rows.values_list("unit_id", "path"))


def _versions(day: date) -> list[int]:
    """The dictionary versions that the reports of a day attest; nearly always one."""
    known = list(DictionaryVersion.objects.values_list("number", flat=True))
    if len(known) == 1:
        return known
    statement = f"""
        SELECT DISTINCT dictionary_version FROM report_revision
        WHERE day = DATE '{day.isoformat()}'
    """  # noqa: S608 (the day is a date)
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [number for (number,) in cursor.fetchall()]


def _summed(
    unit: UnitVersion,
    day: date,
    version: int,
    codes: Sequence[str],
    populations: Sequence[str],
) -> list[tuple[int, _Summed]]:
    position = dictionary_by_number(version).position
    asked = [
        (code, position[Cell(code, population)] + 1)
        for code in codes
        for population in populations
        if Cell(code, population) in position
    ]
    sums = "".join(f", sum(r.figures[{place}])" for _code, place in asked)
    low, high = subtree(unit.path)
    statement = f"""
        SELECT CASE WHEN d.bureau_id = %s THEN -d.school_id ELSE d.bureau_id END, count(*){sums}
        FROM daily_report d
        JOIN report_revision r ON r.day = DATE '{day.isoformat()}'
         AND r.school_id = d.school_id AND r.revision = d.revision
        WHERE d.day = DATE '{day.isoformat()}' AND d.path >= %s AND d.path < %s
          AND r.dictionary_version = %s
        GROUP BY 1
    """  # noqa: S608 (positions are integers, the day a date)
    with connection.cursor() as cursor:
        cursor.execute(statement, [unit.unit_id, low, high, version])
        rows = cursor.fetchall()
    return [
        (key, _Summed(reports, _by_code(codes, [code for code, _p in asked], values)))
        for key, reports, *values in rows
    ]


def _by_code(codes: Sequence[str], asked: Sequence[str], values: Sequence["int | None"]) -> Sums:
    sums: Sums = dict.fromkeys(codes)
    for code, value in zip(asked, values, strict=True):
        if value is not None:
            sums[code] = (sums[code] or 0) + value
    return sums


def _together(parts: Iterable[_Summed], codes: Sequence[str]) -> _Summed:
    reports, sums = 0, dict.fromkeys(codes)
    for part in parts:
        reports += part.reports
        for code, value in part.figures.items():
            if value is not None:
                sums[code] = (sums[code] or 0) + value
    return _Summed(reports, sums)
