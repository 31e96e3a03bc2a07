"""Invented people for the groups of one county: as many as each group's roll says."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import connection, transaction

from fangxian.console.demo.chance import drawn
from fangxian.foundation.people.identity import check_digit
from fangxian.foundation.people.models import KIND_OF, PersonKind
from fangxian.foundation.units.generator.words import phone
from fangxian.foundation.units.models import OPEN_END, Population
from fangxian.kernel.access import subtree
from fangxian.kernel.clock import midnight

SURNAMES: Final = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗梁宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶"
#: given names that nobody bears: the ten stems and twelve branches, used to say A, B, C
STEMS: Final = "甲乙丙丁戊己庚辛壬癸"
BRANCHES: Final = "子丑寅卯辰巳午未申酉戌亥"
NOWHERE: Final = 990_000  # no division's code begins with 99: nobody bears such a number
DAYS_OF_YEAR: Final = 365
BEDS: Final = 8

GROUPS: Final = """
SELECT v.unit_id, v.school_id, s.path, v.path, u.headcount, split_part(v.code, '-', 2),
       u.population, v.grade, u.boarding
FROM units_unitversion v JOIN units_unit u ON u.id = v.unit_id
JOIN units_unitversion s ON s.unit_id = v.school_id AND s.valid_from <= %(day)s
 AND s.valid_to > %(day)s
WHERE v.kind = 'group' AND v.path >= %(low)s AND v.path < %(high)s AND v.valid_from <= %(day)s
  AND v.valid_to > %(day)s AND NOT u.has_roster AND u.headcount > 0
