"""Finding a person by what one has at hand: an identity or school number, a telephone, a name.

A number or telephone is looked up in its index, wherever in one's scope the person is. A name
needs a place to look in: one's school, or a county; there any part of it matches.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from django.db import connection
from django.utils.translation import get_language

from fangxian.foundation.people.identity import masked, plain_id, plain_phone
from fangxian.foundation.people.models import PersonKind
from fangxian.foundation.people.rules import PeoplePermission
from fangxian.foundation.units.models import UnitKind, UnitVersion
from fangxian.foundation.units.rules import PART_KINDS
from fangxian.kernel.access import Actor, subtree

LIMIT: Final = 50
#: names are looked for within a county or a school, not in all of these
TOO_WIDE: Final = (UnitKind.PROVINCE, UnitKind.CITY)
LONGEST: Final = 60
Ranges = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Found:
    """A person whom a search brought up, with the places that tell namesakes apart."""

    person_id: int
    name: str
    kind: str
    number: str
    id_number: str
    path: str
    left_on: date | None
    school_code: str
    school: str
    group_code: str
    group: str

    @property
    def kind_label(self) -> str:
        """Pupil, staff or contractor, in the reader's language."""
        return str(PersonKind(self.kind).label)


@dataclass(frozen=True)
class Answer:
    """What a search found. `too_wide` says that a name needs a school or county to look in."""

    by: str
    found: tuple[Found, ...] = ()
    too_wide: bool = False

    @property
    def more(self) -> bool:
        """Whether there may be more than are shown."""
        return len(self.found) >= LIMIT


@dataclass(frozen=True)
class Scope:
    """Where may be looked: `wide` at or above schools, `narrow` below them (a class, a campus)."""

    wide: tuple[tuple[str, str], ...]
    narrow: tuple[tuple[str, str], ...]
    deep: tuple[tuple[str, str], ...]  # of the wide ones those where a name may be looked for


def scope_of(by: Actor, day: date, *, within: str = "") -> Scope:
    """The places whose people one may read, narrowed to a place where one is chosen."""
    ranges = [pair for pair in by.ranges(PeoplePermission.VIEW)]
    if within:
        ranges = [subtree(_inner(low, within)) for low, _high in ranges
                  if within.startswith(low) or low.startswith(within)]  # fmt: skip
    units = UnitVersion.objects.as_of(day).filter(path__in=[low for low, _high in ranges])
    kinds = dict(units.values_list("path", "kind"))
    wide = tuple(pair for pair in ranges if kinds.get(pair[0]) not in PART_KINDS)
    return Scope(
        wide,
        tuple(pair for pair in ranges if kinds.get(pair[0]) in PART_KINDS),
        tuple(pair for pair in wide if kinds.get(pair[0], TOO_WIDE[0]) not in TOO_WIDE),
    )


def _inner(one: str, other: str) -> str:
    return one if len(one) >= len(other) else other


# Each branch is one look into one index; the scope is asked of the few rows that come out of it.
# A number is common to many schools, so its index carries the path and is asked for both; in the
# index's own order, or the planner would hope to meet a few of so many by reading the table.
_NUMBERS: Final = """
SELECT id FROM people_person
WHERE id_number = %(document)s AND id_number <> '' AND left_on IS NULL
UNION SELECT id FROM people_person
WHERE id_number = %(document)s AND id_number <> '' AND left_on IS NOT NULL
UNION (SELECT id FROM people_person
WHERE number = %(document)s AND number <> '' AND left_on IS NULL AND {wide}
ORDER BY number, path, kind LIMIT %(limit)s)
UNION (SELECT id FROM people_person
WHERE phone = %(phone)s AND phone <> '' AND {wide} LIMIT %(limit)s)
UNION (SELECT person_id FROM people_guardian WHERE phone = %(phone)s AND {wide} LIMIT %(limit)s)
"""
_ONE_OF_A_GROUP: Final = """
p.number = %(document)s OR p.id_number = %(document)s OR p.phone = %(phone)s
OR EXISTS (SELECT FROM people_guardian t WHERE t.person_id = p.id AND t.phone = %(phone)s)
"""
_NAMES: Final = """
SELECT id, name <> %(name)s AS inexact, strpos(name, %(name)s) <> 1 AS inside, name
FROM people_person WHERE {wide} AND {match}
ORDER BY 2, 3, 4, 1 LIMIT %(limit)s
"""
_OF_GROUPS: Final = """
SELECT DISTINCT p.id FROM people_membership m JOIN people_person p ON p.id = m.person_id
WHERE {narrow} AND m.valid_from <= %(day)s AND m.valid_to > %(day)s AND ({match})
LIMIT %(limit)s
"""
_SHOWN: Final = """
SELECT p.id, p.name, p.kind, p.number, p.id_number, p.path, p.left_on,
       coalesce(s.code, ''), coalesce({school}, ''), coalesce(g.code, ''), coalesce({group}, '')
FROM people_person p
LEFT JOIN people_membership m ON m.person_id = p.id AND m.valid_from <= %(day)s
      AND m.valid_to > %(day)s
LEFT JOIN units_unitversion s ON s.unit_id = p.school_id AND s.valid_from <= %(day)s
      AND s.valid_to > %(day)s
LEFT JOIN units_unitversion g ON g.unit_id = m.group_id AND g.valid_from <= %(day)s
      AND g.valid_to > %(day)s
WHERE p.id = ANY(%(ids)s) AND ({wide} OR {narrow})
"""


