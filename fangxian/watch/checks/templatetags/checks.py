"""Names of sessions, reasons and symptoms in templates."""

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from fangxian.foundation.obligations.models import Channel
from fangxian.watch.checks import labels
from fangxian.watch.checks.models import CheckLine
from fangxian.watch.checks.rules import Reason, Session, Symptom

register = template.Library()


@register.filter
def session_name(session: str) -> str:
    """The session's name in the reader's language."""
    return str(labels.SESSIONS[Session(session)])


@register.filter
def reason_name(reason: str) -> str:
    """The reason's name in the reader's language."""
    return str(labels.REASONS[Reason(reason)])


@register.filter
def symptom_names(symptoms: list[str]) -> str:
    """The symptoms' names, listed."""
    between = pgettext("between symptoms", ", ")
    return between.join(str(labels.SYMPTOMS[Symptom(symptom)]) for symptom in symptoms)


@register.filter
def channel_name(channel: str) -> str:
    """The channel's name in the reader's language."""
    return str(Channel(channel).label)


@register.filter
def line_name(line: CheckLine, names: dict[int, str]) -> str:
    """The person of a line as far as it is known to the reader."""
    if line.person_id is not None:
        return names.get(line.person_id, _("A person who has left the group"))
    return line.name or _("Nameless")
