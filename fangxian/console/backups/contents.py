"""What a database holds, table by table: how many rows, and a checksum over all of them.

The same for two databases that hold the same, in whatever order their rows lie. Tables that
only serve work in progress (UNLOGGED) do not count: a backup leaves their rows out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from queue import SimpleQueue

import psycopg
from psycopg import sql

from fangxian.config.database import Login
from fangxian.console.roles import connect

TABLES = """
SELECT n.nspname, c.relname, pg_table_size(c.oid)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence = 'p'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
ORDER BY 3 DESC, 1, 2"""
# A row as text must read the same whatever the session likes best.
PLAIN = """
SELECT set_config('datestyle', 'ISO, YMD', true), set_config('intervalstyle', 'postgres', true),
       set_config('timezone', 'UTC', true), set_config('bytea_output', 'hex', true),
       set_config('extra_float_digits', '1', true), set_config('statement_timeout', '0', true)"""
ROWS = "SELECT count(*), COALESCE(sum(hashtextextended(t::text, 0)), 0)::text FROM ONLY {} AS t"


@dataclass(frozen=True)
class Table:
    """One table: its rows, the sum of their hashes, and its size on disk in bytes."""

    rows: int
    checksum: str
    size: int


@contextmanager
def snapshot(to: Login) -> Iterator[tuple[psycopg.Connection, str]]:
    """A moment of the database that stays as it is; its name, by which others see the same."""
    with connect(to) as connection, connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        name = connection.execute("SELECT pg_export_snapshot()").fetchone()
        yield connection, str(name[0] if name else "")


def sizes(connection: psycopg.Connection) -> dict[str, int]:
    """Every table with its size in bytes, the largest first."""
    return {f"{schema}.{name}": size for schema, name, size in connection.execute(TABLES)}


def read(
    to: Login, *, moment: str, jobs: int, tell: Callable[[str], None] = lambda name: None
) -> dict[str, Table]:
    """Count and sum up every table at that moment; `tell` hears each table that is done."""
    with connect(to) as connection:
        known = sizes(connection)
    waiting: SimpleQueue[str | None] = SimpleQueue()
    for name in [*known, *[None] * jobs]:
        waiting.put(name)

    def work() -> list[tuple[str, Table]]:
        with connect(to) as connection, connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            connection.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(sql.Literal(moment)))
            connection.execute(PLAIN)
            return list(_summed(connection, iter(waiting.get, None), known, tell))

    with ThreadPoolExecutor(jobs) as pool:
        running = [pool.submit(work) for _ in range(jobs)]
        found = dict(pair for one in running for pair in one.result())
    return dict(sorted(found.items()))


def _summed(
    connection: psycopg.Connection,
    names: Iterable[str | None],
    known: dict[str, int],
    tell: Callable[[str], None],
) -> Iterator[tuple[str, Table]]:
    for name in names:
        assert name is not None  # noqa: S101 (the end is not among them)
        table = sql.Identifier(*name.split(".", 1))
        rows, checksum = connection.execute(sql.SQL(ROWS).format(table)).fetchone() or (0, "0")
        tell(name)
        yield name, Table(rows, checksum, known[name])


def differences(wanted: dict[str, Table], found: dict[str, Table]) -> list[str]:
    """What is not the same, in words; nothing where both hold the same."""
    lines = [f"{name} is missing" for name in sorted(wanted.keys() - found.keys())]
    lines += [f"{name} is too much" for name in sorted(found.keys() - wanted.keys())]
    for name in sorted(wanted.keys() & found.keys()):
        had, has = wanted[name], found[name]
        if had.rows != has.rows:
            lines.append(f"{name} has {has.rows} rows instead of {had.rows}")
        elif had.checksum != has.checksum:
            lines.append(f"{name} has other rows")
    return lines
