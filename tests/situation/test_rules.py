"""What a board shows first."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fangxian.foundation.obligations.rules import NOTHING_DUE, Counts
from fangxian.kernel.clock import SHANGHAI
from fangxian.situation.rules import Order, in_order, kind_to_show, order_of, step_announced

DAY = date(2026, 11, 23)


@dataclass(frozen=True)
class Unit:
    code: str
    counts: Counts


def counts(answered: int, expected: int, late: int = 0) -> Counts:
    return Counts(expected, answered, answered - late, late, 0, 0, None, None, 0)


UNITS = [
    Unit("A all in", counts(30, 30)),
    Unit("B nothing due", NOTHING_DUE),
    Unit("C half, few", counts(5, 10, late=5)),
    Unit("D not known", Counts()),
    Unit("E half, many", counts(500, 1000)),
    Unit("F silent", counts(0, 3)),
]


@pytest.mark.parametrize(
    ("asked", "first_letters"),
    [
        ("", "DFECAB"),  # not known, then least known, then the larger hole; nothing due at the end
        ("nonsense", "DFECAB"),
        ("name", "ABCDEF"),
        ("-name", "FEDCBA"),
        ("-late", "CABEFD"),
        ("answered", "BDFCEA"),  # without a rate first: never taken for a number
    ],
)
def test_the_order_of_the_children(asked: str, first_letters: str) -> None:
    order, descending = order_of(asked)
    found = in_order(UNITS, order, descending=descending)
    assert "".join(unit.code[0] for unit in found) == first_letters


@given(st.permutations(UNITS), st.sampled_from(list(Order)), st.booleans())
def test_order_loses_nobody_and_does_not_depend_on_the_input(
    units: list[Unit], order: Order, descending: bool
) -> None:
    found = in_order(units, order, descending=descending)
    assert sorted(unit.code for unit in found) == sorted(unit.code for unit in units)
    assert found == in_order(UNITS, order, descending=descending)


@dataclass(frozen=True)
class Owed:
    code: str
    opens: str
    due: str

    def opens_at(self, day: date) -> datetime:
        return moment(day, self.opens)

    def due_at(self, day: date) -> datetime:
        return moment(day, self.due)


def moment(day: date, text: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{text}:00").replace(tzinfo=SHANGHAI)


KINDS = [
    Owed("report", "06:30", "12:00"),
    Owed("morning", "06:30", "10:00"),
    Owed("evening", "18:00", "21:30"),
]


@pytest.mark.parametrize(
    ("day", "at", "kind"),
    [
        (DAY, "05:00", "morning"),  # nothing is open yet: the day's first
        (DAY, "08:30", "morning"),
        (DAY, "10:00", "morning"),
        (DAY, "10:01", "report"),
        (DAY, "15:00", "report"),  # overdue, while nothing else is open
        (DAY, "19:00", "evening"),
        (DAY, "23:00", "evening"),
        (DAY - timedelta(days=1), "08:30", "evening"),  # a day past: its last
        (DAY + timedelta(days=1), "08:30", "morning"),  # a day to come: its first
    ],
)
def test_which_kind_one_looks_at_first(day: date, at: str, kind: str) -> None:
    shown = kind_to_show(KINDS, day, moment(DAY, at))
    assert shown is not None
    assert shown.code == kind


def test_no_kinds_no_choice() -> None:
    assert kind_to_show([], DAY, moment(DAY, "08:30")) is None


@pytest.mark.parametrize(
    ("answered", "expected", "step"),
    [(0, 30, 0), (2, 30, 0), (3, 30, 10), (29, 30, 90), (30, 30, 100), (0, 0, None)],
)
def test_what_is_announced(answered: int, expected: int, step: int | None) -> None:
    assert step_announced(counts(answered, expected)) == step
    assert step_announced(Counts()) is None
