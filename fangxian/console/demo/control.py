"""The demo's clock in the visitor's hand: faster, slower, standing, further on, or again."""

from datetime import datetime, time

from django.db import transaction
from django.utils.translation import gettext as _

from fangxian.console.demo.scenarios import JUMPS, SPEEDS, START, STOP, moment
from fangxian.console.models import DemoMorning
from fangxian.kernel import clock
from fangxian.kernel.errors import Conflict, Invalid, NotFound
from fangxian.kernel.models import Installation

#: after so long without a sign of the simulation the demo's time counts as having stood still
STALE_SECONDS = 60


def _morning() -> DemoMorning:
    """The morning, locked: two visitors may press at once."""
    found = DemoMorning.objects.select_for_update().first()
    if found is None:
        raise NotFound(_("This is no demonstration."))
    return found


def _set(morning: DemoMorning, *, shown: datetime, speed: float, at: datetime) -> None:
    stop = moment(morning.day, STOP)
    Installation.set_clock(real_at=at, demo_at=min(shown, stop), speed=speed, stop_at=stop)
    clock.forget()


def shown(at: datetime) -> datetime:
    """What the demo's clock shows at a real moment, read anew."""
    found = Installation.objects.demo_clock()
    if found is None:
        raise NotFound(_("This is no demonstration."))
    return found.read(at)


@transaction.atomic
def prepare(morning: DemoMorning, *, at: datetime) -> None:
    """Stand at the beginning of the morning until the simulation starts the clock."""
    _set(morning, shown=moment(morning.day, START), speed=0, at=at)


@transaction.atomic
def hold(*, at: datetime) -> None:
    """Nothing has served for a while: the demo's time stood still meanwhile."""
    morning = _morning()
    if morning.beaten_at is None or (at - morning.beaten_at).total_seconds() < STALE_SECONDS:
        return
    _set(morning, shown=morning.played_until, speed=0, at=at)
    morning.beaten_at = None
    morning.save(update_fields=["beaten_at"])


@transaction.atomic
def begin(*, at: datetime) -> None:
    """The simulation is there: a clock that waited for it starts."""
    morning = _morning()
    if morning.beaten_at is None:
        _set(morning, shown=shown(at), speed=morning.speed, at=at)
        morning.beaten_at = at
        morning.save(update_fields=["beaten_at"])


@transaction.atomic
def set_speed(*, speed: int, at: datetime) -> None:
    """Run at one of the offered speeds; a standing clock goes on."""
    if speed not in SPEEDS:
        text = _("Choose one of the speeds offered.")
        raise Invalid(text, {"speed": [text]})
    morning = _morning()
    morning.speed = speed
    morning.save(update_fields=["speed"])
    _set(morning, shown=shown(at), speed=speed, at=at)


@transaction.atomic
def pause(*, at: datetime) -> None:
    """Stand still; the next speed chosen, or `go_on`, moves it again."""
    _set(_morning(), shown=shown(at), speed=0, at=at)


@transaction.atomic
def go_on(*, at: datetime) -> None:
    """Go on at the speed before the pause."""
    morning = _morning()
    _set(morning, shown=shown(at), speed=morning.speed, at=at)


@transaction.atomic
def jump(*, to: time, at: datetime) -> None:
    """Set the clock forward; what would have happened meanwhile is caught up."""
    morning = _morning()
    target = moment(morning.day, to)
    if to not in JUMPS:
        text = _("Choose one of the times offered.")
        raise Invalid(text, {"to": [text]})
    if target < shown(at):
        raise Conflict(_("It is later than that already; start the morning again to go back."))
    running = Installation.objects.values_list("clock_speed", flat=True).get()
    _set(morning, shown=target, speed=running, at=at)


@transaction.atomic
def ask_rewind(*, at: datetime) -> None:
    """Ask for the morning anew: the simulation clears the day, then starts the clock."""
    morning = _morning()
    morning.rewind_asked = True
    morning.save(update_fields=["rewind_asked"])
    _set(morning, shown=shown(at), speed=0, at=at)
