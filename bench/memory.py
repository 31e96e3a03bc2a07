"""How much memory a set of processes takes: the proportional set size of every one of them.

A page shared by n processes (PostgreSQL's buffers, a forked worker's code) counts 1/n in each,
so that the sum counts it once. Read from /proc/<pid>/smaps_rollup, every two seconds.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

PERIOD_SECONDS = 2.0
KIB = 1024


def tree(pid: int) -> list[int]:
    """A process and all its descendants."""
    found = [pid]
    for threads in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(FileNotFoundError, ProcessLookupError):
            for child in threads.read_text().split():
                found += tree(int(child))
    return found


def proportional(pid: int) -> int:
    """One process's proportional set size in KiB; 0 when it has ended."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return read_pss(text)


def read_pss(text: str) -> int:
    """The line Pss of a smaps_rollup, in KiB."""
    for line in text.splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0


class Peak:
    """The highest sum seen so far, in MiB."""

    def __init__(self) -> None:
        self.mib = 0.0

    def see(self, pids: Sequence[int]) -> None:
        """Add up these processes now."""
        self.mib = max(self.mib, sum(map(proportional, pids)) / KIB)


@contextmanager
def watched(roots: Callable[[], Sequence[int]], period: float = PERIOD_SECONDS) -> Iterator[Peak]:
    """Watch the trees below `roots` while a block runs, and once more at its end."""
    peak, over = Peak(), threading.Event()

    def look() -> None:
        peak.see(sorted({pid for root in roots() for pid in tree(root)}))

    def watch() -> None:
        while not over.wait(period):
            look()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield peak
        look()
    finally:
        over.set()
        thread.join()


def memory_of_machine() -> int:
    """The machine's memory in bytes."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
