"""The names of sessions, reasons, symptoms and places, in the reader's language."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from fangxian.watch.checks.rules import (
    CheckEvent,
    CheckPermission,
    Reason,
    Session,
    Symptom,
)

SESSIONS = {
    Session.MORNING: _("Morning check"),
    Session.NOON: _("Noon check"),
    Session.EVENING: _("Evening check"),
    Session.HOME: _("Home check"),
}
REASONS = {
    Reason.ILL: _("Ill"),
    Reason.LEAVE: _("On leave"),
    Reason.UNKNOWN_CAUSE: _("Absent, cause unknown"),
    Reason.OTHER: _("Another reason"),
}
SYMPTOMS = {
    Symptom.FEVER: _("Fever"),
    Symptom.COUGH: _("Cough"),
    Symptom.HEADACHE: _("Headache"),
    Symptom.SORE_THROAT: _("Sore throat"),
    Symptom.PAROTID_SWELLING: _("Swollen cheeks"),
    Symptom.ABDOMINAL_PAIN: _("Stomach ache"),
    Symptom.DIARRHOEA: _("Diarrhoea"),
    Symptom.VOMITING: _("Vomiting"),
    Symptom.RASH: _("Rash"),
    Symptom.DIZZINESS: _("Dizziness"),
    Symptom.FATIGUE: _("Fatigue"),
    Symptom.CONJUNCTIVAL_REDNESS: _("Red eyes"),
    Symptom.LABOURED_BREATHING: _("Laboured breathing"),
    Symptom.JAUNDICE: _("Jaundice"),
    Symptom.OTHER: pgettext_lazy("symptom", "Other"),
}
PLACES = {
    "campus": _("On campus"),
    "city": _("In the city"),
    "province": _("In the province"),
    "elsewhere": _("Elsewhere in the country"),
    "abroad": _("Abroad"),
}
EVENTS = {
    CheckEvent.RECORDED: _("Check recorded"),
    CheckEvent.REVISED: _("Check corrected"),
}
PERMISSIONS = {
    CheckPermission.VIEW: _("See checks"),
    CheckPermission.RECORD: _("Record checks"),
}
