"""Places in the tree as path ranges.

A path is the ids of all ancestors and of the unit itself, each followed by `/`, compared byte
by byte. A subtree is asked by range, never by LIKE: a range uses the index and stays leakproof.
"""

from collections.abc import Iterable
from typing import Self, TypeVar

from django.db.models import Model, Q, QuerySet

ROOT = ("", "~")
M = TypeVar("M", bound=Model, covariant=True)


def subtree(path: str) -> tuple[str, str]:
    """The half-open range [low, high) of all paths at or below `path`; "" is everything."""
    if not path:
        return ROOT
    return path, path[:-1] + "0"  # "0" follows "/" in byte order


def covers(above: str, path: str) -> bool:
    """Whether `path` lies at or below `above`."""
    return path.startswith(above)


def within_any(ranges: Iterable[tuple[str, str]], column: str = "path") -> Q:
    """A filter for rows in any of the ranges; matches nothing when there is none."""
    found = Q(pk__in=[])
    for low, high in ranges:
        found |= Q(**{f"{column}__gte": low, f"{column}__lt": high})
    return found


class ScopedQuerySet(QuerySet[M]):
    """Rows that carry a `path`. Every view begins with `visible_to`."""

    path_column = "path"

    def visible_to(self, actor: "object") -> Self:
        """Only what lies within the actor's scope."""
        return self.filter(within_any(actor.ranges(), self.path_column))  # type: ignore[attr-defined]

    def below(self, path: str) -> Self:
        """Only what lies at or below a path."""
        low, high = subtree(path)
        column = self.path_column
        return self.filter(**{f"{column}__gte": low, f"{column}__lt": high})
