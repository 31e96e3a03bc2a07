"""What the works share: the installation, how long a run is, the pool of unanswered groups."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from bench import province
from bench.accounts import Connection
from bench.bars import Verdict
from bench.installation import Installation
from bench.province import MORNING, REPORT, Owing
from bench.stats import Figures

Say = Callable[[str], None]


@dataclass(frozen=True)
class Pace:
    """How long and how often: five runs each, or a quick look."""

    rounds: int
    seconds: int
    warm_seconds: int


FULL = Pace(rounds=5, seconds=8, warm_seconds=3)
QUICK = Pace(rounds=2, seconds=3, warm_seconds=1)


@dataclass
class Found:
    """What the works found: figures, bars, remarks to print with them, and what failed."""

    figures: list[Figures] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


@dataclass
class Ground:
    """The seeded installation with its server running, and who has not answered yet, by kind."""

    installation: Installation
    scratch: Path
    pace: Pace
    say: Say
    found: Found = field(default_factory=Found)
    floor_throughput: float | None = None
    today: date = field(init=False)
    _silent: dict[str, list[Owing]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """The day stays the same also when midnight passes."""
        with self.installation.database_alone():
            self.today = self.at().date()
        self.installation.let_go()

    def at(self) -> datetime:
        """Now, as the server reads it."""
        from fangxian.kernel import clock

        return clock.now()

    @contextmanager
    def database(self, name: str = "fangxian") -> Iterator[Connection]:
        """A connection of the superuser."""
        with self.installation.connect(name) as connection:
            yield connection

    def take(self, count: int, kind: str = MORNING) -> list[Owing]:
        """So many groups that have not answered today; none is ever given out twice."""
        if kind not in self._silent:
            province.open_day(self.today, self.at(), (kind, REPORT))
            with self.database() as connection:
                connection.execute("ANALYZE obligation")
                self._silent[kind] = province.silent(connection, self.today, kind)
        waiting = self._silent[kind]
        taken, self._silent[kind] = waiting[:count], waiting[count:]
        return taken

    def forget(self) -> None:
        """Ask again who is silent: others than the works have answered."""
        self._silent.clear()

    def report(self, figures: Figures, verdicts: Sequence[Verdict] = ()) -> None:
        """Keep what a work found."""
        self.found.figures.append(figures)
        self.found.verdicts.extend(verdicts)

    def remark(self, text: str) -> None:
        """Something the reader of the figures must know."""
        self.found.remarks.append(text)
        self.say(f"  NOTE: {text}")
