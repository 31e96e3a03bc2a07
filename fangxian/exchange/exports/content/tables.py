"""The shapes of an export's content."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from fangxian.exchange.exports.rules import Kind
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel.access import Actor
from fangxian.kernel.clock import SHANGHAI

Cell = str | int | float | None


def moment(at: datetime, form: str = "%H:%M") -> str:
    """A time as the clock on the wall shows it."""
    return at.astimezone(SHANGHAI).strftime(form)


@dataclass(frozen=True)
class Asked:
    """What is asked for: of which unit, from which day to which, of which kind of obligation."""

    kind: Kind
    unit: UnitVersion
    first: date
    last: date
    what: str
    names: bool
    by: Actor
    at: datetime


@dataclass(frozen=True)
class Table:
    """A sheet: its name, the heads of its columns with their widths, its rows once over."""

    name: str
    heads: Sequence[tuple[str, int]]
    rows: Iterable[Sequence[Cell]]


@dataclass(frozen=True)
class Content:
    """An export's tables under a title; `lines` say of whom, of which days, x of y.

    `persons` are the ids of those who are named; None where nobody is.
    """

    title: str
    lines: Sequence[str]
    tables: Sequence[Table]
    persons: Sequence[int] | None = field(default=None)
