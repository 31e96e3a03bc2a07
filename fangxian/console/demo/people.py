"""Invented people for the groups of one county: as many as each group's roll says."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from django.db import connection, transaction

from fangxian.console.demo.chance import drawn
from fangxian.foundation.units.generator.words import phone
from fangxian.foundation.units.models import OPEN_END
from fangxian.kernel.access import subtree

SURNAMES: Final = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗梁宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶"
#: given names that nobody bears: the ten stems and twelve branches, used to say A, B, C
STEMS: Final = "甲乙丙丁戊己庚辛壬癸"
BRANCHES: Final = "子丑寅卯辰巳午未申酉戌亥"

GROUPS: Final = """
SELECT v.unit_id, v.school_id, v.path, u.headcount
FROM units_unitversion v JOIN units_unit u ON u.id = v.unit_id
WHERE v.kind = 'group' AND v.path >= %s AND v.path < %s
  AND v.valid_from <= %s AND v.valid_to > %s AND NOT u.has_roster AND u.headcount > 0
ORDER BY v.path
"""
Group = tuple[int, int, str, int]


def person_name(number: int) -> str:
    """王甲子, 李乙丑 …: plainly invented, and different within any group."""
    stem, branch = STEMS[number % 10], BRANCHES[number // 10 % 12]
    return f"{SURNAMES[(number * 7 + number // 120) % len(SURNAMES)]}{stem}{branch}"


@transaction.atomic
def load(*, path: str, day: date, since: date) -> int:
    """Give every group at or below a path its people; groups with a list keep it."""
    low, high = subtree(path)
    with connection.cursor() as cursor:
        cursor.execute(GROUPS, [low, high, day, day])
        groups: list[Group] = cursor.fetchall()
        total = sum(heads for _unit, _school, _path, heads in groups)
        if not total:
            return 0
        first = _reserve("people_person_id_seq", total)
        with cursor.copy("COPY people_person (id, name) FROM STDIN") as copy:
            for row in _persons(groups, first):
                copy.write_row(row)
        columns = "person_id, group_id, school_id, path, number, phone, valid_from, valid_to"
        with cursor.copy(f"COPY people_membership ({columns}) FROM STDIN") as copy:
            for member in _memberships(groups, first, since):
                copy.write_row(member)
        ids = [unit for unit, _school, _path, _heads in groups]
        cursor.execute("UPDATE units_unit SET has_roster = true WHERE id = ANY(%s)", [ids])
        cursor.execute("ANALYZE people_person, people_membership")
    return total


def _reserve(sequence: str, many: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(%s, nextval(%s) + %s) - %s", [sequence, sequence, many, many])
        return int(cursor.fetchone()[0])


def _persons(groups: Sequence[Group], first: int) -> Iterator[tuple[object, ...]]:
    number = first
    for unit, _school, _path, heads in groups:
        start = int(drawn(unit, 900) * 4800)
        for place in range(heads):
            yield number, person_name(start + place)
            number += 1


def _memberships(groups: Sequence[Group], first: int, since: date) -> Iterator[tuple[object, ...]]:
    number = first
    for unit, school, path, heads in groups:
        for place in range(1, heads + 1):
            yield number, unit, school, path, f"{place:02d}", phone(number), since, OPEN_END
            number += 1
