"""pg_dump and pg_restore of a version that fits the server: the wheel's, or the system's."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from fangxian.config.database import Login
from fangxian.config.environment import BadSetting
from fangxian.console import cluster
from fangxian.console.postgres import MAJOR

DEBIAN = Path("/usr/lib/postgresql")
# From here on pg_restore begins with a setting that older servers refuse.
TRANSACTION_TIMEOUT = 17

Hear = Callable[[str], None]


class ProgramFailed(Exception):
    """pg_dump or pg_restore ended with an error; the message carries its last words."""


def installed() -> dict[int, Path]:
    """The directory of PostgreSQL's client programs, by major version."""
    found = {}
    if on_path := shutil.which("pg_dump"):
        found[_major(Path(on_path))] = Path(on_path).resolve().parent
    for directory in DEBIAN.glob("[0-9]*/bin"):
        if (directory / "pg_dump").exists() and (directory / "pg_restore").exists():
            found[int(directory.parent.name)] = directory
    with suppress(BadSetting):
        found[int(MAJOR)] = cluster.programs()
    return found


def for_dump(server: int) -> tuple[int, Path]:
    """The version and pg_dump for a server: its own version, else the next newer one."""
    found = installed()
    newer = sorted(major for major in found if major >= server)
    if not newer:
        raise BadSetting(
            f"the server is PostgreSQL {server} and no pg_dump of that version or newer is here: "
            f"run apt-get install postgresql-client-{server}"
        )
    return newer[0], found[newer[0]] / "pg_dump"


def for_restore(server: int, made_by: int) -> Path:
    """The pg_restore that reads a dump of one version and writes to a server of another."""
    found = installed()
    for major in sorted(found, key=lambda major: (major != server, major)):
        if major >= made_by and (server >= TRANSACTION_TIMEOUT or major < TRANSACTION_TIMEOUT):
            return found[major] / "pg_restore"
    wanted = max(server, made_by)
    raise BadSetting(
        f"the backup was made by pg_dump {made_by}, the server is PostgreSQL {server}, and no "
        f"pg_restore here fits both: run apt-get install postgresql-client-{wanted}, "
        f"or restore into a server of version {max(made_by, TRANSACTION_TIMEOUT)} or newer"
    )


def run(program: Path, words: Sequence[str | Path], to: Login, hear: Hear) -> None:
    """Run one of them against a database, giving each line it says to `hear`."""
    place = ["--host", to.host, "--port", str(to.port), "--username", to.user, "--no-password"]
    environment = {**cluster.clean_environment(), "PGPASSWORD": to.password}
    for name, value in to.options.items():
        environment[f"PG{name.upper()}"] = value
    last: list[str] = []
    with subprocess.Popen(
        [str(program), *map(str, words), *place],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    ) as process:
        assert process.stderr is not None  # noqa: S101 (it was asked for)
        for line in process.stderr:
            if ": error: " in line or ": fatal: " in line:
                last.append(line.strip())
            hear(line)
    if process.returncode:
        raise ProgramFailed(f"{program.name} failed: {' '.join(last[:3]) or process.returncode}")


def _major(program: Path) -> int:
    said = subprocess.run(
        [program, "--version"], capture_output=True, text=True, check=False, env=dict(os.environ)
    ).stdout
    match = re.search(r"(\d+)", said)
    return int(match.group(1)) if match else 0
