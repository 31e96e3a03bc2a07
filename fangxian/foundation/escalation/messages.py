"""What people read: one text for each situation, filled in when it is read."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from fangxian.foundation.escalation.actions import follow_notice
from fangxian.foundation.escalation.labels import LEVELS
from fangxian.foundation.escalation.rules import Level
from fangxian.foundation.notices.kinds import Template, register
from fangxian.foundation.notices.rules import Category
from fangxian.foundation.obligations.kinds import Kind, OwedBy
from fangxian.kernel.clock import SHANGHAI


class Message(StrEnum):
    """The situations a message is about."""

    SOON = "escalation.soon"
    OWED = "escalation.owed"
    GROUPS = "escalation.groups"
    SCHOOL = "escalation.school"
    SCHOOLS = "escalation.schools"
    GAP_GROUPS = "escalation.gap_groups"
    GAP_SCHOOLS = "escalation.gap_schools"


_DUTIES, _SILENCE = Category.DUTIES, Category.SILENCE
_VACANT = _("Vacant: %(missing)s. So it comes to you: %(names)s. Deadline: %(time)s.")
#: message, category, name, title, text
_TEXTS = (
    (
        Message.SOON,
        _DUTIES,
        _("Reminder before the deadline"),
        _("%(kind)s: due at %(time)s"),
        _("Not answered yet: %(names)s."),
    ),
    (
        Message.OWED,
        _DUTIES,
        _("Reminder after the deadline"),
        _("%(kind)s: was due at %(time)s"),
        _("Still missing: %(names)s. Answer now, also if it is late."),
    ),
    (
        Message.GROUPS,
        _SILENCE,
        _("Silent groups of a school"),
        _("%(kind)s: groups silent: %(silent)s"),
        _("%(place)s: %(names)s. Deadline: %(time)s."),
    ),
    (
        Message.SCHOOL,
        _SILENCE,
        _("A silent school"),
        _("%(kind)s of your school is missing"),
        _("%(place)s has not answered. Deadline: %(time)s."),
    ),
    (
        Message.SCHOOLS,
        _SILENCE,
        _("Silent schools of a bureau"),
        _("%(kind)s: schools silent: %(schools)s"),
        _("%(place)s: %(names)s. Deadline: %(time)s. The list has the telephone numbers."),
    ),
    (
        Message.GAP_GROUPS,
        _SILENCE,
        _("Groups whose post is vacant"),
        _("%(kind)s: nobody to remind at groups: %(silent)s"),
        _VACANT,
    ),
    (
        Message.GAP_SCHOOLS,
        _SILENCE,
        _("Schools whose post is vacant"),
        _("%(kind)s: nobody to remind at schools: %(schools)s"),
        _VACANT,
    ),
)


def declare() -> None:
    """Make the texts known to the inbox."""
    for code, category, label, title, body in _TEXTS:
        register(
            Template(
                code.value,
                label,
                title,
                body,
                category,
                acknowledge=follow_notice,
                acknowledge_label=_("I am on it"),
            )
        )


def in_both(text: object) -> dict[str, str]:
    """A lazy text in the two languages it may be read in."""
    found = {}
    for key, language in (("zh", "zh-hans"), ("en", "en")):
        with translation.override(language):
            found[key] = str(text)
    return found


def facts(kind: Kind, day: date, due_at: datetime, at: datetime) -> Mapping[str, Any]:
    """What all messages of one sweep say alike."""
    local = due_at.astimezone(SHANGHAI)
    same_day = local.date() == at.astimezone(SHANGHAI).date()
    return {
        "code": kind.code,
        "kind": in_both(kind.label),
        "day": day.isoformat(),
        "time": f"{local:%H:%M}" if same_day else f"{local:%m-%d %H:%M}",
    }


def vacant(level: Level, kind: Kind) -> dict[str, str]:
    """The name of the post that nobody holds at a level."""
    if level is not Level.ANSWERER:
        return in_both(LEVELS[level])
    return in_both(_("Group teacher") if kind.owed_by is OwedBy.GROUP else _("School reporter"))
