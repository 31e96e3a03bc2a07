"""The names of channels, categories, events and permissions, in the reader's language."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from fangxian.foundation.notices.rules import (
    Category,
    Channel,
    Failure,
    NoticeEvent,
    NoticePermission,
    State,
    Wanted,
)

CHANNEL_LABELS = {
    Channel.EMAIL: _("E-mail"),
    Channel.SMS: _("Text message"),
    Channel.WECOM: _("WeCom robot"),
    Channel.DINGTALK: _("DingTalk robot"),
    Channel.FEISHU: _("Feishu robot"),
    Channel.WEBHOOK: _("Webhook"),
}
CHANNELS = [(channel.value, label) for channel, label in CHANNEL_LABELS.items()]

CATEGORY_LABELS = {
    Category.DUTIES: _("What I have to answer"),
    Category.SILENCE: _("Who has not answered"),
    Category.SIGNALS: _("Signals and cases"),
    Category.ACCOUNT: _("My account"),
}
CATEGORIES = [(category.value, label) for category, label in CATEGORY_LABELS.items()]

WANTED_LABELS = {
    Wanted.NOTHING: _("nothing"),
    Wanted.URGENT: _("only urgent"),
    Wanted.ALL: _("everything"),
}

EVENTS = {
    NoticeEvent.ROBOT_ADDED: _("Robot added"),
    NoticeEvent.ROBOT_CHANGED: _("Robot changed"),
    NoticeEvent.ROBOT_REMOVED: _("Robot removed"),
    NoticeEvent.PREFERENCES: _("Chose how to be told"),
}
PERMISSIONS = {NoticePermission.ROBOTS: _("Manage a unit's robots")}

STATE_LABELS = {
    State.QUEUED: _("Waiting"),
    State.SENDING: _("On its way"),
    State.SENT: _("Sent"),
    State.GIVEN_UP: _("Given up"),
    State.SUPPRESSED: _("Not needed any more"),
}
STATE_TONES = {
    State.QUEUED: "waiting",
    State.SENDING: "info",
    State.SENT: "ok",
    State.GIVEN_UP: "overdue",
    State.SUPPRESSED: "excused",
}
FAILURE_LABELS = {
    Failure.TIMEOUT: _("The server did not answer in time"),
    Failure.UNREACHABLE: _("The server cannot be reached"),
    Failure.INSECURE: _("The server's certificate is not valid"),
    Failure.BROKEN: _("The server is in trouble"),
    Failure.CREDENTIALS: _("The server does not accept our credentials"),
    Failure.BUSY: _("The server asks to try again later"),
    Failure.REFUSED: _("The server refused the message"),
    Failure.PRIVATE: _("The address lies inside a private network, where robots may not be"),
    Failure.NO_ADDRESS: _("There is no address any more"),
    Failure.SWITCHED_OFF: _("The channel is switched off"),
    Failure.READ: _("It was read here in the meantime"),
    Failure.INTERRUPTED: _("Sending was interrupted twice; it may have arrived"),
    Failure.TOO_OLD: _("It waited for a day and is of no use any more"),
}


def why(noted: str) -> str:
    """What a delivery's log says, in words: the reason, then what the server said itself."""
    code, _colon, said = noted.partition(":")
    if code not in FAILURE_LABELS:
        return said
    reason = str(FAILURE_LABELS[Failure(code)])
    return gettext("%(reason)s: %(said)s") % {"reason": reason, "said": said} if said else reason
