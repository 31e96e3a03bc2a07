"""The web behind PgBouncer, where one session of the server is handed from one to the next."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections
from django.db.backends.postgresql.base import DatabaseWrapper
from django.test import Client

from fangxian.config.database import Login, direct_login, django_database
from fangxian.config.environment import DatabaseRole
from fangxian.console.privileges import runner_for
from fangxian.console.roles import connect
from fangxian.watch.checks.models import Check
from tests.cast import DAY, build
from tests.checks.test_thin import body, call

pytestmark = [
    pytest.mark.external,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("at_eight"),
]
T = TypeVar("T")
PATIENCE = 20
PORT = 6432
# A pool of one: whatever a session keeps, the next client of it meets. It takes no word at the
# start of a session that it does not know, which is its default.
SETTINGS = """
[databases]
{name} = host={host} port={port} dbname={name}
[pgbouncer]
listen_addr =
unix_socket_dir = {run}
unix_socket_mode = 0777
listen_port = {pool_port}
auth_type = scram-sha-256
auth_file = {run}/users.txt
pool_mode = transaction
default_pool_size = 1
max_client_conn = 50
logfile = {run}/log
"""
# Everything of a session that outlives a transaction.
SESSION = """
SELECT pg_backend_pid(),
       (SELECT count(*) FROM pg_prepared_statements),
       (SELECT count(*) FROM pg_cursors),
       (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()),
       ARRAY(SELECT pg_listening_channels()),
       (SELECT count(*) FROM pg_class WHERE relnamespace = pg_my_temp_schema()),
       (SELECT array_agg(name || '=' || setting ORDER BY name) FROM pg_settings
        WHERE source = 'session'),
       current_user"""


def database_login(role: DatabaseRole) -> Login:
    to = direct_login(settings.FANGXIAN, role)
    return replace(to, name=connection.settings_dict["NAME"], host=_host(), port=_port())


def _host() -> str:
    return str(connection.settings_dict["HOST"])


def _port() -> int:
    return int(connection.settings_dict["PORT"] or 5432)


def url(to: Login, host: str, port: int) -> str:
    words = f"{quote(to.user)}:{quote(to.password)}"
    return f"postgresql://{words}@/{to.name}?host={quote(host)}&port={port}"


@contextmanager
def pgbouncer(run: Path) -> Iterator[None]:
    program = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin")
    assert program, "PgBouncer is missing: run apt-get install pgbouncer"
    web = database_login(DatabaseRole.WEB)
    runner = runner_for(run.parent, Path(program))
    (run / "users.txt").write_text(f'"{web.user}" "{web.password}"\n')
    (run / "pgbouncer.ini").write_text(
        SETTINGS.format(name=web.name, host=web.host, port=web.port, run=run, pool_port=PORT)
    )
    for path in (run, *run.iterdir()):
        runner.own(path)
    process = subprocess.Popen(
        runner.command(program, "--quiet", run / "pgbouncer.ini"), cwd="/", stderr=sys.stderr
    )
    try:
        _await(replace(web, host=str(run), port=PORT), process)
        yield
    finally:
        process.terminate()
        process.wait()


def _await(to: Login, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with connect(to):
                return
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.05)


@dataclass
class Person:
    """A user of the web: one thread, with its own connection to the pool, as the web has."""

    to: dict[str, Any]
    thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))

    def __post_init__(self) -> None:
        self.does(self._connect)

    def does(self, what: Callable[[], T]) -> T:
        return self.thread.submit(what).result(PATIENCE)

    def session(self) -> tuple[object, ...]:
        return self.does(lambda: self._rows(SESSION)[0])

    def runs(self, statement: str) -> None:
        self.does(lambda: self._rows(statement))

    def leaves(self) -> None:
        self.does(connections.close_all)
        self.thread.shutdown()

    def _connect(self) -> None:
        connections["default"] = DatabaseWrapper(connection.settings_dict | self.to, "default")

    @staticmethod
    def _rows(statement: str) -> list[tuple[object, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []


@pytest.fixture
def two(transactional_db: None) -> Iterator[tuple[Person, Person]]:
    """Two users of the web whose connections share one session of the server."""
    with ExitStack() as stack:
        parent = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fx-pool-")))
        parent.chmod(0o711)
        run = parent / "run"
        run.mkdir()
        stack.enter_context(pgbouncer(run))
        web = database_login(DatabaseRole.WEB)
        environment = settings.FANGXIAN.model_copy(
            update={
                "database_url": url(web, str(run), PORT),
                "database_web_url": url(web, str(run), PORT),
                "database_direct_url": url(database_login(DatabaseRole.OWNER), web.host, web.port),
                "db_role": DatabaseRole.WEB,
            }
        )
        people = [Person(django_database(environment)) for _ in range(2)]
        for person in people:
            stack.callback(person.leaves)
        yield people[0], people[1]


def test_nothing_of_one_users_session_reaches_the_other(two: tuple[Person, Person]) -> None:
    cast = build()
    first, second = two
    before = first.session()
    assert second.session() == before
    turns: list[tuple[Person, Callable[[], int]]] = [
        (first, lambda: call(body(cast.plain_group.code), cast.tokens["reporter"])[0]),
        (second, lambda: call(body(cast.other_group.code), cast.tokens["reporter"])[0]),
        (second, lambda: call(other_body(cast), cast.tokens["other_reporter"])[0]),
        (first, lambda: page("reporter", "/")),
        (second, lambda: page("county_officer", "/")),
        (first, lambda: page("outsider", "/")),
    ]
    said = []
    for person, turn in turns:
        said.append(person.does(turn))
        assert [one.session() for one in two] == [before, before]
    assert said == [201, 404, 201, 200, 200, 200]
    kept = Check.objects.filter(day=DAY).values_list("unit_id", "recorded_by")
    assert set(kept) == {
        (cast.plain_group.id, cast.users["reporter"].pk),
        (cast.other_group.id, cast.users["other_reporter"].pk),
    }


def test_both_at_once_and_every_check_is_kept_once(two: tuple[Person, Person]) -> None:
    cast = build()
    told = (
        [(cast.plain_group.code, "reporter", 45), (cast.point_group.code, "reporter", 12)],
        [(cast.other_group.code, "other_reporter", 40)],
    )

    def send(items: list[tuple[str, str, int]]) -> list[int]:
        return [
            call(body(code, enrolled=n, present=n, absences=[]), cast.tokens[who])[0]
            for code, who, n in items * 5
        ]

    running = [person.thread.submit(send, items) for person, items in zip(two, told, strict=True)]
    assert [answer.result(PATIENCE) for answer in running] == [
        [201, 201] + [200] * 8,
        [201] + [200] * 4,
    ]
    assert Check.objects.filter(day=DAY).count() == 3


def test_what_would_leak_is_seen(two: tuple[Person, Person]) -> None:
    first, second = two
    before = second.session()
    first.runs("SET statement_timeout = '7s'")
    first.runs("SELECT pg_advisory_lock(42)")
    assert second.session() != before
    assert second.session()[3] == 1


def other_body(cast: Any) -> bytes:
    return body(cast.other_group.code, enrolled=40, present=39)


def page(user: str, path: str) -> int:
    """The page where this user starts, signed in as they would be."""
    from fangxian.foundation.accounts.models import User

    client = Client()
    client.force_login(User.objects.get(username=user))
    return client.get(path, follow=True).status_code
