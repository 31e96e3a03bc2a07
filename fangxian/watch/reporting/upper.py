"""The tables above the schools: signed figures summed for a unit and its children."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

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
#: how much older than the figures their change may be
PAIRS_SECONDS = 30.0
ALSO = """
          AND EXISTS (SELECT FROM daily_report o
                      JOIN report_revision q ON q.day = DATE '{day}'
                       AND q.school_id = o.school_id AND q.revision = o.revision
                      WHERE o.day = DATE '{day}' AND o.school_id = d.school_id
                        AND q.dictionary_version = r.dictionary_version)"""
Sums = dict[str, "int | None"]


@dataclass(frozen=True)
class UpperRow:
    """One unit in the table. `counts`: x of y schools signed, n of N people accounted for.

    A figure is None where no signed report tells it, or where it is masked. Like is compared with
    like: `alike` and `before` are the figures of this day and of the one before over the same
    `signed_both` schools, which signed on both; they may be some seconds older than `figures`.
    """

    unit: UnitRef
    counts: Counts
    figures: Mapping[str, int | None] = field(default_factory=dict)
    alike: Mapping[str, int | None] = field(default_factory=dict)
    before: Mapping[str, int | None] = field(default_factory=dict)
    signed_both: int = 0

    def change(self, code: str) -> int | None:
        """The difference to the day before; None where either is unknown."""
        now, before = self.alike.get(code), self.before.get(code)
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
    asked = (unit.path, day, tuple(codes), tuple(map(str, populations)))
    now = _sums.get(asked, lambda: _by_child(unit, day, codes, populations))
    both = _pairs.get(asked, lambda: _compared(unit, day, codes, populations))
    is_school = unit.school_id is not None
    rows = [
        shown.row(child.unit, child.counts, now, both)
        for child in (() if is_school else stands.children)
    ]
    whole = {unit.unit_id: _together(now.values(), codes)}
    whole_both = _Pair(*({unit.unit_id: _together(one.values(), codes)} for one in both))
    total = shown.row(stands.unit, stands.counts, whole, whole_both)
    return UpperTable(day, codes, populations, total, rows)


@dataclass(frozen=True)
class _Summed:
    reports: int
    figures: Sums


class _Pair(NamedTuple):
    """This day and the one before, by child, over the schools that signed on both."""

    alike: dict[int, _Summed]
    before: dict[int, _Summed]


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
        both: _Pair,
    ) -> UpperRow:
        nothing = _Summed(0, dict.fromkeys(self.about_health))
        today, alike, before = (one.get(unit.unit_id, nothing) for one in (now, *both))
        return UpperRow(
            unit,
            counts,
            self.figures(today.figures),
            self.figures(alike.figures),
            self.figures(before.figures),
            before.reports,
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
_pairs: "Shared[_Key, _Pair]" = Shared(
    lambda: PAIRS_SECONDS if settings.FANGXIAN.board_cache_seconds else 0.0
)


def _compared(
    unit: UnitVersion, day: date, codes: Sequence[str], populations: Sequence[str]
) -> _Pair:
    before = day - timedelta(days=1)
    return _Pair(
        _by_child(unit, day, codes, populations, also=before),
        _by_child(unit, before, codes, populations, also=day),
    )


def _by_child(
    unit: UnitVersion,
    day: date,
    codes: Sequence[str],
    populations: Sequence[str],
    also: date | None = None,
) -> dict[int, _Summed]:
    """Sums by the child's id, from the latest signed revision of each school.

    `also`: only of schools that signed on this other day too, by the same dictionary.
    """
    found: dict[int, list[_Summed]] = defaultdict(list)
    places = _places(unit, day)
    for version in _versions(day):
        for key, summed in _summed(unit, day, version, codes, populations, also):
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
    also: date | None,
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
    pair = "" if also is None else ALSO.format(day=also.isoformat())
    statement = f"""
        SELECT CASE WHEN d.bureau_id = %s THEN -d.school_id ELSE d.bureau_id END, count(*){sums}
        FROM daily_report d
        JOIN report_revision r ON r.day = DATE '{day.isoformat()}'
         AND r.school_id = d.school_id AND r.revision = d.revision
        WHERE d.day = DATE '{day.isoformat()}' AND d.path >= %s AND d.path < %s
          AND r.dictionary_version = %s{pair}
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
