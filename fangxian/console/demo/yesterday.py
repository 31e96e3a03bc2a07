"""The reports of the day before, with figures, so that today's can be compared with them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import numpy as np
from django.db import connection, transaction
from psycopg.types.json import Jsonb

from fangxian.console.demo import script
from fangxian.console.demo.chance import Ints
from fangxian.console.demo.history import KIND
from fangxian.console.demo.script import Groups, Stories
from fangxian.foundation.obligations.models import Obligation
from fangxian.kernel.clock import midnight
from fangxian.kernel.partitions import ensure_day
from fangxian.watch.reporting.indicators import POPULATIONS, Dictionary, dictionary_from
from fangxian.watch.reporting.models import DailyReport, DictionaryVersion
from fangxian.watch.reporting.rules import State, zero_total

#: makes the numbers drawn for a group other ones than those of the demo's day
ANOTHER_DAY: Final = 1 << 40
NONE: Final = -1
#: how large a part of the ill has the symptom, as the script draws them
SYMPTOMS: Final = {
    "cough": 0.48, "sore_throat": 0.30, "vomiting": 0.06, "diarrhoea": 0.07,
    "abdominal_pain": 0.07, "rash": 0.03, "conjunctival_redness": 0.02, "parotid_swelling": 0.01,
}  # fmt: skip
FEVER: Final = 0.28
NEWS: Final = 0.6
OWED: Final = """
SELECT o.unit_id, o.school_id, coalesce(o.roll, -1), u.population
FROM obligation o JOIN units_unit u ON u.id = o.unit_id
WHERE o.day = %s AND o.kind IN ('check.morning', 'check.home') ORDER BY o.school_id, o.unit_id
"""
REVISION: Final = (
    "day, school_id, revision, bureau_id, path, signed_at, cutoff_from, cutoff_at, "
    "dictionary_version, groups_expected, groups_answered, people_total, people_accounted, "
    "zero_total, is_full_zero, figures, entered"
)
REPORT: Final = "day, school_id, bureau_id, path, state, revision, signed_at, decided_at"
DECISION: Final = "day, school_id, revision, path, accepted, decided_at"
CUTOFF: Final = "school_id, path, day, since, since_edge, at, at_edge"


@dataclass(frozen=True)
class Attested:
    """What one school's report of that day says."""

    owed: Obligation
    figures: list[int | None]
    expected: int
    answered: int
    total: int | None
    accounted: int

    @property
    def at(self) -> datetime:
        told = self.owed.told_at
        assert told is not None  # noqa: S101 (only schools that told are asked)
        return told


class Sums:
    """A past day's groups, summed by school and population."""

    def __init__(self, like: date, day: date, *, at_home: bool) -> None:
        with connection.cursor() as cursor:
            cursor.execute(OWED, [like])
            rows = cursor.fetchall()
        table = np.array([row[:3] for row in rows], np.int64).reshape(-1, 3)
        self.schools, school = np.unique(table[:, 1], return_inverse=True)
        kinds = {population.value: place for place, population in enumerate(POPULATIONS)}
        self.key = school * len(kinds) + np.array([kinds[row[3]] for row in rows], np.int64)
        shift = ANOTHER_DAY * (1 + day.toordinal() % 1000)
        groups = Groups(table[:, 0] + shift, table[:, 1], table[:, 2])
        counts = script.counts(groups, Stories(), at_home=at_home)
        self.here = ~np.isnan(script.told(groups, Stories()))
        self.expected = np.bincount(school)
        self.answered = self._by_school(school, self.here)
        self.total = self._by_school(school, np.maximum(table[:, 2], 0))
        self.accounted = self._by_school(school, (counts.enrolled - counts.not_known) * self.here)
        self.cells = self._cells(counts, at_home)

    def _by_school(self, school: Ints, values: Ints) -> Ints:
        return np.bincount(school, weights=values).astype(np.int64)

    def _sum(self, values: Ints) -> Ints:
        """By school and population; NONE where no group of them has answered."""
        size = len(self.schools) * len(POPULATIONS)
        total = np.bincount(self.key, weights=values * self.here, minlength=size)
        answered = np.bincount(self.key, weights=self.here, minlength=size)
        return np.where(answered > 0, total, NONE).astype(np.int64)

    def _cells(self, counts: script.Counts, at_home: bool) -> Mapping[str, Ints]:
        away = counts.ill + counts.leave + counts.unknown + counts.other
        reached = counts.enrolled - counts.not_known
        outside = counts.province + counts.elsewhere + counts.abroad
        ill = counts.ill + counts.present_ill
        found = {
            "enrolled": counts.enrolled,
            "accounted": reached,
            "not_known": counts.not_known,
            "ill": ill,
        }
        if at_home:
            found |= {
                "present": np.zeros_like(ill), "in_city": reached - outside,
                "in_province": counts.province, "elsewhere": counts.elsewhere,
                "abroad": counts.abroad,
            }  # fmt: skip
        else:
            found |= {
                "present": reached - away, "absent_ill": counts.ill, "absent_leave": counts.leave,
                "absent_unknown": counts.unknown, "absent_other": counts.other,
                "symptomatic_present": counts.present_ill,
            }  # fmt: skip
        sums = {code: self._sum(values) for code, values in found.items()}
        return sums | _shares(sums["ill"])

    def figures(self, place: int, dictionary: Dictionary) -> list[int | None]:
        """A school's figures in the order of the dictionary; None is not known."""
        populations = {population.value: n for n, population in enumerate(POPULATIONS)}
        found: list[int | None] = []
        for cell in dictionary.cells:
            values = self.cells.get(cell.code)
            at = place * len(POPULATIONS) + populations[cell.population]
            value = NONE if values is None else int(values[at])
            found.append(None if value == NONE else value)
        return found