ORDER BY v.path
"""
TABLES: Final = {
    "people_person": (
        "id, school_id, path, kind, name, number, id_kind, id_number, phone, born, sex, "
        "created_at, updated_at"
    ),
    "people_membership": "person_id, group_id, school_id, path, valid_from, valid_to",
    "people_cohort": "id, school_id, path, kind, name, valid_from, valid_to",
    "people_cohortmembership": "person_id, cohort_id, school_id, path, place, valid_from, valid_to",
    "people_guardian": "person_id, school_id, path, relation, name, phone, position",
}
Row = tuple[object, ...]


@dataclass(frozen=True)
class Group:
    """A group that waits for its people."""

    unit: int
    school: int
    school_path: str
    path: str
    heads: int
    ending: str
    population: str
    grade: int | None
    boarding: bool


def person_name(number: int) -> str:
    """王甲子, 李乙丑 …: plainly invented, and different within any group."""
    stem, branch = STEMS[number % 10], BRANCHES[number // 10 % 12]
    return f"{SURNAMES[(number * 7 + number // 120) % len(SURNAMES)]}{stem}{branch}"


def id_number(number: int, born: date) -> str:
    """An identity number with a right checksum that nobody can bear; different for each person."""
    area, serial = NOWHERE + number // 1000 % 1000, number % 1000
    first = f"{area:06d}{born:%Y%m%d}{serial:03d}"
    return first + check_digit(first)


@transaction.atomic
def load(*, path: str, day: date, since: date) -> int:
    """Give every group at or below a path its people; groups with a list keep it."""
    low, high = subtree(path)
    with connection.cursor() as cursor:
        cursor.execute(GROUPS, {"low": low, "high": high, "day": day})
        groups = [Group(*row) for row in cursor.fetchall()]
        total = sum(group.heads for group in groups)
        if not total:
            return 0
        first = _reserve("people_person_id_seq", total)
    people = list(_people(groups, first, day))
    _copy("people_person", (person.row(midnight(since)) for person in people))
    _copy("people_membership", (person.membership(since) for person in people))
    _copy("people_guardian", (row for person in people for row in person.guardians()))
    _lodge([person for person in people if person.group.boarding], since)
    with connection.cursor() as cursor:
        ids = [group.unit for group in groups]
        cursor.execute("UPDATE units_unit SET has_roster = true WHERE id = ANY(%s)", [ids])
        cursor.execute(f"ANALYZE {', '.join(TABLES)}")
    return total


def _lodge(boarders: "Sequence[Invented]", since: date) -> None:
    """Boarders sleep eight to a room, girls and boys apart, across the classes of their school."""
    homes: dict[tuple[int, str], list[Invented]] = {}
    for person in boarders:
        homes.setdefault((person.group.school, person.sex), []).append(person)
    rooms = [
        (f"{'女' if sex == 'female' else '男'}生楼{101 + at // BEDS // 30 * 100 + at // BEDS % 30}",
         people[at : at + BEDS])
        for (_school, sex), people in homes.items()
        for at in range(0, len(people), BEDS)
    ]  # fmt: skip
    first = _reserve("people_cohort_id_seq", len(rooms)) if rooms else 0
    _copy("people_cohort", (
        (first + at, people[0].group.school, people[0].group.school_path, "dormitory", name, since,
         OPEN_END)
        for at, (name, people) in enumerate(rooms)
    ))  # fmt: skip
    _copy("people_cohortmembership", (
        (person.id, first + at, person.group.school, person.group.school_path, str(bed), since,
         OPEN_END)
        for at, (_name, people) in enumerate(rooms)
        for bed, person in enumerate(people, 1)
    ))  # fmt: skip


def _copy(table: str, rows: Iterable[Row]) -> None:
    statement = f"COPY {table} ({TABLES[table]}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _reserve(sequence: str, many: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(%s, nextval(%s) + %s) - %s", [sequence, sequence, many, many])
        return int(cursor.fetchone()[0])


@dataclass(frozen=True)
class Invented:
    """Somebody who does not exist."""

    id: int
    group: Group
    place: int
    name: str
    born: date

    @property
    def kind(self) -> PersonKind:
        """What the group consists of."""
        return KIND_OF[Population(self.group.population)]

    @property
    def sex(self) -> str:
        """As the identity number says it."""
        return "male" if int(id_number(self.id, self.born)[16]) % 2 else "female"

    def row(self, at: datetime) -> Row:
        """The record of the person."""
        card = id_number(self.id, self.born)
        own = "" if self.kind == PersonKind.STUDENT else phone(self.id)
        return (
            self.id, self.group.school, self.group.school_path, self.kind.value, self.name,
            f"{self.group.ending}{self.place:02d}", "id_card", card, own, self.born,
            self.sex, at, at,
        )  # fmt: skip

    def membership(self, since: date) -> Row:
        """Where the person is."""
        return (self.id, self.group.unit, self.group.school, self.group.path, since, OPEN_END)

    def guardians(self) -> Iterator[Row]:
        """Whom to call about a pupil: one parent, for every third pupil another."""
        if self.kind != PersonKind.STUDENT:
            return
        relations = ("mother", "father") if self.place % 3 == 0 else ("mother",)
        for position, relation in enumerate(relations, 1):
            name = f"{self.name[0]}{'妈妈' if relation == 'mother' else '爸爸'}（示例）"
            number = phone(self.id * 2 + position)
            yield (self.id, self.group.school, self.group.school_path, relation, name, number,
                   position)  # fmt: skip


def _people(groups: Sequence[Group], first: int, day: date) -> Iterator[Invented]:
    number = first
    for group in groups:
        start = int(drawn(group.unit, 900) * 4800)
        for place in range(1, group.heads + 1):
            name = person_name(start + place - 1)
            yield Invented(number, group, place, name, _born(group, number, day))
            number += 1


def _born(group: Group, number: int, day: date) -> date:
    """A pupil is as old as the grade says; others are between 24 and 58."""
    years = 24 + number % 34
    if group.population == Population.STUDENTS:
        grade = group.grade or 1
        years = 6 + (grade if grade > 0 else grade + 1)
    school_year = day.year if day.month >= 9 else day.year - 1
    first = date(school_year - years, 9, 1)
    return first + timedelta(days=number * 131 % DAYS_OF_YEAR)
