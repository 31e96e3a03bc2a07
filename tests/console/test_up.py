"""`fangxian up`: one tree of processes that answers, mends itself and leaves nothing behind."""

from __future__ import annotations

import http.client
import os
import queue
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UP = [sys.executable, "-m", "fangxian.console", "up"]
PATIENCE = 120


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Tree:
    """A running `fangxian up` and what it says."""

    home: Path
    port: int
    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)
    _lines: queue.Queue[str] = field(default_factory=queue.Queue)

    def __post_init__(self) -> None:
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def end(self) -> None:
        """End it, if it still runs, and hear it out."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        self._listener.join(30)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.rstrip())

    def until(self, pattern: str) -> str:
        """Wait for a line."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with suppress(queue.Empty):
                line = self._lines.get(timeout=0.2)
                self.said.append(line)
                if re.search(pattern, line):
                    return line
            if self.process.poll() is not None and self._lines.empty():
                break
        raise AssertionError(f"no line like {pattern!r} in {self.said}")

    def members(self) -> dict[int, str]:
        """Every living process of this home, whoever its parent is."""
        found = {}
        for entry in Path("/proc").iterdir():
            with suppress(OSError):
                words = (entry / "environ").read_bytes()
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                ours = f"FANGXIAN_HOME={self.home}\0".encode() in words
                if entry.name.isdigit() and line and (ours or str(self.home) in line):
                    found[int(entry.name)] = line
        return found

    def find(self, words: str) -> int:
        """The process whose command line holds these words."""
        return next(pid for pid, line in self.members().items() if words in line)


def settings(home: Path, port: int) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("FANGXIAN_")}
    return {**kept, "FANGXIAN_HOME": str(home), "PORT": str(port), "PYTHONUNBUFFERED": "1"}


@pytest.fixture
def tree(lasting_home: Path) -> Iterator[Tree]:
    port = free_port()
    process = subprocess.Popen(
        UP,
        env=settings(lasting_home, port),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    tree = Tree(lasting_home, port, process)
    yield tree
    tree.end()


def status_of(port: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status
    finally:
        connection.close()


def refused(home: Path, port: int) -> str:
    ended = subprocess.run(
        UP, env=settings(home, port), cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 2
    return ended.stderr


def test_the_tree_answers_mends_itself_and_ends_in_seconds(tree: Tree) -> None:
    assert tree.until("ready").endswith(f"http://127.0.0.1:{tree.port}")
    assert status_of(tree.port) == 200
    assert "already runs" in refused(tree.home, free_port())
    assert f":{tree.port} cannot be served" in refused(tree.home.with_name("other"), tree.port)

    os.kill(tree.find("--name=worker"), signal.SIGKILL)
    tree.until(r"The worker ended unexpectedly \(signal SIGKILL\); starting it again")
    os.kill(tree.find(f"{tree.home}/postgres"), signal.SIGKILL)
    tree.until("The database ended unexpectedly; starting it again")
    deadline = time.monotonic() + PATIENCE
    while status_of(tree.port) != 200 and time.monotonic() < deadline:
        time.sleep(0.1)

    begun = time.monotonic()
    tree.process.send_signal(signal.SIGTERM)
    assert tree.process.wait(30) == 0
    assert time.monotonic() - begun < 15
    assert tree.members() == {}


def test_nothing_outlives_a_killed_parent(tree: Tree) -> None:
    tree.until("ready")
    tree.process.kill()
    tree.process.wait(10)
    deadline = time.monotonic() + 30
    while tree.members() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert tree.members() == {}
