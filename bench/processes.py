"""What a set of processes takes: memory, and the processor's time by program.

Memory is the proportional set size: a page shared by n processes (PostgreSQL's buffers, a
forked worker's code) counts 1/n in each, so that the sum counts it once. It is read from
/proc/<pid>/smaps_rollup every two seconds.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PERIOD_SECONDS = 2.0
KIB = 1024
TICKS = os.sysconf("SC_CLK_TCK")
ENDED = (FileNotFoundError, ProcessLookupError)
POSTGRES = "postgres"

Roots = Callable[[], Iterable[int]]


def tree(pid: int) -> list[int]:
    """A process and all its descendants."""
    found = [pid]
    for threads in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(*ENDED):
            for child in threads.read_text().split():
                found += tree(int(child))
    return found


def is_postgres(pid: int) -> bool:
    """Whether this is one of PostgreSQL's processes."""
    with suppress(*ENDED):
        return Path(f"/proc/{pid}/comm").read_text().strip() == POSTGRES
    return False


def proportional_kib(rollup: str) -> int:
    """The proportional set size that a smaps_rollup tells."""
    for line in rollup.splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0


def processor_seconds(stat: str) -> float:
    """The processor's seconds, user and system, that a line of /proc/<pid>/stat tells."""
    user, system = stat.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / TICKS


class Taken:
    """What was taken: the highest memory seen, and the processor's seconds by program."""

    def __init__(self) -> None:
        self.mib = 0.0
        self.seconds: dict[str, float] = {}
        self._before: dict[int, float] = {}

    def begin(self, pids: Iterable[int]) -> None:
        """From here on the processor's time counts; processes that come later count whole."""
        self.seconds = {}
        self._before = {pid: _seconds(pid) for pid in pids}

    def see(self, pids: Iterable[int]) -> None:
        """Add up the memory of these processes now."""
        self.mib = max(self.mib, sum(map(_kib, pids)) / KIB)

    def end(self, pids: Iterable[int]) -> None:
        """Up to here."""
        for pid in pids:
            name = POSTGRES if is_postgres(pid) else "python"
            passed = _seconds(pid) - self._before.get(pid, 0.0)
            self.seconds[name] = self.seconds.get(name, 0.0) + passed

    def each_ms(self, requests: int) -> str:
        """The processor's milliseconds per request, by program."""
        shares = sorted(self.seconds.items())
        return " + ".join(f"{name} {s * 1000 / max(1, requests):.3f}" for name, s in shares)


@contextmanager
def watched(
    roots: Roots, taken: Taken | None = None, period: float = PERIOD_SECONDS
) -> Iterator[Taken]:
    """Watch the trees below `roots` while a block runs."""
    taken, over = taken or Taken(), threading.Event()

    def now() -> list[int]:
        return sorted({pid for root in roots() for pid in tree(root)})

    def watch() -> None:
        while not over.wait(period):
            taken.see(now())

    thread = threading.Thread(target=watch, daemon=True)
    taken.begin(now())
    thread.start()
    try:
        yield taken
        pids = now()
        taken.end(pids)
        taken.see(pids)
    finally:
        over.set()
        thread.join()


def memory_of_machine() -> int:
    """The machine's memory in bytes."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _kib(pid: int) -> int:
    with suppress(*ENDED):
        return proportional_kib(Path(f"/proc/{pid}/smaps_rollup").read_text())
    return 0


def _seconds(pid: int) -> float:
    with suppress(*ENDED):
        return processor_seconds(Path(f"/proc/{pid}/stat").read_text())
    return 0.0
