"""Finding units by what a person remembers: part of a name, its spelling, or a code.

Some 28,000 units have names worth looking for; a partial index holds just those, and reading it
through takes a few milliseconds, so that any part of a name matches without trigrams. The 425,000
groups are all called alike ("Grade 3 Class 2"): they are found within a school that the other
words name, within a small scope, or by code.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import connection

from fangxian.foundation.units.models import UnitKind

LIMIT: Final = 20
SCHOOLS_LOOKED_INTO: Final = 300
SMALL_SCOPE: Final = 3  # units above: a scope at or below a county is small
CODE_LIKE: Final = re.compile(r"[0-9]{2}[0-9A-Z]*(-[0-9A-Z]*)?")


@dataclass(frozen=True)
class Found:
    """A unit that a search brought up, with the names of the units above it to tell it apart."""

    unit_id: int
    code: str
    kind: str
    name_zh: str
    name_en: str
    path: str
    above_zh: str
    above_en: str

    @property
    def kind_label(self) -> str:
        """The kind in the reader's language."""
        return str(UnitKind(self.kind).label)


_SELECT: Final = (
    "SELECT v.unit_id, v.code, v.kind, v.name_zh, v.name_en, v.path FROM units_unitversion v "
    "WHERE v.valid_from <= %(day)s AND v.valid_to > %(day)s AND "
)
# In C collation lower case is a matter of bytes: four times as fast, and English needs no more.
_ASCII: Final = (
    '(v.pinyin LIKE {0} OR v.initials LIKE {0} OR v.name_en COLLATE "C" ILIKE {0} '
    "OR v.code LIKE {1} OR v.name_zh LIKE {0})"
)
_BUREAUS: Final = "('province', 'city', 'county', 'zone')"


def search(
    text: str, day: date, *, ranges: Sequence[tuple[str, str]], limit: int = LIMIT
) -> list[Found]:
    """Units of a day within path ranges that match every word of a text, bureaus first.

    A word matches a part of the Chinese or English name, of its pinyin or its initials, or the
    beginning of a code.
    """
    words = text.strip().split()[:6]
    if not words or not ranges:
        return []
    if len(words) == 1 and len(words[0]) >= 6 and CODE_LIKE.fullmatch(words[0].upper()):
        return _with_above(_by_code(words[0].upper(), day, ranges, limit), day)
    rows = _named(words, day, ranges, limit)
    if len(rows) < limit:
        rows += _groups(words, day, ranges, limit - len(rows))
    return _with_above(rows, day)


Row = tuple[int, str, str, str, str, str]


def _by_code(code: str, day: date, ranges: Sequence[tuple[str, str]], limit: int) -> list[Row]:
    scope, values = _within(ranges)
    values |= {"low": code, "high": code + "~", "day": day, "limit": limit}
    return _rows(
        f"v.code >= %(low)s AND v.code < %(high)s AND {scope} ORDER BY v.code LIMIT %(limit)s",
        values,
    )


def _named(
    words: Sequence[str], day: date, ranges: Sequence[tuple[str, str]], limit: int
) -> list[Row]:
    """Divisions, schools and their parts: read through their own small index."""
    scope, values = _within(ranges)
    match, patterns = _matching(words)
    values |= patterns | {"day": day, "limit": limit, "first": f"{words[0]}%"}
    return _rows(
        f"v.kind <> 'group' AND {match} AND {scope} ORDER BY v.kind NOT IN {_BUREAUS}, "
        "v.name_zh NOT LIKE %(first)s, v.code LIMIT %(limit)s",
        values,
    )


def _groups(
    words: Sequence[str], day: date, ranges: Sequence[tuple[str, str]], limit: int
) -> list[Row]:
    """Groups by the last word, within schools that the words before name or a small scope."""
    if len(words) > 1:
        named = _named(words[:-1], day, ranges, SCHOOLS_LOOKED_INTO)
        scope, values = "v.school_id = ANY(%(schools)s)", {"schools": [row[0] for row in named]}
    else:
        small = [place for place in ranges if place[0].count("/") >= SMALL_SCOPE]
        if not small:
            return []
        scope, values = _within(small)
    match, patterns = _matching(words[-1:])
    values |= patterns | {"day": day, "limit": limit}
    return _rows(
        f"v.kind = 'group' AND {scope} AND {match} ORDER BY v.path LIMIT %(limit)s",
        values,
    )


def _matching(words: Sequence[str]) -> tuple[str, dict[str, Any]]:
    clauses: list[str] = []
    values: dict[str, Any] = {}
    for place, word in enumerate(words):
        plain = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        values[f"part{place}"] = f"%{plain.lower() if plain.isascii() else plain}%"
        values[f"code{place}"] = f"{plain.upper()}%"
        matches = _ASCII if word.isascii() else "v.name_zh LIKE {0}"
        clauses.append(matches.format(f"%(part{place})s", f"%(code{place})s"))
    return " AND ".join(clauses), values


def _within(ranges: Sequence[tuple[str, str]]) -> tuple[str, dict[str, Any]]:
    clauses: list[str] = []
    values: dict[str, Any] = {}
    for place, (low, high) in enumerate(ranges):
        clauses.append(f"(v.path >= %(low{place})s AND v.path < %(high{place})s)")
        values |= {f"low{place}": low, f"high{place}": high}
    return f"({' OR '.join(clauses)})", values


def _rows(condition: str, values: dict[str, Any]) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(_SELECT + condition, values)
        return list(cursor.fetchall())


def _with_above(rows: Sequence[Row], day: date) -> list[Found]:
    """Add the school of a group, and the county and city of anything, to tell namesakes apart."""
    ids = {int(part) for row in rows for part in row[5].split("/")[1:-2]}
    names: dict[int, tuple[str, str]] = {}
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT unit_id, name_zh, name_en FROM units_unitversion WHERE unit_id = ANY(%s) "
                "AND valid_from <= %s AND valid_to > %s",
                [list(ids), day, day],
            )
            names = {unit_id: (zh, en) for unit_id, zh, en in cursor.fetchall()}
    found = []
    for row in rows:
        line = [names[int(part)] for part in row[5].split("/")[1:-2] if int(part) in names]
        above_zh = " / ".join(zh for zh, _en in line)
        above_en = " / ".join(en or zh for zh, en in line)
        found.append(Found(*row, above_zh=above_zh, above_en=above_en))
    return found
