"""`fangxian up`: the database, the web server, the worker and, in a demo, its simulation."""

from __future__ import annotations

import fcntl
import http.client
import signal
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from fangxian.config.database import direct_login
from fangxian.config.environment import BadSetting, DatabaseRole, Environment
from fangxian.console import children, cli, listening, roles
from fangxian.console.postgres import Server
from fangxian.console.supervisor import (
    POLL_SECONDS,
    GaveUp,
    Supervisor,
    Wishes,
    stopped_by_signals,
)

ANSWER_SECONDS = 2
# How much longer than their own grace the processes have before they are ended.
MARGIN_SECONDS = 2.0


class PreparationFailed(Exception):
    """Migrations, static files or the demo failed; they have said why themselves."""


def say(line: str) -> None:
    """A line to whoever started us, at once."""
    print(line, flush=True)


def up(environment: Environment, *, demo: bool, commands: set[str]) -> int:
    """Run everything until a signal; the exit status.

    demo: load the demo first where the database holds none.
    commands: the management commands there are; `demo` and `simulate` are optional.
    """
    supervisor = Supervisor(
        say,
        environment.grace_seconds + MARGIN_SECONDS,
        is_excused=lambda: not _database_answers(environment),
    )
    try:
        with (
            stopped_by_signals() as wishes,
            _only_one(environment.home),
            listening.reserved(environment) as listeners,
            cli.database(environment, own=True) as server,
        ):
            tree = Tree(supervisor, server, environment, listeners, wishes)
            tree.serve(demo=demo, commands=commands)
    except (GaveUp, PreparationFailed) as error:
        say(str(error))
        return 1
    return 0


@dataclass
class Tree:
    """Everything that runs, and what keeps it running."""

    supervisor: Supervisor
    server: Server | None
    environment: Environment
    listeners: Sequence[socket.socket]
    wishes: Wishes

    def serve(self, *, demo: bool, commands: set[str]) -> None:
        """Bring everything up, and keep it so until Stop."""
        try:
            for name in ("prepare", "demo") if demo and "demo" in commands else ("prepare",):
                if self.supervisor.once(children.management(name, self.environment)):
                    raise PreparationFailed(f"Not started: fangxian {name} failed.")
            self._start(simulated="simulate" in commands and _is_demo(self.environment))
            announced = False
            while True:
                # The database first: whoever ends for want of it has not failed by itself.
                self._keep()
                self.supervisor.tend()
                if self.wishes.renew:
                    self._renew()
                if not announced and _answers(self.environment):
                    say(f"Fangxian is ready at {self.environment.address}")
                    announced = True
                time.sleep(POLL_SECONDS)
        finally:
            self.supervisor.end()

    def _start(self, *, simulated: bool) -> None:
        runner = children.serving_runner(self.environment)
        children.hand_over(self.environment, runner)
        listening.open_up(self.listeners, self.environment)
        for child in children.serving(
            self.environment, runner, self.listeners, simulated=simulated
        ):
            self.supervisor.add(child)

    def _keep(self) -> None:
        """Start a database that died again; connections to the old one are of no use then."""
        if self.server is None or not self.server.has_died():
            return
        say("The database ended unexpectedly; starting it again.")
        self.server.revive(say)
        for child in self.supervisor.children:
            if child.name == children.WEB:
                child.send(signal.SIGHUP)
            else:
                child.restart()

    def _renew(self) -> None:
        """Replace all processes, of new code perhaps, while the service goes on."""
        self.wishes.renew = False
        if self.supervisor.once(children.management("prepare", self.environment)):
            say("Not renewed: fangxian prepare failed. What runs goes on.")
            return
        say("Renewing: the web server replaces its processes one after the other.")
        for child in self.supervisor.children:
            if child.name == children.WEB:
                child.send(signal.SIGHUP)
            else:
                child.replace(self.supervisor.grace)


@contextmanager
def _only_one(home: Path) -> Iterator[None]:
    path = home / "run" / "up.lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.open("a")
    except OSError as error:
        raise BadSetting(
            f"FANGXIAN_HOME: {home} cannot be used ({error.strerror}): "
            "write a directory that you may write to"
        ) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BadSetting(
                f"FANGXIAN_HOME: Fangxian already runs from {home}: "
                "end it first, or name another directory"
            ) from None
        yield


def _database_answers(environment: Environment) -> bool:
    try:
        roles.connect(direct_login(environment, DatabaseRole.OWNER)).close()
    except psycopg.OperationalError:
        return False
    return True


def _is_demo(environment: Environment) -> bool:
    with roles.connect(direct_login(environment, DatabaseRole.OWNER)) as connection:
        query = "SELECT is_demo FROM kernel_installation"
        return connection.execute(query).fetchone() == (True,)


def _answers(environment: Environment) -> bool:
    host = environment.address.removeprefix("http://").rsplit(":", 1)[0].strip("[]")
    connection = http.client.HTTPConnection(host, environment.port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()
