"""Yes or no by place: what holds where in the tree, combined and asked set-based.

A switch has a default and exceptions at paths; the nearest place at or above wins. The same
switch answers for one path in Python and for all rows in SQL.
"""

from dataclasses import dataclass
from typing import Protocol

from fangxian.kernel.access.scopes import covers, subtree

Sql = tuple[str, list[str]]


class Place(Protocol):
    """Anything that answers yes or no for a place."""

    def at(self, path: str) -> bool: ...

    def sql(self, column: str) -> Sql:
        """A boolean SQL expression over the path column, with its parameters."""
        ...


class Combinable:
    """Places combine with `&`, `|` and `~`."""

    def __and__(self: Place, other: Place) -> "Both":
        return Both(self, other)

    def __or__(self: Place, other: Place) -> "Either":
        return Either(self, other)

    def __invert__(self: Place) -> "Not":
        return Not(self)


@dataclass(frozen=True)
class Switch(Combinable):
    """A default with exceptions; of those covering a place the longest path wins."""

    default: bool
    exceptions: tuple[tuple[str, bool], ...] = ()

    def at(self, path: str) -> bool:
        for place, value in self._nearest_first():
            if covers(place, path):
                return value
        return self.default

    def sql(self, column: str) -> Sql:
        if not self.exceptions:
            return ("TRUE" if self.default else "FALSE"), []
        parts, params = [], []
        for place, value in self._nearest_first():
            low, high = subtree(place)
            parts.append(f"WHEN {column} >= %s AND {column} < %s THEN {value}")
            params += [low, high]
        return f"(CASE {' '.join(parts)} ELSE {self.default} END)", params

    def _nearest_first(self) -> list[tuple[str, bool]]:
        return sorted(self.exceptions, key=lambda pair: len(pair[0]), reverse=True)


@dataclass(frozen=True)
class Both(Combinable):
    left: Place
    right: Place

    def at(self, path: str) -> bool:
        return self.left.at(path) and self.right.at(path)

    def sql(self, column: str) -> Sql:
        return _joined("AND", self.left, self.right, column)


@dataclass(frozen=True)
class Either(Combinable):
    left: Place
    right: Place

    def at(self, path: str) -> bool:
        return self.left.at(path) or self.right.at(path)

    def sql(self, column: str) -> Sql:
        return _joined("OR", self.left, self.right, column)


@dataclass(frozen=True)
class Not(Combinable):
    inner: Place

    def at(self, path: str) -> bool:
        return not self.inner.at(path)

    def sql(self, column: str) -> Sql:
        text, params = self.inner.sql(column)
        return f"(NOT {text})", params


def _joined(word: str, left: Place, right: Place, column: str) -> Sql:
    left_text, left_params = left.sql(column)
    right_text, right_params = right.sql(column)
    return f"({left_text} {word} {right_text})", [*left_params, *right_params]
