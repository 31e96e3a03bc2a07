"""The embedded PostgreSQL: started as a child, shared by every command of one home.

Two locks under FANGXIAN_HOME/run say what is going on, and the kernel drops them whatever way
a process ends. `server.lock` is inherited by PostgreSQL's own processes: held means that a
server lives, or is still dying. `users.lock` is held, shared, by whoever uses it.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from fangxian.config.database import Address, embedded_address, note_address
from fangxian.config.environment import BadSetting
from fangxian.config.keys import password
from fangxian.console import cluster
from fangxian.console.privileges import Runner, runner_for

SUPERUSER = "postgres"
MAJOR = "18"
POLL_SECONDS = 0.05
PATIENCE_SECONDS = 5

Say = Callable[[str], None]


class ServerFailed(Exception):
    """PostgreSQL ended while it was starting; the message carries its last words."""


@dataclass
class Server:
    """A running server: ours when `process` is set, else another command's."""

    home: Path
    process: subprocess.Popen[bytes] | None = None
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def address(self) -> Address:
        """Where it listens."""
        return embedded_address(self.home)

    def connect(self, database: str = SUPERUSER) -> psycopg.Connection:
        """A connection of the superuser."""
        return psycopg.connect(
            host=self.address.host,
            port=self.address.port,
            user=SUPERUSER,
            password=password(self.home, SUPERUSER),
            dbname=database,
            autocommit=True,
        )

    def answers(self) -> bool:
        """Whether a query succeeds now."""
        try:
            with self.connect() as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def has_died(self) -> bool:
        """Whether our own server ended by itself."""
        return self.process is not None and self.process.poll() is not None

    def revive(self, say: Say) -> None:
        """Start our own server again after it died."""
        self.process = _start_or_join(self.home, True, self.options, say).process

    def stop(self) -> None:
        """End our own server: sessions are cut, everything committed is kept."""
        if self.process is None or self.process.poll() is not None:
            return
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGINT)
        self.process.wait()


def _print(line: str) -> None:
    sys.stderr.write(f"{line}\n")


@contextmanager
def running(
    home: Path,
    *,
    own: bool = False,
    options: Mapping[str, str] | None = None,
    say: Say = _print,
) -> Iterator[Server]:
    """The server of `home`: started here, or another command's where one runs already.

    own: wait until no other command runs it, so that it is a child of this process.
    Whoever started it stops it at the end, once nobody else uses it; with `own` at once.
    """
    home = home.absolute()
    _prepare(home)
    with _lock(home, "users") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        server = _start_or_join(home, own, options or {}, say)
        try:
            yield server
        finally:
            if server.process is not None:
                if not own:
                    _outlast_others(users, say)
                server.stop()


def _start_or_join(home: Path, own: bool, options: Mapping[str, str], say: Say) -> Server:
    joined = Server(home)
    told = False
    while True:
        with _lock(home, "server") as lock:
            if _try(lock, fcntl.LOCK_EX):
                return _start(home, lock, options, say)
        if not own and joined.answers():
            return joined
        if own and not told:
            say("Waiting for another command to finish with the database.")
            told = True
        time.sleep(POLL_SECONDS)


def _start(home: Path, lock: int, options: Mapping[str, str], say: Say) -> Server:
    data = home / "postgres"
    runner = runner_for(home, cluster.programs())
    _hand_over(home, runner)
    if not data.exists():
        cluster.create(data, runner, SUPERUSER, password(home, SUPERUSER))
    _check_version(data)
    _clear_leftovers(home, data)
    address = _choose_address(home)
    log = home / "log" / "postgres.log"
    _rotate(log)
    with log.open("ab") as output:
        process = subprocess.Popen(
            cluster.server_command(data, runner, address, options),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=cluster.clean_environment(),
            cwd="/",
            pass_fds=(lock,),
            # A Ctrl-C at the terminal is for us; we then stop the server in its turn.
            process_group=0,
        )
    note_address(home, address)
    server = Server(home, process, options)
    try:
        _wait(server, log, say)
    except BaseException:
        server.stop()
        raise
    return server


def _wait(server: Server, log: Path, say: Say) -> None:
    """Until a query succeeds, however long the recovery after a crash takes."""
    process = server.process
    begun, told = time.monotonic(), False
    while not server.answers():
        if process is None or process.poll() is not None:
            last = log.read_text(errors="replace").strip().splitlines()[-3:]
            raise ServerFailed("PostgreSQL did not start: " + " | ".join(last))
        if not told and time.monotonic() - begun > PATIENCE_SECONDS:
            say(f"The database is recovering from an interruption; its log is {log}.")
            told = True
        time.sleep(POLL_SECONDS)


def _prepare(home: Path) -> None:
    try:
        for name in ("run", "log"):
            (home / name).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadSetting(
            f"FANGXIAN_HOME: {home} cannot be used ({error.strerror}): "
            "write a directory that you may write to"
        ) from None


def _hand_over(home: Path, runner: Runner) -> None:
    """Only the directory of the socket belongs to PostgreSQL's user, besides its own data."""
    runner.own(home / "run")


def _check_version(data: Path) -> None:
    found = (data / "PG_VERSION").read_text().strip()
    if found != MAJOR:
        raise BadSetting(
            f"FANGXIAN_HOME: {data} was made by PostgreSQL {found}, this is {MAJOR}: "
            "move its content with pg_dump, or set FANGXIAN_HOME to another directory"
        )


def _clear_leftovers(home: Path, data: Path) -> None:
    """Remove the pid files of a killed server.

    PostgreSQL would refuse to start where their process id has meanwhile gone to another
    process. We hold the lock that every process of a server we started inherits, so none
    lives; a server someone else started on this directory keeps its files.
    """
    pid_file = data / "postmaster.pid"
    if not pid_file.exists():
        return
    pid = pid_file.read_text().split("\n", 1)[0].strip()
    with suppress(OSError):
        if b"postgres" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0", 1)[0]:
            return
    pid_file.unlink()
    for stale in (home / "run").glob(".s.PGSQL.*"):
        stale.unlink()


def _choose_address(home: Path) -> Address:
    """The socket; else the port of last time, which children may know, or a free one."""
    known = embedded_address(home)
    if known.is_socket:
        return known
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((known.host, known.port))
        except OSError:
            probe.bind((known.host, 0))
        return Address(known.host, probe.getsockname()[1])


def _rotate(log: Path, limit: int = 10 * 1024 * 1024) -> None:
    if log.exists() and log.stat().st_size > limit:
        log.replace(log.with_suffix(".log.1"))


def _outlast_others(users: int, say: Say) -> None:
    fcntl.flock(users, fcntl.LOCK_UN)
    if not _try(users, fcntl.LOCK_EX):
        say("Waiting for other commands to finish with the database.")
        fcntl.flock(users, fcntl.LOCK_EX)


@contextmanager
def _lock(home: Path, name: str) -> Iterator[int]:
    path = home / "run" / f"{name}.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _try(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
