"""Where the simulated morning stands, for the page that controls it."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Final

from django.db import connection

from fangxian.console.demo.scenarios import JUMPS, SPEEDS, STOP, moment
from fangxian.console.models import DemoMorning
from fangxian.kernel.models import Installation

BEHIND_SECONDS: Final = 300
GONE_SECONDS: Final = 20
ANSWERED: Final = """
SELECT kind, count(*), count(told_at) FROM obligation
WHERE day = %s AND kind IN ('check.morning', 'check.home', 'daily_report') AND cancelled_at IS NULL
GROUP BY kind
"""


@dataclass(frozen=True)
class Progress:
    """What the control page shows. `behind`: the simulation still catches up with the clock."""

    scenario: str
    at: datetime
    speed: float
    chosen_speed: float
    running: bool
    over: bool
    rewinding: bool
    behind: bool
    alone: bool
    groups: tuple[int, int]
    schools: tuple[int, int]
    speeds: tuple[int, ...] = SPEEDS

    @property
    def jumps(self) -> list[tuple[time, bool]]:
        """The times offered, and whether they still lie ahead."""
        return [(to, moment(self.at.date(), to) > self.at) for to in JUMPS]


def progress(real_at: datetime) -> Progress | None:
    """Where the morning stands; None outside a demonstration."""
    morning, found = DemoMorning.objects.first(), Installation.objects.first()
    clock = Installation.objects.demo_clock()
    if morning is None or found is None or clock is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(ANSWERED, [morning.day])
        counted = {kind: (answered, owed) for kind, owed, answered in cursor.fetchall()}
    at = clock.read(real_at)
    beaten = morning.beaten_at
    return Progress(
        scenario=found.scenario,
        at=at,
        speed=clock.speed,
        chosen_speed=morning.speed,
        running=clock.speed > 0,
        over=at >= moment(morning.day, STOP),
        rewinding=morning.rewind_asked,
        behind=(at - morning.played_until).total_seconds() > max(BEHIND_SECONDS, 4 * clock.speed),
        alone=beaten is None or (real_at - beaten).total_seconds() > GONE_SECONDS,
        groups=counted.get("check.morning") or counted.get("check.home") or (0, 0),
        schools=counted.get("daily_report", (0, 0)),
    )
