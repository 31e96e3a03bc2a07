"""The simulated morning as a process: it follows the demo's clock, whatever becomes of either."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Final

from fangxian.console.demo import cast, control, stories
from fangxian.console.demo.play import Checks
from fangxian.console.demo.reports import Reports
from fangxian.console.demo.rewind import rewind
from fangxian.console.models import DemoMorning
from fangxian.foundation.accounts.models import User
from fangxian.foundation.escalation.queries import ladders
from fangxian.foundation.escalation.sweep import sweep
from fangxian.foundation.obligations.models import ObligationDay
from fangxian.kernel.access import Actor, system
from fangxian.kernel.clock import real_now
from fangxian.watch.checks.rules import Session

TURN_SECONDS: Final = 0.25
#: how much of the machine's time it leaves to those who look at the pages
REST: Final = 0.5
#: how long it plays before it looks again whether the visitor wants something else
LONGEST_TURN: Final = 1.0


class Simulation:
    """One morning being played; made anew when the morning starts again."""

    def __init__(self, morning: DemoMorning) -> None:
        self.morning = morning
        robot = User.objects.get(username=cast.ROBOT)
        self.by = Actor(robot.pk, str(robot))
        day = morning.day
        places = cast.find_places(day)
        told = stories.tell(places, day)
        owed = ObligationDay.objects.filter(day=day, expected__gt=0)
        due = set(owed.values_list("kind", flat=True))
        first = (Session.MORNING, Session.HOME)
        self.checks = [Checks(day, session, told) for session in first if session.kind in due]
        self.reports = Reports(day, told)
        rungs = [rung.at for ladder in ladders(day)[1] for rung in ladder.rungs]
        self.rungs = sorted(set(rungs))

    def turn(self, now: datetime, rest: Callable[[float], None] = lambda spent: None) -> bool:
        """Play what has happened up to `now`; False when it stopped early to look around."""
        begun = time.monotonic()
        for step in self._steps(now):
            started = time.monotonic()
            step()
            rest(time.monotonic() - started)
            if time.monotonic() - begun > LONGEST_TURN:
                return False
        return True

    def remind(self, now: datetime) -> None:
        """Tell who is to be told of silence by now; after a turn, when the answers are in."""
        if not self.rungs or now < self.rungs[0]:
            return
        sweep(at=now, by=system("escalation", []), days=[self.morning.day])
        self.rungs = [rung for rung in self.rungs if rung > now]

    def _steps(self, now: datetime) -> Iterator[Callable[[], object]]:
        """First the checks, then the reports, since these count them; in small portions."""
        for checks in self.checks:
            for rows in checks.chunks(now):
                yield partial(checks.play, rows, by=self.by)
        more = True

        def sign() -> None:
            nonlocal more
            more = self.reports.play(now)

        while more:
            yield sign


def run(*, forever: Callable[[], bool] = lambda: True) -> None:
    """Until ended: follow the clock, clear the day when asked to."""
    control.begin(at=real_now())
    simulation: Simulation | None = None
    while forever():
        morning = DemoMorning.objects.get()
        if morning.rewind_asked:
            rewind(at=real_now())
            control.begin(at=real_now())
            simulation = None
            continue
        if simulation is None or simulation.morning.day != morning.day:
            simulation = Simulation(morning)
        now = control.shown(real_now())
        if simulation.turn(now, lambda spent: time.sleep(spent * REST)):
            simulation.remind(now)
            DemoMorning.objects.update(played_until=now)
            time.sleep(TURN_SECONDS)
        DemoMorning.objects.update(beaten_at=real_now())
