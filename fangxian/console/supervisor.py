"""One tree of processes: each child is watched, started again when it dies, ended with us."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
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
    runner: Runner = Runner()
    descriptors: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    due: float = field(default=0.0)
    leaves_by: float | None = None

    def start(self) -> None:
        """Start it in a process group of its own, to be ended with us whatever happens."""
        self.process = subprocess.Popen(
            self.runner.command(*self.command, at_our_death=self.at_our_death),
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            process_group=0,
            pass_fds=self.descriptors,
        )
        self.started = time.monotonic()
        self.leaves_by = None

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

    def replace(self, grace: float) -> None:
        """Ask it to end what it does; it is started anew as soon as it has."""
        if self.process is not None and not self.has_died():
            self.process.terminate()
            self.leaves_by = time.monotonic() + grace

    def send(self, number: signal.Signals) -> None:
        """Reach its first process only."""
        if self.process is not None:
            self.process.send_signal(number)

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


@dataclass
class Wishes:
    """What signals asked for; who sees to it takes the wish back."""

    renew: bool = False


@contextmanager
def stopped_by_signals() -> Iterator[Wishes]:
    """The first signal that ends a service raises Stop inside; later ones change nothing.

    SIGHUP asks for new processes; from a terminal that is closed, for the end.
    """
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    wishes = Wishes()
    at_terminal = sys.stdin is not None and sys.stdin.isatty()

    def stop(number: int, frame: FrameType | None) -> None:
        if number == signal.SIGHUP and not at_terminal:
            wishes.renew = True
            return
        for each in numbers:
            signal.signal(each, signal.SIG_IGN)
        raise Stop

    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield wishes
    except Stop:
        pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Supervisor:
    """Keeps children running until Stop, or until one of them cannot be kept."""

    def __init__(
        self,
        say: Say,
        grace: float = GRACE_SECONDS,
        is_excused: Callable[[], bool] = lambda: False,
    ) -> None:
        self.say = say
        self.grace = grace
        self.is_excused = is_excused
        self.children: list[Child] = []

    def add(self, child: Child) -> None:
        """Start a child and watch it from now on."""
        self.children.append(child)
        child.start()

    def tend(self) -> None:
        """Look after every child once; raise GaveUp where that is of no use."""
        now = time.monotonic()
        for child in self.children:
            if child.leaves_by is not None and child.process is not None:
                self._see_off(child, now)
            elif child.has_died():
                self._mourn(child, now)
            elif child.process is None and now >= child.due:
                child.start()

    def _see_off(self, child: Child, now: float) -> None:
        if child.has_died():
            child.bury()
            child.start()
        elif child.leaves_by is not None and now > child.leaves_by:
            self.say(f"The {child.name} did not end in time and is ended now.")
            child.signal_group(signal.SIGKILL)

    def _mourn(self, child: Child, now: float) -> None:
        child.failures = 1 if now - child.started > STABLE_SECONDS else child.failures + 1
        how = child.bury()
        if child.failures >= MOST_FAILURES and not self.is_excused():
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
        deadline = time.monotonic() + self.grace
        for child in self.children:
            if child.process is None:
                continue
            try:
                child.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.say(f"The {child.name} did not end in time and is ended now.")
            child.signal_group(signal.SIGKILL)
            child.process.wait()
