"""One PostgreSQL for the whole run, one database for each worker."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import psycopg
import pytest
from django.conf import settings
from django.db import connection

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


@pytest.fixture(autouse=True)
def _forget_what_was_cached() -> Iterator[None]:
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
