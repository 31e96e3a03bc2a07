"""The load generator: Debian's wrk, fed from prepared files, its answer read back."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bench.stats import Load

SCRIPT = Path(__file__).with_name("wrk") / "requests.lua"
CLIENTS = 16
THREADS = 1
MARK = "@@"


class CannotMeasure(Exception):
    """The benchmark cannot go on; the message says why."""


def require() -> None:
    """Refuse to begin without wrk, saying how to get it."""
    if shutil.which("wrk") is None:
        raise CannotMeasure("wrk is missing: as root, run: apt-get install wrk")


@dataclass(frozen=True)
class Request:
    """One prepared request; `header` is one whole line, such as Authorization: Bearer …"""

    method: str
    path: str
    header: str
    body: str = ""

    def line(self) -> str:
        """As the script of wrk reads it."""
        return f"{self.method}\t{self.path}\t{self.header}\t{self.body}\n"


def write(name: Path, requests: Iterable[Request], threads: int = THREADS) -> Path:
    """Deal the requests out to one file for each thread."""
    files = [open(f"{name}.{number + 1}", "w") for number in range(threads)]  # noqa: SIM115
    try:
        for position, request in enumerate(requests):
            files[position % threads].write(request.line())
    finally:
        for file in files:
            file.close()
    return name


def run(
    url: str,
    requests: Path,
    *,
    seconds: int,
    clients: int = CLIENTS,
    threads: int = THREADS,
    again: bool = False,
) -> Load:
    """Send prepared requests for some seconds; `again` begins anew when all were sent."""
    command = [
        "wrk",
        f"--threads={min(threads, clients)}",
        f"--connections={clients}",
        f"--duration={seconds}s",
        "--timeout=20s",
        f"--script={SCRIPT}",
        f"{url}/",
        "--",
        str(requests),
        "again" if again else "once",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return read(done.stdout, done.stderr)


def read(output: str, errors: str = "") -> Load:
    """What the script printed at its end."""
    for line in output.splitlines():
        if line.startswith(MARK):
            return Load(**json.loads(line[len(MARK) :]))
    raise CannotMeasure(f"wrk said nothing of use: {(errors or output).strip()[-300:]}")
