"""Run a command against a PostgreSQL server of the system, started for it and thrown away after.

    python -m tools.external pytest tests

The newest of Debian's servers (/usr/lib/postgresql/*/bin, or the directory in PG_BIN) gets a
cluster in a temporary folder, reached through a socket there; the command finds its address in
FANGXIAN_DATABASE_URL. As root the server runs as the product's own system user.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from fangxian.console.cluster import clean_environment
from fangxian.console.privileges import Runner, runner_for

DEBIAN = Path("/usr/lib/postgresql")
OLDEST = 15
DATABASE = "fangxian"
SUPERUSER = "postgres"
OWNER = "fangxian_owner"
PORT = 5432
# Nothing here outlives the run, so nothing need survive a power cut.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "100",
    "max_locks_per_transaction": "256",
    "jit": "off",
    "log_line_prefix": "%m [%p] %a ",
}
PATIENCE_SECONDS = 60


def programs() -> Path:
    """The directory of the newest server's programs, or the end with a line on what to do."""
    if "PG_BIN" in os.environ:
        return Path(os.environ["PG_BIN"])
    found = {int(path.parent.name): path for path in DEBIAN.glob("[0-9]*/bin")}
    newest = max((major for major in found if (found[major] / "initdb").exists()), default=0)
    if newest < OLDEST:
        sys.exit(
            f"There is no PostgreSQL server of version {OLDEST} or newer below {DEBIAN}: "
            "run apt-get install postgresql, or set PG_BIN to the directory of its programs"
        )
    return found[newest]


@contextmanager
def server(parent: Path) -> Iterator[str]:
    """A server below `parent`; the address of an empty database in it, as its owner."""
    runner = runner_for(parent, programs())
    data, run = parent / "data", parent / "run"
    for directory in (data, run):
        directory.mkdir(mode=0o700)
        runner.own(directory)
    # Whoever serves is yet another user; the password is what keeps others out.
    run.chmod(0o711)
    password = secrets.token_hex(16)
    _initialise(data, runner, password)
    words = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
    words += ["-c", f"unix_socket_directories={run}", "-c", f"port={PORT}"]
    command = runner.command(programs() / "postgres", "-D", data, *words, at_our_death="INT")
    with (parent / "log").open("wb") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, env=clean_environment(), cwd="/", process_group=0
        )
        try:
            yield _prepare(process, run, password)
        except psycopg.OperationalError as error:
            log.flush()
            said = (parent / "log").read_text(errors="replace")
            sys.exit(f"the server did not start ({error}): {said[-2000:]}")
        finally:
            process.send_signal(signal.SIGINT)
            process.wait()


def _initialise(data: Path, runner: Runner, password: str) -> None:
    secret = data.with_name("password")
    secret.write_text(password)
    secret.chmod(0o600)
    runner.own(secret)
    words = [f"--pgdata={data}", f"--username={SUPERUSER}", f"--pwfile={secret}"]
    words += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    command = runner.command(programs() / "initdb", *words)
    made = subprocess.run(
        command, capture_output=True, text=True, check=False, env=clean_environment(), cwd="/"
    )
    if made.returncode:
        sys.exit(f"initdb failed: {made.stderr.strip()}")


def _prepare(process: subprocess.Popen[bytes], run: Path, password: str) -> str:
    with _superuser(process, run, password) as superuser:
        superuser.execute(f"CREATE ROLE {OWNER} LOGIN CREATEDB CREATEROLE PASSWORD '{password}'")
        superuser.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")
        found = superuser.execute("SELECT current_setting('server_version')").fetchone()
    print(f"PostgreSQL {found[0] if found else '?'} from {programs()}", flush=True)
    return f"postgresql://{OWNER}:{password}@/{DATABASE}?host={run}"


def _superuser(
    process: subprocess.Popen[bytes], run: Path, password: str
) -> psycopg.Connection[tuple[str]]:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return psycopg.connect(
                host=str(run), user=SUPERUSER, password=password, autocommit=True
            )
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def main(command: list[str]) -> int:
    """Run the command; its exit status."""
    parent = Path(tempfile.mkdtemp(prefix="fx-server-"))
    # The server runs as a user of its own, who must be able to pass.
    parent.chmod(0o711)
    try:
        with server(parent) as address:
            environment = {**os.environ, "FANGXIAN_DATABASE_URL": address}
            return subprocess.run(command, env=environment, check=False).returncode
    finally:
        shutil.rmtree(parent, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
