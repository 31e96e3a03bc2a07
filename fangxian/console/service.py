"""`fangxian up`: the database, the web server, the worker and, in a demo, its simulation."""

from __future__ import annotations

import fcntl
import http.client
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypedDict

from fangxian.config.database import login
from fangxian.config.environment import BadSetting, DatabaseRole, Environment
from fangxian.console import cli, roles
from fangxian.console.postgres import Server
from fangxian.console.supervisor import (
    POLL_SECONDS,
    Child,
    GaveUp,
    Supervisor,
    stopped_by_signals,
)

SETTINGS = {"DJANGO_SETTINGS_MODULE": "fangxian.config.settings"}
ANSWER_SECONDS = 2
WEB = "web server"
# An import or export may take minutes: what is due every minute never waits behind one.
WORKERS: dict[str, WorkerOptions] = {
    "worker": {"queues": "default,notices", "concurrency": 4},
    "heavy worker": {"queues": "heavy", "concurrency": 1},
}


class WorkerOptions(TypedDict):
    """Which queues a worker serves, and how many tasks at a time."""

    queues: str
    concurrency: int


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
    try:
        with (
            stopped_by_signals(),
            _only_one(environment.home),
            _port(environment),
            cli.database(environment, own=True) as server,
        ):
            _serve(Supervisor(say), server, environment, demo, commands)
    except (GaveUp, PreparationFailed) as error:
        say(str(error))
        return 1
    return 0


def _serve(
    supervisor: Supervisor,
    server: Server | None,
    environment: Environment,
    demo: bool,
    commands: set[str],
) -> None:
    try:
        _prepare(supervisor, environment, demo=demo and "demo" in commands)
        for child in _children(environment, commands):
            supervisor.add(child)
        announced = False
        while True:
            supervisor.tend()
            _keep(server, supervisor)
            if not announced and _answers(environment):
                say(f"Fangxian is ready at {environment.address}")
                announced = True
            time.sleep(POLL_SECONDS)
    finally:
        supervisor.end()


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


@contextmanager
def _port(environment: Environment) -> Iterator[None]:
    """Keep the port for this tree.

    The web server's processes share theirs by SO_REUSEPORT, and would share it with another
    tree that starts at the same time: so a name of the port is taken, which only one can have.
    """
    with socket.socket(socket.AF_UNIX) as name:
        if sys.platform == "linux":
            try:
                name.bind(f"\0fangxian {environment.bind} {environment.port}")
            except OSError as error:
                raise _taken(environment, error) from None
        _try_port(environment)
        yield


def _taken(environment: Environment, error: OSError) -> BadSetting:
    return BadSetting(
        f"PORT: {environment.bind}:{environment.port} cannot be served "
        f"({error.strerror}): end what uses it, or write another, such as PORT=8001"
    )


def _try_port(environment: Environment) -> None:
    family = socket.AF_INET6 if ":" in environment.bind else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((environment.bind, environment.port))
        except OSError as error:
            raise _taken(environment, error) from None


def _environment(environment: Environment, role: DatabaseRole) -> dict[str, str]:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("GRANIAN_")}
    ours = {"FANGXIAN_HOME": str(environment.home), "FANGXIAN_DB_ROLE": str(role)}
    return {**inherited, **SETTINGS, **ours}


def _management(*words: str) -> list[str]:
    return [sys.executable, "-m", "django", *words]


def _prepare(supervisor: Supervisor, environment: Environment, *, demo: bool) -> None:
    """Bring tables and static files up to date, as the owner, in a process of its own."""
    for name in ("prepare", "demo") if demo else ("prepare",):
        owner = _environment(environment, DatabaseRole.OWNER)
        if supervisor.once(Child(name, _management(name), owner)):
            raise PreparationFailed(f"Not started: fangxian {name} failed.")


def _children(environment: Environment, commands: set[str]) -> Iterator[Child]:
    web = _environment(environment, DatabaseRole.WEB)
    worker = _environment(environment, DatabaseRole.WORKER)
    # Asked to end, the web server ends its own processes too; the others have none, and
    # without a database the worker would wait for one.
    yield Child(WEB, _granian(environment), web, at_our_death="TERM")
    for name, options in WORKERS.items():
        words = _management("procrastinate", "worker", *_worker_options(name, **options))
        yield Child(name, words, worker)
    if "simulate" in commands and _is_demo(environment):
        yield Child("simulation", _management("simulate"), worker)


def _granian(environment: Environment) -> list[str]:
    options = {
        "interface": "wsgi",
        "http": "1",
        "host": environment.bind,
        "port": environment.port,
        "workers": environment.web_workers,
        "blocking-threads": environment.web_threads,
        # A thread that ends takes its connection with it.
        "blocking-threads-idle-timeout": 600,
        "backlog": 2048,
        # Counts connections, idle ones too: phones keep theirs open.
        "backpressure": 1024,
        "workers-kill-timeout": 3,
        "log-level": "error",
    }
    words = [f"--{name}={value}" for name, value in options.items()]
    flags = ["--no-ws", "--respawn-failed-workers"]
    return [sys.executable, "-m", "granian", *words, *flags, "fangxian.config.web:application"]


def _worker_options(name: str, queues: str, concurrency: int) -> list[str]:
    return [
        f"--name={name}",
        f"--queues={queues}",
        f"--concurrency={concurrency}",
        "--shutdown-graceful-timeout=5",
        "--delete-jobs=successful",
    ]


def _is_demo(environment: Environment) -> bool:
    with roles.connect(login(environment, DatabaseRole.OWNER)) as connection:
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


def _keep(server: Server | None, supervisor: Supervisor) -> None:
    """Start a database that died again; connections to the old one are of no use then."""
    if server is None or not server.has_died():
        return
    say("The database ended unexpectedly; starting it again.")
    server.revive(say)
    for child in supervisor.children:
        if child.name == WEB and child.process is not None:
            # The web server replaces its processes one by one and goes on listening.
            child.process.send_signal(signal.SIGHUP)
        else:
            child.restart()
