"""The same installation on a PostgreSQL of the system's, as Debian packages it.

A cluster of the benchmark's own, made in its temporary folder and ended with it, with the
settings that the embedded server has; nothing of the system's own clusters is touched.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import conninfo, sql

from bench.generator import CannotMeasure
from bench.installation import Installation, free_port

PROGRAMS = Path("/usr/lib/postgresql")
SUPERUSER = "postgres"
OWNER = "fangxian"
DATABASE = "fangxian"


def newest_programs() -> Path:
    """The directory of the newest server that is installed."""
    found = sorted(PROGRAMS.glob("*/bin"), key=lambda path: int(path.parent.name))
    if not found:
        raise CannotMeasure("no PostgreSQL: as root, run: apt-get install postgresql")
    return found[-1]


class Cluster:
    """A throw-away cluster on a port of the loopback."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.password = secrets.token_urlsafe(16)
        self.programs = newest_programs()
        self.pid: int | None = None

    @contextmanager
    def running(self) -> Iterator[None]:
        """Made, started, and ended whatever happens."""
        self._make()
        log = (self.folder.parent / "cluster.log").open("ab")
        server = subprocess.Popen(
            self._as_user(self.programs / "postgres", "-D", self.folder, *self._settings()),
            stdout=log,
            stderr=log,
        )
        self.pid = server.pid
        try:
            self._wait(server)
            with self.connect() as connection:
                role, secret = sql.Identifier(OWNER), sql.Literal(self.password)
                powers = sql.SQL("CREATE ROLE {} LOGIN CREATEROLE PASSWORD {}")
                connection.execute(powers.format(role, secret))
                made = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 LOCALE 'C.UTF-8'")
                connection.execute(made.format(sql.Identifier(DATABASE), role))
            yield
        finally:
            server.send_signal(signal.SIGINT)
            server.wait()
            log.close()

    def address(self, database: str = SUPERUSER, user: str = SUPERUSER) -> str:
        """The connection string."""
        return conninfo.make_conninfo(
            host="127.0.0.1",
            port=self.port,
            user=user,
            password=self.password,
            dbname=database,
        )

    def connect(self, database: str = SUPERUSER) -> psycopg.Connection[Any]:
        """A connection of the superuser."""
        return psycopg.connect(self.address(database), autocommit=True)

    @property
    def url(self) -> str:
        """What FANGXIAN_DATABASE_URL is set to."""
        return f"postgresql://{OWNER}:{self.password}@127.0.0.1:{self.port}/{DATABASE}"

    def _make(self) -> None:
        self.folder.mkdir(mode=0o700)
        secret = self.folder.parent / "cluster.password"
        secret.write_text(self.password)
        if os.geteuid() == 0:
            account = pwd.getpwnam(SUPERUSER)
            for path in (self.folder, secret):
                os.chown(path, account.pw_uid, account.pw_gid)
        words = (
            f"--pgdata={self.folder}",
            f"--pwfile={secret}",
            f"--username={SUPERUSER}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--data-checksums",
        )
        made = subprocess.run(
            self._as_user(self.programs / "initdb", *words), capture_output=True, text=True
        )
        secret.unlink()
        if made.returncode:
            raise CannotMeasure(f"no cluster: {made.stderr.strip()[-300:]}")

    def _settings(self) -> list[str]:
        from fangxian.console.cluster import memory, tuned

        settings = tuned(memory()) | {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
        }
        return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]

    def _as_user(self, *program: str | Path) -> list[str]:
        words = [str(word) for word in program]
        if os.geteuid() != 0:
            return words
        setpriv = shutil.which("setpriv") or "setpriv"
        who = [f"--reuid={SUPERUSER}", f"--regid={SUPERUSER}", "--init-groups"]
        return [setpriv, *who, "--pdeathsig=INT", "--", *words]

    def _wait(self, server: subprocess.Popen[bytes]) -> None:
        while server.poll() is None:
            try:
                self.connect().close()
            except psycopg.OperationalError:
                continue
            return
        raise CannotMeasure(f"PostgreSQL did not start, see {self.folder.parent}/cluster.log")


class OutsideInstallation(Installation):
    """One home whose database lies in such a cluster."""

    def __init__(self, home: Path, output: Path, cluster: Cluster) -> None:
        super().__init__(home, output)
        self.cluster = cluster

    def environment(self, **extra: str) -> dict[str, str]:
        """As the embedded installation's, with the server's address."""
        return super().environment(FANGXIAN_DATABASE_URL=self.cluster.url, **extra)

    def enter(self) -> None:
        """Let this process work on the installation's database, as its owner."""
        self._settings_of_process(FANGXIAN_DATABASE_URL=self.cluster.url)

    def connect(self, database: str = DATABASE) -> psycopg.Connection[Any]:
        """A connection of the superuser."""
        return self.cluster.connect(database)

    @contextmanager
    def database_alone(self) -> Iterator[psycopg.Connection[Any]]:
        """The server is there in any case."""
        with self.connect() as connection:
            yield connection

    def address(self, database: str) -> str:
        """The connection string of the superuser, for a process of its own."""
        return self.cluster.address(database)

    def processes(self) -> list[int]:
        """Everything that runs: `up`, web server, worker and PostgreSQL."""
        return [*super().processes(), *self.database_processes()]

    def database_processes(self) -> list[int]:
        """PostgreSQL alone."""
        return [] if self.cluster.pid is None else [self.cluster.pid]
