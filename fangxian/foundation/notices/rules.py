"""What is told through which channel and when, as pure values: no table, no clock."""

from datetime import datetime, time, timedelta
from enum import IntEnum, StrEnum

from django.utils.translation import gettext_lazy as _

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

STATE_LABELS = {
    State.QUEUED: _("Waiting"),
    State.SENDING: _("On its way"),
    State.SENT: _("Sent"),
    State.GIVEN_UP: _("Given up"),
    State.SUPPRESSED: _("Not needed any more"),
}

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
