"""The tables of one import: made, filled, counted and dropped."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from django.db import connection
from psycopg import sql

from fangxian.kernel.intake.rules import Outcome

if TYPE_CHECKING:
    import polars as pl

ROW: Final = "intake_row"
ORDER: Final = "line"


def open_tables(intake_id: int, *patterns: str) -> None:
    """Make the import's tables anew, empty."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT intake_open(%s, %s)", [intake_id, [ROW, *patterns]])


def close_tables(intake_id: int) -> None:
    """Drop the import's tables."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT intake_close(%s)", [intake_id])


def analyze(intake_id: int) -> None:
    """Let the planner know how many rows there are and of what kinds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT intake_analyze(%s)", [intake_id])


def fill(frame: pl.DataFrame, into: sql.Identifier) -> None:
    """Put a piece of the file into a table of the import, columns by name."""
    columns = sql.SQL(", ").join(map(sql.Identifier, frame.columns))
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv, NULL '\\N')").format(into, columns)
    text = frame.write_csv(include_header=False, quote_style="non_numeric", null_value="\\N")
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(text)


def judged(intake_id: int, rows: Iterable[Sequence[object]]) -> None:
    """Keep what rows come to, each (line, outcome, target, reasons)."""
    with connection.cursor() as cursor:
        statement = sql.SQL("COPY {} (line, outcome, target, reasons) FROM STDIN")
        with cursor.copy(statement.format(_row(intake_id))) as copy:
            for row in rows:
                copy.write_row(row)


def all_said(intake_id: int, lines: Sequence[int] | None = None) -> list[tuple[int, Any, str]]:
    """What rows say, with their faults; all of them, or some lines."""
    query = sql.SQL("SELECT line, said::text, wrong FROM {} {} ORDER BY line").format(
        sql.Identifier(f"intake_said_{intake_id}"),
        sql.SQL("" if lines is None else "WHERE line = ANY(%s)"),
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [] if lines is None else [list(lines)])
        return [(line, json.loads(what), wrong) for line, what, wrong in cursor.fetchall()]


def counts(intake_id: int) -> dict[str, int]:
    """How many rows come to what; every outcome is there."""
    query = sql.SQL("SELECT outcome, count(*) FROM {} GROUP BY outcome").format(_row(intake_id))
    with connection.cursor() as cursor:
        cursor.execute(query)
        found = dict(cursor.fetchall())
    return {outcome.value: found.get(outcome.value, 0) for outcome in Outcome}


def page(
    intake_id: int, outcome: str, *, first: int, most: int
) -> list[tuple[int, str, int | None, str]]:
    """Some rows of an outcome (line, outcome, target, reasons) in the order of the file."""
    query = sql.SQL(
        "SELECT line, outcome, target, reasons FROM {} {} ORDER BY line LIMIT %s OFFSET %s"
    ).format(_row(intake_id), sql.SQL("WHERE outcome = %s" if outcome else ""))
    with connection.cursor() as cursor:
        cursor.execute(query, [*([outcome] if outcome else []), most, first])
        return list(cursor.fetchall())


def wrong_lines(intake_id: int) -> dict[int, str]:
    """The reasons of every wrong row."""
    query = sql.SQL("SELECT line, reasons FROM {} WHERE outcome = 'wrong' ORDER BY line")
    with connection.cursor() as cursor:
        cursor.execute(query.format(_row(intake_id)))
        return dict(cursor.fetchall())


def common_reasons(intake_id: int, most: int = 8) -> list[tuple[str, int]]:
    """The most frequent reasons, as (code and column, rows)."""
    query = sql.SQL(
        "SELECT one, count(*) FROM (SELECT regexp_replace(one, '[^\x1f]*$', '') AS one "
        "FROM {} r, string_to_table(r.reasons, E'\\n') one WHERE outcome = 'wrong') x "
        "GROUP BY one ORDER BY count(*) DESC, one LIMIT %s"
    ).format(_row(intake_id))
    with connection.cursor() as cursor:
        cursor.execute(query, [most])
        return list(cursor.fetchall())


def are_there(intake_id: int) -> bool:
    """Whether the rows are still there: a server that died has emptied unlogged tables."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [f"public.intake_row_{intake_id}"])
        if cursor.fetchone() == (None,):
            return False
        cursor.execute(sql.SQL("SELECT EXISTS (SELECT FROM {})").format(_row(intake_id)))
        found: tuple[bool] | None = cursor.fetchone()
        return found == (True,)


def _row(intake_id: int) -> sql.Identifier:
    return sql.Identifier(f"{ROW}_{intake_id}")