def _shares(ill: Ints) -> dict[str, Ints]:
    """How many of the ill have which symptom, have fever, are newly ill."""
    shares = {**SYMPTOMS, "jaundice": 0.0, "laboured_breathing": 0.0, "fever": FEVER,
              "new_ill": NEWS, "new_fever": FEVER * NEWS}  # fmt: skip
    return {
        code: np.where(ill >= 0, np.round(np.maximum(ill, 0) * share), NONE).astype(np.int64)
        for code, share in shares.items()
    }


@transaction.atomic
def attest(day: date, *, like: date, at_home: bool) -> int:
    """Write the signed and accepted reports of a past day, where it has none; returns how many."""
    version = DictionaryVersion.objects.order_by("-number").first()
    if version is None or DailyReport.objects.filter(day=day).exists():
        return 0
    ensure_day(day)
    sums = Sums(like, day, at_home=at_home)
    dictionary = dictionary_from(version.number, version.content)
    owed = {
        row.school_id: row for row in Obligation.objects.of(KIND, day).filter(told_at__isnull=False)
    }
    attested = list(_attested(sums, owed, dictionary))
    _copy("report_revision", REVISION, (_revision(one, dictionary) for one in attested))
    _copy("daily_report", REPORT, (_report(one) for one in attested))
    _copy("report_decision", DECISION, (_decision(one) for one in attested))
    _copy("report_cutoff", CUTOFF, (_cutoff(one) for one in attested))
    _account(attested, day)
    return len(attested)


def _attested(
    sums: Sums, owed: Mapping[int, Obligation], dictionary: Dictionary
) -> Iterator[Attested]:
    for place, school in enumerate(sums.schools):
        row = owed.get(int(school))
        if row is None or not sums.answered[place]:
            continue
        yield Attested(
            row,
            sums.figures(place, dictionary),
            int(sums.expected[place]),
            int(sums.answered[place]),
            int(sums.total[place]),
            min(int(sums.accounted[place]), int(sums.total[place])),
        )


def _revision(one: Attested, dictionary: Dictionary) -> Sequence[Any]:
    owed = one.owed
    zero = zero_total(one.figures, dictionary.zero_cells)
    full = one.expected == one.answered and zero == 0
    return (
        owed.day, owed.school_id, 1, owed.bureau_id, owed.path, one.at, midnight(owed.day),
        one.at, dictionary.number, one.expected, one.answered, one.total, one.accounted, zero,
        full, one.figures, Jsonb([]),
    )  # fmt: skip


def _report(one: Attested) -> Sequence[Any]:
    owed = one.owed
    decided = max(one.at, owed.due_at)
    state = State.ACCEPTED.value
    return owed.day, owed.school_id, owed.bureau_id, owed.path, state, 1, one.at, decided


def _decision(one: Attested) -> Sequence[Any]:
    owed = one.owed
    return owed.day, owed.school_id, 1, owed.path, True, max(one.at, owed.due_at)


def _cutoff(one: Attested) -> Sequence[Any]:
    owed, empty = one.owed, Jsonb({})
    return owed.school_id, owed.path, owed.day, midnight(owed.day), empty, one.at, empty


def _account(attested: Sequence[Attested], day: date) -> None:
    """The school's answer accounts for as many people as its report."""
    schools = [one.owed.school_id for one in attested]
    accounted = [one.accounted for one in attested]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE obligation o SET accounted = n.accounted
            FROM unnest(%s::bigint[], %s::int[]) AS n (school_id, accounted)
            WHERE o.day = %s AND o.kind = %s AND o.unit_id = n.school_id
            """,
            [schools, accounted, day, KIND],
        )


def _copy(table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
    with connection.cursor() as cursor:
        # A school that has signed since keeps its own cut-off.
        cursor.execute(f"CREATE TEMP TABLE fresh (LIKE {table} INCLUDING DEFAULTS) ON COMMIT DROP")
        with cursor.copy(f"COPY fresh ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(
            f"INSERT INTO {table} ({columns}) SELECT {columns} FROM fresh "  # noqa: S608
            "ON CONFLICT DO NOTHING"
        )
        cursor.execute("DROP TABLE fresh")
