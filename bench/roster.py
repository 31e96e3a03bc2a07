"""A roster of the whole province: everybody of every group, drawn by the database itself."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import date
from typing import Final

from bench.accounts import Connection

SURNAMES: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡"
    "余杜叶程苏魏吕丁任卢姚沈钟姜崔谭陆汪范金石廖贾夏韦傅方白邹孟熊秦邱江尹薛闫段雷侯"
    "龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
GIVEN: Final = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红玲飞鹏辉建国志海波宇浩然子"
    "轩梓涵欣怡雨佳俊豪思诗雅婷晨阳博文天佑嘉乐一诺依可馨语嫣铭泽瑞雪梅兰竹菊春夏秋冬"
    "云星月山川江河"
)
TABLES: Final = ("people_person", "people_guardian", "people_membership")
# Everybody of a group, numbered on from group to group; `h` is a number as good as drawn.
EVERYBODY: Final = """
FROM (SELECT v.unit_id, v.school_id, v.path, s.path AS school_path, u.population, u.headcount,
             split_part(v.code, '-', 2) AS ending, coalesce(v.grade, 1) AS grade,
             sum(u.headcount) OVER (ORDER BY v.path) - u.headcount AS before
      FROM units_unitversion v JOIN units_unit u ON u.id = v.unit_id
      JOIN units_unitversion s ON s.unit_id = v.school_id AND s.valid_from <= %(day)s
       AND s.valid_to > %(day)s
      WHERE v.kind = 'group' AND v.valid_from <= %(day)s AND v.valid_to > %(day)s
        AND u.headcount > 0) g
CROSS JOIN LATERAL generate_series(1, g.headcount) AS n
CROSS JOIN LATERAL (SELECT g.before + n AS id) i
CROSS JOIN LATERAL (SELECT abs(hashint8(i.id)::bigint) AS h) d
"""
# Three surnames in ten people bear one of the five commonest.
NAME: Final = """
substr(%(surnames)s, 1 + (CASE WHEN d.h %% 10 < 3 THEN d.h / 10 %% 5
                               ELSE d.h / 10 %% length(%(surnames)s) END)::int, 1)
|| substr(%(given)s, 1 + (d.h / 1000 %% length(%(given)s))::int, 1)
|| CASE WHEN d.h %% 7 < 5
        THEN substr(%(given)s, 1 + (d.h / 77000 %% length(%(given)s))::int, 1) ELSE '' END
"""
PERSONS: Final = f"""
INSERT INTO people_person (id, school_id, path, kind, name, number, id_kind, id_number, phone,
                           born, sex, created_at, updated_at)
SELECT i.id, g.school_id, g.school_path,
       CASE g.population WHEN 'students' THEN 'student' WHEN 'staff' THEN 'staff'
            ELSE 'contractor' END,
       {NAME}, g.ending || lpad(n::text, 3, '0'), 'id_card',
       '9' || lpad((i.id / 1000 %% 100000)::text, 5, '0')
           || to_char(date '1990-01-01' + (d.h %% 10000)::int, 'YYYYMMDD')
           || lpad((i.id %% 1000)::text, 3, '0') || 'X',
       CASE WHEN g.population = 'students' THEN '' ELSE '1' || lpad(
            (i.id * 7919 %% 10000000000)::text, 10, '0') END,
       date '1990-01-01' + (d.h %% 10000)::int,
       CASE WHEN d.h %% 2 = 0 THEN 'female' ELSE 'male' END,
       %(day)s, %(day)s
{EVERYBODY}
"""  # noqa: S608 (nothing but our own words is put together)
MEMBERSHIPS: Final = f"""
INSERT INTO people_membership (person_id, group_id, school_id, path, valid_from, valid_to)
SELECT i.id, g.unit_id, g.school_id, g.path, %(day)s, date '9999-12-31'
{EVERYBODY}
"""  # noqa: S608
GUARDIANS: Final = f"""
INSERT INTO people_guardian (person_id, school_id, path, relation, name, phone, position)
SELECT i.id, g.school_id, g.school_path, 'mother', '', '1' || lpad(
       (i.id * 104729 %% 10000000000)::text, 10, '0'), 1
{EVERYBODY} WHERE g.population = 'students'
"""  # noqa: S608
PEOPLE_HERE: Final = "SELECT count(*) FROM people_person WHERE %(day)s::date IS NOT NULL"
PEOPLE_DUE: Final = """
SELECT sum(u.headcount) FROM units_unitversion v JOIN units_unit u ON u.id = v.unit_id
WHERE v.kind = 'group' AND v.valid_from <= %(day)s AND v.valid_to > %(day)s AND u.headcount > 0
"""
INDEXES: Final = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid), pg_get_constraintdef(c.oid),
       c.conname, conrelid::regclass::text
FROM pg_index x LEFT JOIN pg_constraint c ON c.conindid = x.indexrelid
WHERE x.indrelid = %s::regclass
"""


def build(connection: Connection, day: date, say: Callable[[str], None]) -> int:
    """Give every group of the tree its people; how many. Who was there before is gone, unless
    it is just as many already.

    The indexes are taken away and made again: for so many rows that is several times as quick.
    """
    begun = time.monotonic()
    here, due = (_count(connection, what, day) for what in (PEOPLE_HERE, PEOPLE_DUE))
    if here == due:
        return here
    connection.execute("SET synchronous_commit = off")
    connection.execute("SET maintenance_work_mem = '512MB'")
    connection.execute(f"TRUNCATE {', '.join(TABLES)}, people_cohortmembership, people_transfer")
    again = [statement for table in TABLES for statement in _without_indexes(connection, table)]
    values = {"day": day, "surnames": SURNAMES, "given": GIVEN}
    for name, statement in (("people", PERSONS), ("memberships", MEMBERSHIPS),
                            ("guardians", GUARDIANS)):  # fmt: skip
        count = connection.execute(statement, values).rowcount
        say(f"  {count:,} {name}: {time.monotonic() - begun:.0f} s")
    for statement in again:
        connection.execute(statement)
    say(f"  indexes: {time.monotonic() - begun:.0f} s")
    for table in TABLES:
        connection.execute(f"VACUUM (ANALYZE) {table}")
    connection.execute("SELECT setval('people_person_id_seq', (SELECT max(id) FROM people_person))")
    say(f"  vacuumed: {time.monotonic() - begun:.0f} s")
    return due


def _count(connection: Connection, statement: str, day: date) -> int:
    row = connection.execute(statement, {"day": day}).fetchone()
    return int(row[0]) if row else 0


def _without_indexes(connection: Connection, table: str) -> list[str]:
    """Take a table's indexes away; the statements that make them again."""
    again = []
    for index, definition, constraint, name, _table in connection.execute(
        INDEXES, (table,)
    ).fetchall():
        if name is None:
            again.append(definition)
            connection.execute(f"DROP INDEX {index}")
        else:
            again.append(f"ALTER TABLE {table} ADD CONSTRAINT {name} {constraint}")
            connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    return again


def sizes(connection: Connection) -> str:
    """What the tables and their indexes take on disk."""
    parts = []
    for table in TABLES:
        row = connection.execute(
            "SELECT pg_table_size(%s), pg_indexes_size(%s)", (table, table)
        ).fetchone()
        rows, indexes = (round(value / 2**20) for value in row) if row else (0, 0)
        parts.append(f"{re.sub('^people_', '', table)} {rows:,} + {indexes:,}")
    return "MiB of rows + indexes: " + ", ".join(parts)
