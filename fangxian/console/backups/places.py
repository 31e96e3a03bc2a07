"""Databases beside the one that serves: to restore into, to compare, to put in its place."""

from __future__ import annotations

import fcntl
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import psycopg
from psycopg import sql

from fangxian.config.database import Login, direct_login
from fangxian.config.environment import BadSetting, DatabaseRole, Environment
from fangxian.console.postgres import SUPERUSER, Server
from fangxian.console.roles import connect

PATIENCE_SECONDS = 30
MAINTENANCE = "postgres"
LOCALE = "SELECT datcollate, datctype, datlocprovider FROM pg_database WHERE datname = %s"
OTHERS = """
SELECT DISTINCT application_name FROM pg_stat_activity
WHERE datname = %s AND backend_type = 'client backend' AND pid <> pg_backend_pid()"""


@contextmanager
def administered(environment: Environment) -> Iterator[psycopg.Connection]:
    """A connection that may make databases: the superuser's where the server is ours."""
    if environment.embedded:
        with Server(environment.home).connect(SUPERUSER) as connection:
            yield connection
        return
    owner = replace(direct_login(environment, DatabaseRole.OWNER), name=MAINTENANCE)
    with connect(owner) as connection:
        query = "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
        if connection.execute(query).fetchone() != (True,):
            raise BadSetting(
                "the owner of the database may not make another beside it, which a restore and "
                f'a proof need: run ALTER ROLE "{owner.user}" CREATEDB'
            )
        yield connection


def beside(connection: psycopg.Connection, owner: Login, suffix: str) -> Login:
    """Make an empty database of the same kind, owned by the same."""
    made = replace(owner, name=f"{owner.name}_{suffix}_{secrets.token_hex(3)}")
    collate, ctype, provider = connection.execute(LOCALE, [owner.name]).fetchone() or ("C",) * 3
    words = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'")
    locale = sql.SQL(" LC_COLLATE {} LC_CTYPE {}").format(sql.Literal(collate), sql.Literal(ctype))
    create = words.format(sql.Identifier(made.name), sql.Identifier(owner.user))
    connection.execute(create + locale if provider == "c" else create)
    connection.execute(_on("REVOKE ALL ON DATABASE {} FROM PUBLIC", made.name))
    return made


def drop(connection: psycopg.Connection, name: str) -> None:
    """Remove a database of ours."""
    _once_left(connection, _on("DROP DATABASE IF EXISTS {}", name))


def put_in_place(connection: psycopg.Connection, new: str, place: str) -> str:
    """Let the new database bear the name that is served; the old one's name from now on."""
    old = f"{place}_before_{secrets.token_hex(3)}"
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    _once_left(connection, rename.format(sql.Identifier(place), sql.Identifier(old)))
    _once_left(connection, rename.format(sql.Identifier(new), sql.Identifier(place)))
    return old


def _once_left(connection: psycopg.Connection, statement: sql.Composed) -> None:
    """As soon as sessions that have just ended, and PostgreSQL's own cleaners, are gone."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            connection.execute(statement)
            return
        except psycopg.errors.ObjectInUse:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


@contextmanager
def nobody_else(environment: Environment, connection: psycopg.Connection) -> Iterator[None]:
    """While this lasts, Fangxian does not run from here, and nobody is in the database."""
    path = environment.home / "run" / "up.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BadSetting("Fangxian is running: end it first, then restore") from None
        found = connection.execute(OTHERS, [environment.database_name]).fetchall()
        if found:
            names = ", ".join(sorted(str(name) or "someone" for (name,) in found))
            raise BadSetting(f"the database is in use by {names}: end that first, then restore")
        yield


def holds_data(owner: Login) -> str:
    """What a restore would replace, in words; nothing where the database is as good as empty."""
    with connect(owner) as connection:
        words = []
        for table in ("units_unit", "accounts_user"):
            if connection.execute("SELECT to_regclass(%s)", [f"public.{table}"]).fetchone() == (
                None,
            ):
                continue
            count = connection.execute(_on("SELECT count(*) FROM {}", table)).fetchone()
            if count and count[0]:
                words.append(f"{count[0]} {table.split('_', 1)[1]}s")
    return " and ".join(words)


def _on(statement: str, name: str) -> sql.Composed:
    return sql.SQL(statement).format(sql.Identifier(name))
