"""The names of states, sections and populations, in the reader's language."""

from django.utils.translation import gettext_lazy as _

from fangxian.watch.reporting.indicators import Section
from fangxian.watch.reporting.queue import UNSIGNED
from fangxian.watch.reporting.rules import State

STATES = {
    State.DRAFT: _("Not signed"),
    State.SIGNED: _("Signed, waiting"),
    State.RETURNED: _("Returned"),
    State.ACCEPTED: _("Accepted"),
    State.REVISED: _("Being corrected"),
}
TONES = {
    State.DRAFT: "waiting",
    State.SIGNED: "info",
    State.RETURNED: "overdue",
    State.ACCEPTED: "ok",
    State.REVISED: "late",
}
SECTIONS = {
    Section.ROLL: _("Headcount"),
    Section.PLACE: _("Where they are"),
    Section.ABSENCE: _("Absences"),
    Section.HEALTH: _("Health"),
    Section.NEW: _("New since the last signature"),
}
#: the filters of the queue in their order
QUEUE = {
    State.SIGNED.value: _("Waiting for you"),
    State.RETURNED.value: STATES[State.RETURNED],
    State.REVISED.value: STATES[State.REVISED],
    State.ACCEPTED.value: STATES[State.ACCEPTED],
    UNSIGNED: STATES[State.DRAFT],
}
