"""The only clock. Views, tasks and commands read it; everything below gets `at` and `today`.

A demo runs on a clock of its own, with an offset and a speed kept in the database, so that
its morning can be watched at any hour of any day.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
REREAD_SECONDS = 1.0
#: no day before or after these is ever meant; what is written so is a slip of the pen
EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)


@dataclass(frozen=True)
class DemoClock:
    """At `real_at` the demo's clock showed `demo_at`; since then it runs at `speed`.

    At speed 0 it stands still; at `stop_at` it stops by itself.
    """

    real_at: datetime
    demo_at: datetime
    speed: float
    stop_at: datetime | None = None

    def read(self, real_now: datetime) -> datetime:
        """The demo's time at a real moment."""
        shown = self.demo_at + (real_now - self.real_at) * self.speed
        return (min(shown, self.stop_at) if self.stop_at else shown).astimezone(SHANGHAI)


def _no_demo() -> DemoClock | None:
    return None


class _Cache:
    reader: Callable[[], DemoClock | None] = staticmethod(_no_demo)
    demo: DemoClock | None = None
    read_at: float = float("-inf")


def read_demo_from(reader: Callable[[], DemoClock | None]) -> None:
    """Say where a demo's clock is kept; called once the tables are known."""
    _Cache.reader = staticmethod(reader)


def real_now() -> datetime:
    """The machine's own time in Asia/Shanghai; for leases and logs, never for the domain."""
    return datetime.now(SHANGHAI)


def demo_clock() -> DemoClock | None:
    """The demo's clock, re-read at most once a second; None outside a demo."""
    if time.monotonic() - _Cache.read_at > REREAD_SECONDS:
        _Cache.demo = _Cache.reader()
        _Cache.read_at = time.monotonic()
    return _Cache.demo


def forget() -> None:
    """Read the clock's setting anew at the next call."""
    _Cache.read_at = float("-inf")


def now() -> datetime:
    """The time of the domain, aware, in Asia/Shanghai."""
    demo = demo_clock()
    return demo.read(real_now()) if demo else real_now()


def today() -> date:
    """The day of the domain in Asia/Shanghai."""
    return now().date()


def day_written(text: str) -> date | None:
    """The day of a text such as 2020-02-03; None where it is none, or none that can be meant."""
    try:
        found = date.fromisoformat(text) if len(text) == len("2020-02-03") else None
    except ValueError:
        return None
    return found if found is not None and EARLIEST <= found <= LATEST else None


def midnight(day: date) -> datetime:
    """The first moment of a day."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def end_of(day: date) -> datetime:
    """The first moment after a day."""
    return midnight(day + timedelta(days=1))
