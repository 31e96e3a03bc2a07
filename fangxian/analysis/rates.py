"""Rates that know what they do not know: None where a side is unknown or nothing is expected.

A count is `int | None`. None is not zero: no rate is ever made from it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

#: a count of people below this could point at one of them
SMALLEST_SHOWN = 5


def ratio(part: int | None, whole: int | None) -> float | None:
    """part ÷ whole; None when a side is unknown or the whole is nothing."""
    if part is None or not whole:
        return None
    return part / whole


def completeness(answered: int | None, expected: int | None) -> float | None:
    """完整率: answered ÷ expected units; the excused stay in the denominator."""
    return ratio(answered, expected)


def timeliness(on_time: int | None, expected: int | None) -> float | None:
    """及时率: told on time ÷ expected units; a late correction never changes it."""
    return ratio(on_time, expected)


def coverage(accounted: int | None, on_roll: int | None) -> float | None:
    """掌握率: people accounted for ÷ people on the roll; never above 1.

    A roll that is out of date may count fewer people than were met: that is no more than all.
    """
    found = ratio(accounted, on_roll)
    return None if found is None else min(found, 1.0)


@dataclass(frozen=True)
class Few:
    """A count withheld because it is small: "fewer than `below`", and not zero."""

    below: int


Cell = int | Few | None


def mask(count: int | None, *, smallest: int = SMALLEST_SHOWN) -> Cell:
    """A count of people fit for eyes outside the chain of duty; unknown and zero stay so."""
    if count is None or count == 0 or count >= smallest:
        return count
    return Few(smallest)


def mask_row(counts: Sequence[int | None], *, smallest: int = SMALLEST_SHOWN) -> list[Cell]:
    """The parts of a total that is shown too.

    Where just one part would be withheld, it could be told from the total: the next smallest is
    withheld with it.
    """
    masked = [mask(count, smallest=smallest) for count in counts]
    hidden = [place for place, cell in enumerate(masked) if isinstance(cell, Few)]
    if len(hidden) == 1 and None not in counts:
        others = [
            (count, place) for place, count in enumerate(counts) if count and place not in hidden
        ]
        if others:
            count, place = min(others)
            masked[place] = Few(count + 1)
    return masked
