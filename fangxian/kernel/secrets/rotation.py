"""Sealing everything anew with today's key, piece by piece, while all the rest goes on.

Each piece is a transaction together with how far it is, so that a broken-off rotation goes on
where it was. A value that somebody changed meanwhile is left as they sealed it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.apps import apps
from django.db import connection, transaction
from psycopg import sql

from fangxian.kernel.secrets.fields import SealedField
from fangxian.kernel.secrets.keyring import ring
from fangxian.kernel.secrets.models import Resealing
from fangxian.kernel.secrets.sealing import Unopenable, number_of, resealed

PIECE: Final = 2_000
# The number of the key in what is sealed: see `sealing`.
NUMBER: Final = "get_byte({column}, 1) * 256 + get_byte({column}, 2)"
Tell = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Column:
    """A column of sealed values, and the column they are bound to."""

    table: str
    column: str
    key: str
    bound: str

    @property
    def label(self) -> str:
        return f"{self.table}.{self.column}"

    def names(self) -> dict[str, sql.Composable]:
        """As parts of a statement."""
        column = sql.Identifier(self.column)
        return {"table": sql.Identifier(self.table), "column": column,
                "id": sql.Identifier(self.key), "bound": sql.Identifier(self.bound),
                "number": sql.SQL(NUMBER).format(column=column)}  # fmt: skip


@dataclass(frozen=True)
class Tally:
    """What came of sealing a field anew; `unopened` values could not be opened and stay."""

    done: int
    unopened: int


def columns() -> Iterator[Column]:
    """Every column of every table that holds sealed values."""
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, SealedField):
                key: Any = model._meta.pk
                bound = key if field.bound_to == "pk" else _attribute(model, field)
                yield Column(model._meta.db_table, str(field.column), key.column, bound.column)


def _attribute(model: Any, field: SealedField) -> Any:
    return next(one for one in model._meta.local_fields if one.attname == field.bound_to)


def used_numbers() -> dict[str, dict[int, int]]:
    """For each column how many values which key has sealed; reads all of them."""
    return {one.label: dict(_run("SELECT {number}, count(*) FROM {table} "
                                 "WHERE {column} IS NOT NULL GROUP BY 1", one))
            for one in columns()}  # fmt: skip


def reseal_all(*, at: datetime, tell: Tell = lambda *_: None) -> dict[str, Tally]:
    """Seal every value anew that another key than today's has sealed; may be broken off."""
    return {one.label: reseal(one, at=at, tell=tell) for one in columns()}


def reseal(column: Column, *, at: datetime, tell: Tell = lambda *_: None) -> Tally:
    """The same for one column."""
    number = ring(anew=True).writes
    state = _begun(column, number, at)
    unopened = 0
    while True:
        piece, left = _next(column, state)
        if not piece:
            return Tally(state.done, unopened)
        unopened += left
        tell(column.label, state.done, state.total)


def _begun(column: Column, number: int, at: datetime) -> Resealing:
    """Where it was broken off; from the start for a new key, or once it was at the end."""
    found = Resealing.objects.filter(field=column.label, number=number).first()
    if found is not None and found.done < found.total:
        return found
    ((total,),) = _run("SELECT count(*) FROM {table} WHERE {column} IS NOT NULL "
                       "AND {number} <> %(now)s", column, now=number)  # fmt: skip
    state = Resealing(field=column.label, number=number, total=total, at=at)
    state.save()
    return state


@transaction.atomic
def _next(column: Column, state: Resealing) -> tuple[int, int]:
    """One piece: how many values were looked at, and how many of these could not be opened."""
    rows = _run(
        "SELECT {id}, {bound}, {column} FROM {table} WHERE {id} > %(after)s "
        "AND {column} IS NOT NULL AND {number} <> %(now)s ORDER BY {id} LIMIT %(most)s",
        column, after=state.last_id, now=state.number, most=PIECE,
    )  # fmt: skip
    if not rows:
        return 0, 0
    made: list[tuple[int, bytes, bytes]] = []
    for key, bound, sealed in rows:
        try:
            made.append((key, bytes(sealed), resealed(bytes(sealed), column.label, bound)))
        except Unopenable:
            continue
    ids, old, new = (list(part) for part in zip(*made, strict=True)) if made else ([], [], [])
    _run(
        "UPDATE {table} t SET {column} = v.new FROM unnest(%(ids)s::bigint[], %(old)s::bytea[], "
        "%(new)s::bytea[]) v (id, old, new) WHERE t.{id} = v.id AND t.{column} = v.old",
        column, ids=ids, old=old, new=new,
    )  # fmt: skip
    state.last_id, state.done = rows[-1][0], state.done + len(rows)
    state.save(update_fields=["last_id", "done"])
    return len(rows), len(rows) - len(made)


def _run(text: str, column: Column, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(text).format(**column.names()), values)
        return cursor.fetchall() if cursor.description else []


def staged_numbers() -> set[int]:
    """The keys that tables of imports under way were sealed with: these are not sealed anew."""
    found: set[int] = set()
    with connection.cursor() as cursor:
        cursor.execute(STAGED)
        for table, column in cursor.fetchall():
            query = sql.SQL("SELECT {column} FROM {table} WHERE {column} IS NOT NULL "
                            "AND get_byte({column}, 0) IN (1, 2) LIMIT 1")  # fmt: skip
            cursor.execute(query.format(table=sql.Identifier(table), column=sql.Identifier(column)))
            found |= {number_of(bytes(row[0])) for row in cursor.fetchall()}
    return found


STAGED: Final = """
SELECT c.relname, a.attname FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.atttypid = 'bytea'::regtype AND a.attnum > 0
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relpersistence = 'u'
  AND a.attname LIKE 'sealed%'
"""
