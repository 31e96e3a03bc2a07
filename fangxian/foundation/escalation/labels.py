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
#: the rungs of the documents that come with the product; others are told by their codes
RUNGS = {
    "soon": _("before it is due"),
    "due": _("when it is due"),
    "reporter": LEVELS[Level.SCHOOL_REPORTER],
    "head": LEVELS[Level.HEAD],
    "county": LEVELS[Level.COUNTY],
    "city": LEVELS[Level.CITY],
    "province": LEVELS[Level.PROVINCE],
}
FACTS = {"rungs": _("told"), "notices": _("notices")}
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


def rungs_in_words(codes: list[str]) -> str:
    """Which rungs were told, in the reader's language."""
    return ", ".join(str(RUNGS.get(code, code)) for code in codes)
