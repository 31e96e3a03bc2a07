"""One tree of processes: each child is watched, started again when it dies, ended with us."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import FrameType

from fangxian.console.privileges import Runner

POLL_SECONDS = 0.1
STABLE_SECONDS = 60.0
LONGEST_PAUSE = 30.0
MOST_FAILURES = 5
GRACE_SECONDS = 8.0

Say = Callable[[str], None]


class Stop(BaseException):
    """Somebody asked for the end; raised wherever we are, even in a long recovery."""


class GaveUp(Exception):
    """A child died again and again; the message names it."""


@dataclass
class Child:
    """A program that must be running, and what became of it so far."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    at_our_death: str = "KILL"
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    due: float = field(default=0.0)

    def start(self) -> None:
        """Start it in a process group of its own, to be ended with us whatever happens."""
        self.process = subprocess.Popen(
            Runner().command(*self.command, at_our_death=self.at_our_death),
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            process_group=0,
        )
        self.started = time.monotonic()

    def has_died(self) -> bool:
        """Whether it ran and no longer does."""
        return self.process is not None and self.process.poll() is not None

    def restart(self) -> None:
        """Have it started anew at the next turn; no failure of its own."""
        if self.process is not None:
            self.signal_group(signal.SIGKILL)
            self.process.wait()
            self.process = None
        self.due = 0.0

    def signal_group(self, number: signal.Signals) -> None:
        """Reach it and whatever it started."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)

    def bury(self) -> str:
        """Clear away what a dead child left, and say how it ended."""
        self.signal_group(signal.SIGKILL)
        code = self.process.returncode if self.process else 0
        self.process = None
        return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """The first signal that ends a service raises Stop inside; later ones change nothing."""
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

    def stop(number: int, frame: FrameType | None) -> None:
        for each in numbers:
            signal.signal(each, signal.SIG_IGN)
        raise Stop

    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    except Stop:
        pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Supervisor:
    """Keeps children running until Stop, or until one of them cannot be kept."""

    def __init__(self, say: Say) -> None:
        self.say = say
        self.children: list[Child] = []

    def add(self, child: Child) -> None:
        """Start a child and watch it from now on."""
        self.children.append(child)
        child.start()

    def tend(self) -> None:
        """Look after every child once; raise GaveUp where that is of no use."""
        now = time.monotonic()
        for child in self.children:
            if child.has_died():
                self._mourn(child, now)
            elif child.process is None and now >= child.due:
                child.start()

    def _mourn(self, child: Child, now: float) -> None:
        child.failures = 1 if now - child.started > STABLE_SECONDS else child.failures + 1
        how = child.bury()
        if child.failures >= MOST_FAILURES:
            raise GaveUp(f"The {child.name} ended {child.failures} times ({how}): giving up.")
        pause = min(LONGEST_PAUSE, 2.0 ** (child.failures - 1))
        child.due = now + pause
        self.say(f"The {child.name} ended unexpectedly ({how}); starting it again in {pause:g} s.")

    def once(self, child: Child) -> int:
        """Run a child to its end; its exit status."""
        self.add(child)
        while child.process is not None and not child.has_died():
            time.sleep(POLL_SECONDS)
        self.children.remove(child)
        return child.process.returncode if child.process else 0

    def end(self) -> None:
        """End all children: asked first, then forced."""
        for child in self.children:
            if child.process is not None and child.process.poll() is None:
                child.process.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        for child in self.children:
            if child.process is None:
                continue
            try:
                child.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.say(f"The {child.name} did not end in time and is ended now.")
            child.signal_group(signal.SIGKILL)
            child.process.wait()
