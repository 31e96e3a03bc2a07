"""Sending lane by lane, each in a thread of its own; what fails again and again rests."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue

from django.db import connection, transaction

from fangxian.foundation.notices.models import Lane
from fangxian.foundation.notices.rules import LANE_FAILURES, OF_LANE, Channel, Failure, rest_of_lane
from fangxian.foundation.notices.sending import claims
from fangxian.foundation.notices.sending.claims import Parcel, Waiting
from fangxian.foundation.notices.sending.mail import is_set_up, mail
from fangxian.foundation.notices.sending.messages import Message, compose
from fangxian.foundation.notices.sending.outcomes import Outcome
from fangxian.foundation.notices.sending.sms import text

logger = logging.getLogger(__name__)

THREADS = 8
#: a healthy lane with more than this to send is sent by several threads
MUCH = 200
MOST_A_LANE = 4
SECONDS = 45.0
PATIENCE = 30.0
BATCH = {Channel.EMAIL.value: 50}
SMALL_BATCH = 10

Deliver = Callable[[Message], Outcome]


@dataclass
class Round:
    """One turn of sending: when it began, by both clocks, and when it has to stop."""

    at: datetime
    real: datetime
    began: float
    seconds: float
    #: the lanes that somebody is sending right now
    at_work: Counter[str] = field(default_factory=Counter)

    @property
    def over(self) -> bool:
        return time.monotonic() - self.began > self.seconds

    def now(self) -> tuple[datetime, datetime]:
        """The domain's time and the machine's."""
        passed = timedelta(seconds=time.monotonic() - self.began)
        return self.at + passed, self.real + passed


def run(
    *, at: datetime, real: datetime, seconds: float = SECONDS, patience: float = PATIENCE
) -> bool:
    """Send what is due for so many seconds at most; whether there may be more.

    at: the domain's time. real: the machine's, for leases and retries. patience: how much longer
    than that a lane may take before it is left alone.
    """
    claims.give_up(at=at, real=real)
    turn = Round(at, real, time.monotonic(), seconds)
    lanes: SimpleQueue[Waiting] = SimpleQueue()
    open_lanes = [one for one in claims.waiting(at=at, real=real) if one.has_tests or not one.rests]
    busy = [one for one in open_lanes if one.failures == 0 and not one.rests]
    more = [one for one in busy for _again in range(min(one.count // MUCH, MOST_A_LANE - 1))]
    for one in (*open_lanes, *more):
        lanes.put(one)
    unfinished = {one.lane for one in open_lanes}
    threads = [
        threading.Thread(target=_work, args=(lanes, turn, unfinished), daemon=True)
        for _number in range(min(THREADS, lanes.qsize()))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, turn.began + seconds + patience - time.monotonic()))
    stuck = [lane for lane, senders in turn.at_work.copy().items() if senders]
    for lane in stuck:  # a server that answers a byte at a time; its thread is left to itself
        _note_failure(lane, Outcome(Failure.TIMEOUT), turn)
    return bool(unfinished.difference(stuck))


def _work(lanes: "SimpleQueue[Waiting]", turn: Round, unfinished: set[str]) -> None:
    try:
        while not turn.over:
            one = lanes.get_nowait()
            turn.at_work[one.lane] += 1
            if _send_lane(one, turn):
                unfinished.discard(one.lane)
            turn.at_work[one.lane] -= 1
    except Empty:
        return
    except Exception:
        logger.exception("a lane of notices stopped")
    finally:
        connection.close()


def _send_lane(one: Waiting, turn: Round) -> bool:
    """Send what one lane has; whether nothing is left to do there for now."""
    failures = one.failures
    while not turn.over:
        at, real = turn.now()
        most = 1 if failures >= LANE_FAILURES else BATCH.get(one.lane, SMALL_BATCH)
        parcels = claims.claim(one.lane, most=most, only_tests=one.rests, at=at, real=real)
        if not parcels:
            return True
        suffered = _send(parcels, turn)
        if suffered is not None:
            _note_failure(one.lane, suffered, turn)
            return True
        if failures:
            failures = 0
            Lane.objects.filter(name=one.lane).update(failures=0, open_until=None, last_error="")
    return False


def _send(parcels: list[Parcel], turn: Round) -> Outcome | None:
    """Hand over one after the other; what the lane suffers from ends it, the rest goes back."""
    left = list(parcels)
    try:
        messages = compose(parcels)
        with _sender(Channel(parcels[0].channel)) as deliver:
            while left and not turn.over:
                parcel = left[0]
                outcome = _handed_over(messages[parcel.id], deliver)
                left.pop(0)
                at, real = turn.now()
                claims.settle(parcel, outcome, at=at, real=real)
                if outcome.failure in OF_LANE and not parcel.is_test:
                    return outcome
    finally:
        claims.release(left)
    return None


def _handed_over(ready: Message | Outcome, deliver: Deliver) -> Outcome:
    if isinstance(ready, Outcome):
        return ready
    try:
        return deliver(ready)
    except Exception:  # one message that nobody foresaw must not hold up the others
        logger.exception("a notice could not be handed over")
        return Outcome(Failure.BROKEN)


@contextmanager
def _sender(channel: Channel) -> Iterator[Deliver]:
    if channel is Channel.EMAIL and is_set_up():
        with mail() as server:
            yield server
    elif channel is Channel.EMAIL:
        yield lambda _message: Outcome(Failure.SWITCHED_OFF)
    elif channel is Channel.SMS:
        yield text
    else:
        # Apprise takes half a second to import: only who sends through it pays for it.
        from fangxian.foundation.notices.sending.robots import tell

        yield tell


@transaction.atomic
def _note_failure(lane: str, outcome: Outcome, turn: Round) -> None:
    """One more failure in a row; from the third on the lane rests, longer each time."""
    Lane.objects.get_or_create(name=lane)
    row = Lane.objects.select_for_update().get(name=lane)
    row.failures += 1
    rest = rest_of_lane(row.failures)
    row.open_until = turn.now()[1] + rest if rest else None
    row.last_error = outcome.noted
    row.save()
    logger.warning("notices: %s failed %s times in a row: %s", lane, row.failures, outcome.failure)
