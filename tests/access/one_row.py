"""One row in every table that has a policy, of a place and a person, whatever the table is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from psycopg import sql

from fangxian.console import tables
from fangxian.kernel.partitions import ensure_day

GUARDED = sorted(name for name, rows in tables.declared().items() if rows.using)

CONSTRAINTS = """
SELECT conname FROM pg_constraint
WHERE conrelid = %s::regclass AND contype IN ('c', 'f', 'x') AND conislocal AND conparentid = 0"""
TRIGGERS = "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal"
COLUMNS = """
SELECT attname, format_type(atttypid, atttypmod), attnotnull, atthasdef OR attidentity <> ''
FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"""
VALUES: dict[str, Any] = {
    "bigint": 1,
    "integer": 1,
    "smallint": 1,
    "boolean": False,
    "bytea": b"x",
    "inet": "192.0.2.1",
    "jsonb": "{}",
    "uuid": "00000000-0000-0000-0000-000000000001",
}


@dataclass(frozen=True)
class Whose:
    """Where the row belongs."""

    path: str
    unit_id: int
    user_id: int
    day: date
    at: datetime


def insert(table: str, whose: Whose) -> None:
    """As the owner, put one row into a table; its constraints go, with the test's transaction."""
    ensure_day(whose.day)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(TRIGGERS, [table])
        if cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(CONSTRAINTS, [table])
        for (name,) in cursor.fetchall():
            cursor.execute(
                sql.SQL("ALTER TABLE {} DROP CONSTRAINT {} CASCADE").format(
                    sql.Identifier(table), sql.Identifier(name)
                )
            )
        cursor.execute(COLUMNS, [table])
        values = dict(_values(cursor.fetchall(), whose))
        cursor.execute(
            sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE VALUES ({})").format(
                sql.Identifier(table),
                sql.SQL(", ").join(map(sql.Identifier, values)),
                sql.SQL(", ").join([sql.Placeholder()] * len(values)),
            ),
            list(values.values()),
        )


def _values(columns: list[Any], whose: Whose) -> Iterator[tuple[str, Any]]:
    known = {"unit_id": whose.unit_id, "user_id": whose.user_id, "by_id": whose.user_id}
    for name, kind, needed, has_default in columns:
        if name == "path" or name.endswith("_path"):
            yield name, whose.path
        elif name in known:
            yield name, known[name]
        elif name == "id" or (needed and not has_default):
            yield name, _of_type(kind, whose)


def _of_type(kind: str, whose: Whose) -> Any:
    if kind.endswith("[]"):
        return []
    if kind == "date":
        return whose.day
    if kind.startswith("timestamp"):
        return whose.at
    if kind.startswith("time"):
        return "08:00"
    if kind.startswith("numeric"):
        return 1
    return VALUES.get(kind, "x")
