"""A Fangxian of the benchmark's own: a home, its database, `fangxian up` running on it."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from bench.generator import CannotMeasure
from bench.processes import Taken, is_postgres, tree, watched

ROOT = Path(__file__).resolve().parents[1]
FANGXIAN = [sys.executable, "-c", "from fangxian.console.cli import main; main()"]
START_SECONDS = 120
STOP_SECONDS = 60
POLL_SECONDS = 0.1


def free_port() -> int:
    """A port of the loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Installation:
    """One home with its embedded database, at default settings and default durability."""

    def __init__(self, home: Path, output: Path) -> None:
        self.home = home
        self.port = free_port()
        self.output = output
        self.running: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where `up` serves."""
        return f"http://127.0.0.1:{self.port}"

    def environment(self, **extra: str) -> dict[str, str]:
        """What our commands see: nothing of the caller's own settings."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("FANGXIAN_", "PG"))}
        ours = {"FANGXIAN_HOME": str(self.home), "PORT": str(self.port)}
        return {**kept, **ours, "PYTHONPATH": str(ROOT), **extra}

    def enter(self) -> None:
        """Let this process work on the installation's database, as its owner."""
        self._settings_of_process()

    def _settings_of_process(self, **extra: str) -> None:
        for name in [name for name in os.environ if name.startswith(("FANGXIAN_", "PG"))]:
            del os.environ[name]
        os.environ.update(
            FANGXIAN_HOME=str(self.home),
            PORT=str(self.port),
            FANGXIAN_DB_ROLE="owner",
            DJANGO_SETTINGS_MODULE="fangxian.config.settings",
            **extra,
        )
        import django

        django.setup()

    def command(self, *words: str) -> tuple[float, Taken]:
        """Run a command of ours to its end: the seconds it took, and its memory with PostgreSQL."""
        begun = time.monotonic()
        with self._started(*words) as process, watched(lambda: [process.pid], period=0.25) as taken:
            status = process.wait()
        if status:
            raise CannotMeasure(f"fangxian {' '.join(words)} failed: {self.last_words()}")
        return time.monotonic() - begun, taken

    @contextmanager
    def serving(self, **extra: str) -> Iterator[None]:
        """`fangxian up` with these settings, ready to answer."""
        with self._started("up", **extra) as process:
            self.running = process
            try:
                self._wait(process)
                yield
            finally:
                self.running = None
                self.let_go()
                _end(process)

    @contextmanager
    def _started(self, *words: str, **extra: str) -> Iterator[subprocess.Popen[bytes]]:
        with self.output.open("ab") as output:
            process = subprocess.Popen(
                [*FANGXIAN, *words],
                env=self.environment(**extra),
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            try:
                yield process
            finally:
                _end(process)

    def let_go(self) -> None:
        """This process's own connections would not outlive the server."""
        from django.db import connections

        connections.close_all()

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not _answers(self.port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise CannotMeasure(f"fangxian up did not start: {self.last_words()}")
            time.sleep(POLL_SECONDS)

    def last_words(self) -> str:
        """The last lines that our commands wrote."""
        return " | ".join(self.output.read_text(errors="replace").strip().splitlines()[-5:])

    def connect(self, database: str = "fangxian") -> psycopg.Connection[Any]:
        """A connection of the superuser to the running database."""
        from fangxian.console.postgres import Server

        return Server(self.home).connect(database)

    @contextmanager
    def database_alone(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection of the superuser while nothing of ours runs but PostgreSQL."""
        from fangxian.console.postgres import running

        with running(self.home) as server, server.connect("fangxian") as connection:
            yield connection

    def address(self, database: str) -> str:
        """The connection string of the superuser, for a process of its own."""
        from fangxian.config.keys import password
        from fangxian.console.postgres import SUPERUSER, Server

        where = Server(self.home).address
        return psycopg.conninfo.make_conninfo(
            host=where.host,
            port=where.port,
            user=SUPERUSER,
            password=password(self.home, SUPERUSER),
            dbname=database,
        )

    def processes(self) -> list[int]:
        """Everything that runs: `up`, web server, worker and PostgreSQL."""
        return [] if self.running is None else [self.running.pid]

    def database_processes(self) -> list[int]:
        """PostgreSQL alone."""
        found = [pid for root in self.processes() for pid in tree(root)]
        return [pid for pid in found if is_postgres(pid)][:1]


@contextmanager
def bare_server(application: str, workers: int, database: str, output: Path) -> Iterator[Bare]:
    """Granian on one of the bare handlers."""
    port = free_port()
    words = {
        "interface": "asgi",
        "http": "1",
        "host": "127.0.0.1",
        "port": port,
        "workers": workers,
        "log-level": "error",
    }
    options = [f"--{name}={value}" for name, value in words.items()]
    command = [sys.executable, "-m", "granian", *options, "--no-ws", f"bench.bare:{application}"]
    environment: Mapping[str, str] = {**os.environ, "BENCH_DATABASE": database}
    with output.open("ab") as log:
        process = subprocess.Popen(
            command, env=environment, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            deadline = time.monotonic() + START_SECONDS
            while not _listens(port):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise CannotMeasure(f"the bare handler did not start, see {output}")
                time.sleep(POLL_SECONDS)
            yield Bare(f"http://127.0.0.1:{port}", process.pid)
        finally:
            _end(process)


class Bare:
    """A running bare handler."""

    def __init__(self, url: str, pid: int) -> None:
        self.url, self.pid = url, pid


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()
