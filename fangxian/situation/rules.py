"""What a board shows first: pure decisions about kinds, order and what is worth saying."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol, TypeVar

from fangxian.analysis.rates import completeness, coverage
from fangxian.foundation.obligations.rules import Counts

#: what is announced to a screen reader: whole steps of the share answered, not every answer
ANNOUNCED_STEP = 10
#: no list has more pages than can be written with so many digits
PAGE_DIGITS = 6


class Order(StrEnum):
    """How the children stand in the table; SILENCE puts those first of whom least is known."""

    SILENCE = ""
    NAME = "name"
    ANSWERED = "answered"
    ON_TIME = "on_time"
    LATE = "late"
    OVERDUE = "overdue"
    SILENT = "silent"
    EXCUSED = "excused"
    PEOPLE = "people"


class Row(Protocol):
    """What can be put in order: a unit's code and its counts."""

    @property
    def code(self) -> str: ...

    @property
    def counts(self) -> Counts: ...


class Due(Protocol):
    """A kind of obligation, as far as its times go."""

    @property
    def code(self) -> str: ...

    def due_at(self, day: date) -> datetime: ...

    def opens_at(self, day: date) -> datetime: ...


Key = tuple[float, ...]
R = TypeVar("R", bound=Row)
D = TypeVar("D", bound=Due)


def _least_known(counts: Counts) -> Key:
    """Unknown first, then the lowest share answered, then the most silent; nothing due last."""
    share = completeness(counts.answered, counts.expected)
    if counts.expected == 0:
        return (2.0, 0.0, 0.0)
    return (0.0 if share is None else 1.0, share or 0.0, -float(counts.silent or 0))


def _by(value: Callable[[Counts], float | None]) -> Callable[[Counts], Key]:
    """Unknown sorts before every number, so that it is never taken for one."""

    def key(counts: Counts) -> Key:
        found = value(counts)
        return (0.0, 0.0) if found is None else (1.0, float(found))

    return key


KEYS: dict[Order, Callable[[Counts], Key]] = {
    Order.SILENCE: _least_known,
    Order.ANSWERED: _by(lambda counts: completeness(counts.answered, counts.expected)),
    Order.ON_TIME: _by(lambda counts: counts.on_time),
    Order.LATE: _by(lambda counts: counts.late),
    Order.OVERDUE: _by(lambda counts: counts.overdue),
    Order.SILENT: _by(lambda counts: counts.silent),
    Order.EXCUSED: _by(lambda counts: counts.excused),
    Order.PEOPLE: _by(lambda counts: coverage(counts.people_accounted, counts.people_total)),
}


def order_of(asked: str) -> tuple[Order, bool]:
    """`?sort=late` or `-late` as an order and whether it descends; anything else is silence."""
    name = asked.removeprefix("-")
    if name not in set(Order):
        return Order.SILENCE, False
    return Order(name), asked.startswith("-")


def in_order(rows: Iterable[R], order: Order, *, descending: bool) -> list[R]:
    """The rows in this order; equals by code."""
    by_code = sorted(rows, key=lambda row: row.code)
    if order is Order.NAME:
        return by_code[::-1] if descending else by_code
    key = KEYS[order]
    return sorted(by_code, key=lambda row: key(row.counts), reverse=descending)


def kind_to_show(kinds: Sequence[D], day: date, at: datetime) -> D | None:
    """The kind one looks at first: open and due next, else the one due last.

    On a day to come it is the day's first, on a day past its last.
    """
    in_turn = sorted(kinds, key=lambda kind: kind.due_at(day))
    opened = [kind for kind in in_turn if kind.opens_at(day) <= at]
    for kind in opened:
        if at <= kind.due_at(day):
            return kind
    return opened[-1] if opened else (in_turn[0] if in_turn else None)


def step_announced(counts: Counts) -> int | None:
    """The share answered in steps of ten per cent; 100 only when nobody is missing."""
    share = completeness(counts.answered, counts.expected)
    return None if share is None else int(share * 100) // ANNOUNCED_STEP * ANNOUNCED_STEP


def page_of(text: str) -> int:
    """The page of a list that an address asks for; the first, where it says nothing sensible."""
    sensible = text.isascii() and text.isdecimal() and len(text) <= PAGE_DIGITS
    return max(1, int(text)) if sensible else 1


def seconds_between(kind: str) -> int:
    """How often a board asks for news: with the age of what it is given, five seconds in all.

    What is counted for the province and its cities may be three seconds old; below, where far
    more boards are open, next to nothing, so that they may ask half as often.
    """
    return 2 if kind in {"province", "city"} else 4
