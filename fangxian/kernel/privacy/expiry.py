"""What expires: each room declares its tables in a module `expiry`; one daily job goes through.

The same condition counts in a dry run and chooses in a run, so that both say the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """What the end of a term is compared with: a day, or a moment of either clock."""

    DAY = "day"
    MOMENT = "moment"
    REAL_MOMENT = "real_moment"


@dataclass(frozen=True)
class Expiry:
    """Rows of a table that go, or lose what tells of a person, when a term has ended.

    `code` is the term's in the norms. `where` is SQL over the table alone or with subqueries; it
    may use `%(before)s`, the end of the term (a day, or a moment: see `unit`), and `%(today)s`.
    It is false again once the row was dealt with, and for whoever has a duty still open.
    `key` names the column by which rows are taken in batches. `change` is the SET of an UPDATE;
    without it rows are deleted. `also` are statements done first, with `%(keys)s`, the keys.
    `by_day`: the table is partitioned by day and a day goes whole, so nothing else is needed.
    `order` decides who goes first: what depends on something else goes before it.
    """

    code: str
    table: str
    where: str = ""
    key: str = "id"
    change: str = ""
    also: Sequence[str] = ()
    by_day: bool = False
    unit: Unit = Unit.DAY
    order: int = 50


_expiries: dict[str, Expiry] = {}


def expire(expiry: Expiry) -> None:
    """Declare what expires; each term once."""
    known = _expiries.get(expiry.code)
    if known is not None and known != expiry:
        raise ValueError(f"the term {expiry.code} is declared twice")
    _expiries[expiry.code] = expiry


def expiries() -> list[Expiry]:
    """Everything that was declared, what depends on others first."""
    return sorted(_expiries.values(), key=lambda one: (one.order, one.code))
