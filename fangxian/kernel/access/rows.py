"""Who may see the rows of a table: declared with each model, kept as a policy in PostgreSQL.

A model says `rows = by_path()` or whatever fits; after each migration the owner makes the
policies so (`apply`). A test fails on a table that says nothing. The conditions compare a column
with settings and ask no other table where rows are many.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

import psycopg
from psycopg import sql

from fangxian.kernel.access.rowscope import ALL, HIGH, LOW, MORE, USER

POLICY = "in_scope"
#: in a condition, the name of the table that it is about: inside a subquery a bare column would
#: be one of the other table
ITSELF = "{itself}"
ALL_RIGHTS = "SELECT, INSERT, UPDATE, DELETE"
# Every setting is asked once a statement, not once a row. The planner does not know what it is,
# and takes this first part for as likely as not: so it never believes that rows are few.
WHOLE = f"(SELECT current_setting('{ALL}', true) = 'on')"


@dataclass(frozen=True)
class Rows:
    """A policy. `using` is the condition on a row that is seen, changed or removed; `check` on
    one that is added or what a changed one becomes. Without `using` the table is open to who
    serves people, for the reason given. `web` and `worker` are the rights granted to the two
    database roles; a table that declares nothing is granted to nobody.
    """

    using: str = ""
    check: str = ""
    reason: str = ""
    web: str = ALL_RIGHTS
    worker: str = ALL_RIGHTS

    def __or__(self, other: Rows) -> Rows:
        """Seen where either holds."""
        return Rows(f"({self.using} OR {other.using})", f"({self.check} OR {other.check})")


def _setting(name: str, kind: str = "text") -> str:
    """A setting, asked once a statement; NULL where it says nothing, which compares as false."""
    return f"(SELECT nullif(current_setting('{name}', true), '')::{kind})"


def _inside(column: str) -> str:
    return (
        f"({column} >= {_setting(LOW)} AND {column} < {_setting(HIGH)}"
        f" OR {column} ~ {_setting(MORE)})"
    )


def by_path(*columns: str) -> Rows:
    """Rows of a place within the scope; with several columns, any of the places."""
    condition = f"({' OR '.join(_inside(column) for column in columns or ('path',))})"
    return Rows(condition, condition)


def by_unit(column: str = "unit_id") -> Rows:
    """Rows of a unit that stands, or ever stood, within the scope: for small tables only."""
    condition = (
        f"EXISTS (SELECT FROM public.units_unitversion v "
        f"WHERE v.unit_id = {ITSELF}.{column} AND {_inside('v.path')})"
    )
    return Rows(condition, condition)


def above_one() -> Rows:
    """Rows of a whole school for who works in one of its groups: what is of nobody. Read only."""
    condition = f"starts_with({_setting(LOW)}, path)"
    return Rows(condition, "false")


def through(table: str, column: str, to: str = "id") -> Rows:
    """Rows to which a row of another table, whose own policy holds, belongs by `column`.

    They are seen and changed, but none is added or moved elsewhere on this ground alone.
    """
    condition = f"EXISTS (SELECT FROM public.{table} x WHERE x.{column} = {ITSELF}.{to})"
    return Rows(condition, "false")


def own(column: str = "user_id") -> Rows:
    """Rows that belong to the person who looks."""
    condition = f"{column} = {_setting(USER, 'bigint')}"
    return Rows(condition, condition)


def added_by_all(rows: Rows) -> Rows:
    """Anyone may add a row; only who is in its scope sees it afterwards."""
    return replace(rows, check="true")


def only(rows: Rows, rights: str) -> Rows:
    """With just these rights for both roles."""
    return replace(rows, web=rights, worker=rights)


def open_rows(reason: str, *, web: str = ALL_RIGHTS, worker: str = ALL_RIGHTS) -> Rows:
    """No policy, and why: what stands here is public, or is needed before it is known who asks."""
    return Rows(reason=reason, web=web, worker=worker)


def _mark(rows: Rows) -> str | None:
    """By what a policy is known again; None where there is none."""
    if not rows.using:
        return None
    return hashlib.sha256(f"{WHOLE}\n{rows.using}\n{rows.check}".encode()).hexdigest()[:16]


PRESENT = """
SELECT c.relname, CASE WHEN c.relrowsecurity THEN obj_description(p.oid, 'pg_policy') END
FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid AND p.polname = %s
WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY(%s)
"""


def apply(connection: psycopg.Connection, wanted: Mapping[str, Rows]) -> list[str]:
    """As the owner, make the policies of these tables as they are declared; what was changed.

    A policy that is already so is left alone: changing one waits for whoever reads the table.
    """
    present: dict[str, str | None] = dict(
        connection.execute(PRESENT, [POLICY, list(wanted)]).fetchall()
    )
    changed = [name for name in sorted(present) if present[name] != _mark(wanted[name])]
    for name in changed:
        _replace(connection, name, wanted[name])
    return changed


def _replace(connection: psycopg.Connection, name: str, rows: Rows) -> None:
    policy, table = sql.Identifier(POLICY), sql.Identifier("public", name)
    connection.execute(sql.SQL("DROP POLICY IF EXISTS {} ON {}").format(policy, table))
    onoff = sql.SQL("ENABLE" if rows.using else "DISABLE")
    connection.execute(sql.SQL("ALTER TABLE {} {} ROW LEVEL SECURITY").format(table, onoff))
    if not rows.using:
        return
    create = sql.SQL("CREATE POLICY {} ON {} USING ({}) WITH CHECK ({})")
    said = (part.replace(ITSELF, name) for part in (rows.using, rows.check))
    conditions = (sql.SQL(f"{WHOLE} OR {part}") for part in said)
    connection.execute(create.format(policy, table, *conditions))
    comment = sql.SQL("COMMENT ON POLICY {} ON {} IS {}")
    connection.execute(comment.format(policy, table, sql.Literal(_mark(rows))))
