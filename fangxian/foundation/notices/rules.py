"""What is told through which channel and when, as pure values: no table, no clock."""

from datetime import datetime, time, timedelta
from enum import IntEnum, StrEnum

from fangxian.foundation.accounts.rules import Role
from fangxian.kernel.access import Permission
from fangxian.kernel.audit import Event
from fangxian.kernel.clock import SHANGHAI


class NoticePermission(Permission):
    ROBOTS = "notices.robots"


GRANTS: dict[str, list[Permission]] = {Role.UNIT_ADMIN: [NoticePermission.ROBOTS]}


class NoticeEvent(Event):
    ROBOT_ADDED = "notices.robot_added"
    ROBOT_CHANGED = "notices.robot_changed"
    ROBOT_REMOVED = "notices.robot_removed"
    PREFERENCES = "notices.preferences"


class Category(StrEnum):
    """What a notice is about; a person chooses channels for each."""

    DUTIES = "duties"
    SILENCE = "silence"
    SIGNALS = "signals"
    ACCOUNT = "account"


#: what may be said in a group chat: never what concerns one person's account
TOLD_TO_GROUPS = (Category.DUTIES, Category.SILENCE, Category.SIGNALS)


class Channel(StrEnum):
    """A way out of the system; the inbox is always there and is none of these."""

    EMAIL = "email"
    SMS = "sms"
    WEBHOOK = "webhook"
    WECOM = "wecom"
    DINGTALK = "dingtalk"
    FEISHU = "feishu"


#: what reaches one person, and what reaches a unit's group
PERSONAL = (Channel.EMAIL, Channel.SMS)
ROBOTS = (Channel.WECOM, Channel.DINGTALK, Channel.FEISHU, Channel.WEBHOOK)


class Wanted(IntEnum):
    """How much of a category a person wants through a channel."""

    NOTHING = 0
    URGENT = 1
    ALL = 2


#: what holds until a person chooses: a text message costs money and wakes people up
DEFAULT_WANTED = {Channel.EMAIL: Wanted.ALL, Channel.SMS: Wanted.URGENT}


class State(StrEnum):
    """Where a delivery stands."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    GIVEN_UP = "given_up"
    SUPPRESSED = "suppressed"


MOVES: dict[State, set[State]] = {
    State.QUEUED: {State.SENDING, State.GIVEN_UP},
    State.SENDING: {State.SENT, State.QUEUED, State.GIVEN_UP, State.SUPPRESSED},
    State.SENT: set(),
    State.GIVEN_UP: set(),
    State.SUPPRESSED: set(),
}

#: no part of an address as short as this is shown
SHORT = 8

QUIET_FROM = time(22, 0)
QUIET_TO = time(6, 30)


def quiet_until(at: datetime, start: time, end: time) -> datetime:
    """When a message that can wait may be sent: now, or at the end of the quiet hours.

    Quiet is from `start` up to but not including `end`, over midnight where end comes first;
    equal times mean that there are no quiet hours.
    """
    local = at.astimezone(SHANGHAI)
    clock = local.time()
    over_midnight = start > end
    quiet = clock >= start or clock < end if over_midnight else start <= clock < end
    if not quiet:
        return at
    day = local.date() + timedelta(days=1 if over_midnight and clock >= start else 0)
    return datetime.combine(day, end, tzinfo=SHANGHAI)


#: minutes until a failed delivery is tried again; after the last of them it is given up
RETRY_MINUTES = (1, 5, 15, 60, 180)
MOST_ATTEMPTS = len(RETRY_MINUTES) + 1
#: a message that has waited so long is of no use to anyone
TOO_OLD = timedelta(hours=24)
#: how long a delivery may be on its way before its sender must have died
LEASE = timedelta(minutes=5)
#: failures in a row after which a lane rests, and for how long at most
LANE_FAILURES = 3
LANE_REST = timedelta(seconds=30)
LANE_LONGEST_REST = timedelta(minutes=15)


class Failure(StrEnum):
    """Why a delivery did not arrive."""

    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    INSECURE = "insecure"
    BROKEN = "broken"
    CREDENTIALS = "credentials"
    BUSY = "busy"
    REFUSED = "refused"
    PRIVATE = "private"
    NO_ADDRESS = "no_address"
    SWITCHED_OFF = "switched_off"
    READ = "read"
    INTERRUPTED = "interrupted"
    TOO_OLD = "too_old"


#: what the whole lane suffers from: the next message would meet the same
OF_LANE = frozenset(
    {
        Failure.TIMEOUT,
        Failure.UNREACHABLE,
        Failure.INSECURE,
        Failure.BROKEN,
        Failure.CREDENTIALS,
    }
)
#: what no second attempt would change
FINAL = frozenset({Failure.REFUSED, Failure.PRIVATE, Failure.INTERRUPTED, Failure.TOO_OLD})
#: what is no failure at all: nobody needs the message any more, or nobody is there to get it
NEEDLESS = frozenset({Failure.NO_ADDRESS, Failure.SWITCHED_OFF, Failure.READ})


def after_failure(failure: Failure, attempts: int, *, is_test: bool) -> State:
    """What becomes of a delivery after so many attempts, the last of which failed so."""
    if failure in NEEDLESS:
        return State.SUPPRESSED
    if failure in FINAL or is_test or attempts >= MOST_ATTEMPTS:
        return State.GIVEN_UP
    return State.QUEUED


def retry_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts."""
    return timedelta(minutes=RETRY_MINUTES[min(attempts, len(RETRY_MINUTES)) - 1])


def rest_of_lane(failures: int) -> timedelta:
    """How long a lane rests after so many failures in a row: not at all, then longer and longer."""
    if failures < LANE_FAILURES:
        return timedelta(0)
    doubled: int = 1 << min(failures - LANE_FAILURES, 10)
    return min(LANE_LONGEST_REST, LANE_REST * doubled)


def masked(address: str) -> str:
    """Enough of an address to know it again, never all of it: `z…@example.cn`, `138…5678`."""
    name, at, domain = address.rpartition("@")
    if at:
        return f"{name[:1]}…@{domain}"
    return f"{address[:3]}…{address[-4:]}" if len(address) > SHORT else "…"


def masked_url(url: str) -> str:
    """A robot's host, and the end of what opens its group: `qyapi.weixin.qq.com …4f2a`."""
    host, _slash, opens = url.partition("://")[2].partition("/")
    return f"{host} …{opens[-4:]}" if len(opens) > SHORT else f"{host} …"