def search(text: str, *, by: Actor, day: date, within: str = "", left: bool = False) -> Answer:
    """People in scope whom a text may mean: numbers and telephones exactly, names by any part.

    `within` is the path of a chosen place; `left` also brings up who has left. Who asks sees to
    the trail: nothing is recorded here.
    """
    plain = " ".join(text.replace("\0", " ").split())[:LONGEST]
    scope = scope_of(by, day, within=within)
    if not plain or not (scope.wide or scope.narrow):
        return Answer("nothing")
    if any(character.isdigit() for character in plain):
        answer = _by_number(plain, scope, day)
    else:
        answer = _by_name(plain, scope, day)
    if not left:
        here = tuple(one for one in answer.found if one.left_on is None or one.left_on > day)
        answer = replace(answer, found=here)
    return answer


def _by_number(text: str, scope: Scope, day: date) -> Answer:
    document = plain_id(text)
    values: dict[str, Any] = {
        "document": document, "phone": plain_phone(text) or "-", "day": day, "limit": LIMIT,
    }  # fmt: skip
    wide, asked = _within(scope.wide, "path")
    ids = [row[0] for row in _rows(_NUMBERS.format(wide=wide), values | asked)]
    narrow, asked = _within(scope.narrow, "m.path")
    if scope.narrow:
        statement = _OF_GROUPS.format(narrow=narrow, match=_ONE_OF_A_GROUP)
        ids += [row[0] for row in _rows(statement, values | asked)]
    return Answer("number", _shown(ids[: 3 * LIMIT], scope, day)[:LIMIT])


def _by_name(text: str, scope: Scope, day: date) -> Answer:
    values: dict[str, Any] = {
        "name": text, "part": f"%{_escaped(text)}%", "limit": LIMIT * 2, "day": day,
    }  # fmt: skip
    # ASCII letters match in either case; Chinese has none, and LIKE is the quicker one.
    match = "{0}name ILIKE %(part)s" if text.isascii() else "{0}name LIKE %(part)s"
    ids: list[int] = []
    if scope.deep:
        wide, asked = _within(scope.deep, "path")
        ids += [row[0] for row in _rows(_NAMES.format(wide=wide, match=match.format("")),
                                        values | asked)]  # fmt: skip
    if scope.narrow:
        narrow, asked = _within(scope.narrow, "m.path")
        statement = _OF_GROUPS.format(narrow=narrow, match=match.format("p."))
        ids += [row[0] for row in _rows(statement, values | asked)]
    found = _shown(ids, scope, day)[:LIMIT]
    return Answer("name", found, too_wide=len(scope.deep) < len(scope.wide))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _shown(ids: Sequence[int], scope: Scope, day: date) -> tuple[Found, ...]:
    """The rows of these people that lie in scope, in the order of the ids."""
    if not ids:
        return ()
    english = (get_language() or "").startswith("en")
    name = "coalesce(nullif({0}.name_en, ''), {0}.name_zh)" if english else "{0}.name_zh"
    wide, asked = _within(scope.wide, "p.path")
    narrow, more = _within(scope.narrow, "m.path", "narrow")
    statement = _SHOWN.format(
        school=name.format("s"), group=name.format("g"), wide=wide, narrow=narrow
    )
    rows = _rows(statement, asked | more | {"ids": list(ids), "day": day})
    place = {person_id: place for place, person_id in reversed(list(enumerate(ids)))}
    rows.sort(key=lambda row: place[row[0]])
    return tuple(Found(row[0], row[1], row[2], row[3], masked(row[4]), *row[5:]) for row in rows)


def _within(ranges: Ranges, column: str, prefix: str = "wide") -> tuple[str, dict[str, str]]:
    clauses: list[str] = []
    values: dict[str, str] = {}
    for place, (low, high) in enumerate(ranges):
        clauses.append(f"({column} >= %({prefix}{place}l)s AND {column} < %({prefix}{place}h)s)")
        values |= {f"{prefix}{place}l": low, f"{prefix}{place}h": high}
    return f"({' OR '.join(clauses)})" if clauses else "FALSE", values


def _rows(statement: str, values: Mapping[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
