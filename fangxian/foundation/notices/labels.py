"""The names of channels, categories, events and permissions, in the reader's language."""

from django.utils.translation import gettext_lazy as _

from fangxian.foundation.notices.rules import (
    Category,
    Channel,
    NoticeEvent,
    NoticePermission,
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
