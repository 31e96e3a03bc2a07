"""Yes or no by place and grade: what holds where in the tree, combined and asked set-based.

A place is a step function. Subtrees are ranges of paths that are nested or apart, so whatever is
declared at units, nearest first, is constant between the ends of those ranges. Each step holds a
set of grades as bits; combining places combines the bits. The same steps answer for one path in
Python and, by one binary search a row, for all rows in SQL, however many units declared
something.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from fangxian.kernel.access.scopes import subtree

Sql = tuple[str, list[Any]]

#: the scale of grades; bit 0 stands for units without one
FIRST_GRADE, LAST_GRADE = -4, 30
_SHIFT = 1 - FIRST_GRADE
ALL = (1 << (LAST_GRADE + _SHIFT + 1)) - 1
UNGRADED = 1
#: PostgreSQL finds its step fastest among values of fixed length; `name` holds that much
_FIXED = 63


def bit(grade: int | None) -> int:
    """The bit of a grade; what is no grade of the scale counts as none."""
    known = grade is not None and FIRST_GRADE <= grade <= LAST_GRADE
    return 1 << (grade + _SHIFT) if known and grade is not None else UNGRADED


def grades_of(step: int) -> tuple[int, ...]:
    """The grades whose bits are set."""
    return tuple(one for one in range(FIRST_GRADE, LAST_GRADE + 1) if step & bit(one))


def bits(grades: Iterable[int]) -> int:
    """The bits of several grades."""
    found = 0
    for grade in grades:
        found |= bit(grade)
    return found


@dataclass(frozen=True)
class Place:
    """Where something holds, and for which grades: `steps[n]` from `starts[n]` on.

    `starts` begins with "" and rises; neighbours differ, so equal places are equal values.
    """

    starts: tuple[str, ...]
    steps: tuple[int, ...]

    def at(self, path: str, grade: int | None = None) -> bool:
        """Whether it holds at a path, for a grade."""
        return bool(self.grades(path) & bit(grade))

    def grades(self, path: str) -> int:
        """For which grades it holds at a path, as bits."""
        return self.steps[bisect_right(self.starts, path) - 1]

    def sql(self, alias: str) -> Sql:
        """A boolean SQL expression over `alias.path` and `alias.grade`, with its parameters."""
        if self in (EVERYWHERE, NOWHERE):
            return ("TRUE" if self == EVERYWHERE else "FALSE"), []
        kind = "name" if max(map(len, self.starts)) <= _FIXED else "text"
        step = f"(%s::bigint[])[width_bucket({alias}.path::{kind}, %s::{kind}[])]"
        params = [list(self.steps), list(self.starts)]
        if not self.graded:
            return f"({step} <> 0)", params
        shifted = (
            f"{alias}.grade BETWEEN {FIRST_GRADE} AND {LAST_GRADE} THEN {alias}.grade + {_SHIFT}"
        )
        of_grade = f"(1::bigint << CASE WHEN {shifted} ELSE 0 END)"
        return f"({step} & {of_grade} <> 0)", params

    @property
    def graded(self) -> bool:
        """Whether it depends on the grade anywhere."""
        return any(step not in (0, ALL) for step in self.steps)

    def within(self, path: str) -> "Place":
        """The same at and below a path, nowhere else."""
        return self & nearest(NOWHERE, [(path, EVERYWHERE)])

    def below(self, path: str) -> list[tuple[str, int]]:
        """The steps that begin strictly within a subtree, with their grades."""
        low, high = subtree(path)
        pairs = zip(self.starts, self.steps, strict=True)
        return [(start, step) for start, step in pairs if low < start < high]

    def __and__(self, other: "Place") -> "Place":
        return _combined(self, other, lambda a, b: a & b)

    def __or__(self, other: "Place") -> "Place":
        return _combined(self, other, lambda a, b: a | b)

    def __invert__(self) -> "Place":
        return Place(self.starts, tuple(ALL & ~step for step in self.steps))


EVERYWHERE = Place(("",), (ALL,))
NOWHERE = Place(("",), (0,))


def everywhere(value: bool) -> Place:
    """The same answer at every path, for every grade."""
    return EVERYWHERE if value else NOWHERE


def only(grades: int) -> Place:
    """At every path, for the grades of these bits."""
    return Place(("",), (grades & ALL,))


def nearest(otherwise: Place, said: Iterable[tuple[str, Place]]) -> Place:
    """What was said at the nearest path at or above; `otherwise` where nothing was.

    Of two sayings at one path the later one counts.
    """
    by_path = dict(said)
    segments = [("", otherwise)]
    open_now: list[tuple[str, Place]] = []

    def close(before: str | None) -> None:
        while open_now and (before is None or open_now[-1][0] <= before):
            end, _place = open_now.pop()
            segments.append((end, open_now[-1][1] if open_now else otherwise))

    for path in sorted(by_path):
        low, high = subtree(path)
        close(low)
        segments.append((low, by_path[path]))
        open_now.append((high, by_path[path]))
    close(None)
    return _canonical(_expanded(segments))


def anywhere(paths: Iterable[str]) -> Place:
    """At and below any of the paths."""
    return nearest(NOWHERE, ((path, EVERYWHERE) for path in paths))


def _expanded(segments: list[tuple[str, Place]]) -> Iterator[tuple[str, int]]:
    """The steps of each place from its segment's start to the next one's."""
    ends = [start for start, _place in segments[1:]]
    for (start, place), end in zip_longest(segments, ends):
        yield start, place.grades(start)
        first = bisect_right(place.starts, start)
        for own, step in zip(place.starts[first:], place.steps[first:], strict=True):
            if end is not None and own >= end:
                break
            yield own, step


def _combined(left: Place, right: Place, how: Callable[[int, int], int]) -> Place:
    starts = sorted({*left.starts, *right.starts})
    return _canonical((one, how(left.grades(one), right.grades(one))) for one in starts)


def _canonical(pairs: Iterable[tuple[str, int]]) -> Place:
    """Equal neighbours become one; of several steps that begin together the last one counts."""
    starts: list[str] = []
    steps: list[int] = []
    for start, step in pairs:
        if starts and starts[-1] == start:
            starts.pop()
            steps.pop()
        if not steps or steps[-1] != step:
            starts.append(start)
            steps.append(step)
    return Place(tuple(starts), tuple(steps))
