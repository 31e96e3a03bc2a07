"""The names of levels, events and permissions, in the reader's language."""

from django.utils.translation import gettext_lazy as _

from fangxian.foundation.escalation.rules import EscalationEvent, EscalationPermission, Level

LEVELS = {
    Level.ANSWERER: _("Whoever answers"),
    Level.SCHOOL_REPORTER: _("School reporter"),
    Level.HEAD: _("Head of school"),
    Level.COUNTY: _("County officer"),
    Level.CITY: _("City officer"),
    Level.PROVINCE: _("Province officer"),
}
EVENTS = {
    EscalationEvent.FIRED: _("Reminders sent"),
    EscalationEvent.ACKNOWLEDGED: _("Took up silence"),
    EscalationEvent.TAKEN_BACK: _("No longer takes up silence"),
    EscalationEvent.SUBSTITUTE_SET: _("Substitute set"),
    EscalationEvent.SUBSTITUTE_ENDED: _("Substitute ended"),
}
PERMISSIONS = {
    EscalationPermission.VIEW: _("See reminders and who is on it"),
    EscalationPermission.ACKNOWLEDGE: _("Take up silence"),
    EscalationPermission.SUBSTITUTES: _("Set substitutes"),
}
