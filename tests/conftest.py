"""One PostgreSQL for the whole run, one database for each worker."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections
from django.utils import translation

from fangxian.config.database import Login, from_url, login
from fangxian.config.environment import DatabaseRole
from fangxian.console import postgres, roles
from fangxian.kernel import clock, partitions

pytest_plugins = ["tests.cast"]

# Nothing here outlives the run, so nothing need survive a power cut.
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@pytest.fixture(scope="session")
def database_server() -> Iterator[None]:
    """The server: the one FANGXIAN_DATABASE_URL names, else an embedded one of this run."""
    environment = settings.FANGXIAN
    with ExitStack() as stack:
        if environment.embedded:
            running = postgres.running(environment.home, options=CARELESS)
            server = stack.enter_context(running)
            roles.prepare(environment, server)
            _let_owner_play_all_roles(server.connect())
        else:
            roles.prepare(environment, None)
            _let_owner_play_all_roles(roles.connect(from_url(environment.database_url)))
        yield


def _let_owner_play_all_roles(connection: psycopg.Connection) -> None:
    owner = login(settings.FANGXIAN, DatabaseRole.OWNER).user
    with connection, connection.transaction():
        # The workers of a run come here at the same time.
        connection.execute("SELECT pg_advisory_xact_lock(1)")
        if settings.FANGXIAN.embedded:
            connection.execute(f'ALTER ROLE "{owner}" CREATEDB')
        for role in roles.SERVING:
            served = login(settings.FANGXIAN, role).user
            connection.execute(f'GRANT "{served}" TO "{owner}"')


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    database_server: None, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """Have the server before pytest-django makes its database; a port is known only now."""
    to = login(settings.FANGXIAN, DatabaseRole.OWNER)
    connection.settings_dict.update(HOST=to.host, PORT=to.port)


LEFTOVERS = """
SELECT pid, usename, application_name, state, query FROM pg_stat_activity
WHERE datname = %s AND backend_type = 'client backend' AND pid <> pg_backend_pid()"""
PARTING_SECONDS = 10


class LeftBehind(Exception):
    """A session outlived the tests: a thread or a child process that nobody ended."""


#: the files of imports lie in one folder for all workers of a run: their numbers must differ
APART = "SELECT setval('intake_intake_id_seq', %s)"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, worker_id: str) -> Iterator[None]:
    """Before the database goes, name whoever still uses it, and end them."""
    connection.creation._destroy_test_db = _drop  # type: ignore[attr-defined]
    with roles.connect(replace(_owner(), name=connection.settings_dict["NAME"])) as own:
        own.execute(APART, [1 + 1_000_000 * int(worker_id.removeprefix("gw").strip("master") or 0)])
    yield
    connections.close_all()
    with roles.connect(replace(_owner(), name="postgres")) as server:
        left = _left_behind(server, connection.settings_dict["NAME"])
        for pid, *_words in left:
            server.execute("SELECT pg_terminate_backend(%s)", [pid])
    if left:
        raise LeftBehind("; ".join(" | ".join(map(str, session)) for session in left))


def _owner() -> Login:
    return login(settings.FANGXIAN, DatabaseRole.OWNER)


def _left_behind(server: psycopg.Connection, database: str) -> list[tuple[object, ...]]:
    """Who is still there once those on their way out have had their time."""
    deadline = time.monotonic() + PARTING_SECONDS
    while left := server.execute(LEFTOVERS, [database]).fetchall():
        if time.monotonic() > deadline:
            break
        time.sleep(0.1)
    return left


def _drop(database: str, verbosity: int) -> None:
    """Drop the database; PostgreSQL sends its own cleaners away, which may take a moment."""
    deadline = time.monotonic() + PARTING_SECONDS
    with roles.connect(replace(_owner(), name="postgres")) as server:
        while True:
            try:
                server.execute(f'DROP DATABASE "{database}"')
                return
            except psycopg.errors.ObjectInUse:
                if time.monotonic() > deadline:
                    raise


@pytest.fixture(autouse=True)
def _forget_what_was_cached() -> Iterator[None]:
    translation.activate(settings.LANGUAGE_CODE)  # a request leaves its own behind
    yield
    partitions.forget()
    clock.forget()


def _serving_login(role: DatabaseRole) -> Login:
    return replace(login(settings.FANGXIAN, role), name=connection.settings_dict["NAME"])


@pytest.fixture
def web_role(transactional_db: None) -> Iterator[psycopg.Connection]:
    """A connection of its own with the rights of the web server."""
    with roles.connect(_serving_login(DatabaseRole.WEB)) as web:
        yield web


@pytest.fixture
def as_web(db: None) -> None:
    """For the rest of the test, Django's own connection has only the web server's rights."""
    user = login(settings.FANGXIAN, DatabaseRole.WEB).user
    with connection.cursor() as cursor:
        cursor.execute(f'SET LOCAL ROLE "{user}"')
