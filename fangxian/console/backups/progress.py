"""How far it is, for a person who waits: a line that moves, or one every tenth of the way."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Say = Callable[[str], None]
MIB = 1024 * 1024
SECONDS = 0.5
# What pg_dump and pg_restore say when they begin or have finished with a table's rows.
BEGUN = re.compile(r'(?:dumping contents of|processing data for) table "(?P<name>[^"]+)"')
FINISHED = re.compile(r"finished item \d+ TABLE DATA (?P<name>\S+)")


@dataclass
class Progress:
    """Counts tables by their size."""

    title: str
    sizes: Mapping[str, int]
    say: Say
    moves: bool = field(default_factory=lambda: sys.stderr.isatty())
    done: int = 0
    _seen: set[str] = field(default_factory=set)
    _told: int = -1
    _at: float = 0.0

    def finished(self, name: str) -> None:
        """One table more."""
        if name in self.sizes and name not in self._seen:
            self._seen.add(name)
            self.done += self.sizes[name]
            self._show()

    def hear(self, line: str) -> None:
        """A line of pg_dump or pg_restore."""
        if match := BEGUN.search(line) or FINISHED.search(line):
            name = match["name"].replace('"', "")
            self.finished(name if "." in name else f"public.{name}")

    def end(self) -> None:
        """All of it."""
        self.done = sum(self.sizes.values())
        self._show(last=True)

    def _show(self, *, last: bool = False) -> None:
        total = sum(self.sizes.values()) or 1
        percent = 100 if last else min(99, self.done * 100 // total)
        line = f"{self.title}: {percent} % of {total // MIB} MiB"
        if self.moves:
            if last or time.monotonic() - self._at > SECONDS:
                sys.stderr.write(f"\r{line}{chr(10) if last else ''}")
                sys.stderr.flush()
                self._at = time.monotonic()
        elif percent // 10 > self._told // 10 or (last and self._told < 100):
            self.say(line)
        else:
            return
        self._told = percent
