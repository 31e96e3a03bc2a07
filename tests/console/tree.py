"""A running `fangxian up`, for the stories that start, kill and ask one."""

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
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

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


@contextmanager
def running_tree(home: Path, **more: str) -> Iterator[Tree]:
    """A tree of this home, ended afterwards."""
    port = free_port()
    process = subprocess.Popen(
        UP,
        env={**settings(home, port), **more},
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    tree = Tree(home, port, process)
    try:
        yield tree
    finally:
        tree.end()


def status_of(port: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status
    finally:
        connection.close()
