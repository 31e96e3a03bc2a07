"""The names of events and permissions, in the reader's language."""

from django.utils.translation import gettext_lazy as _

from fangxian.foundation.obligations.rules import ObligationEvent, ObligationPermission

EVENTS = {
    ObligationEvent.MADE: _("List of the day made"),
    ObligationEvent.EXCUSED: _("Unit excused"),
    ObligationEvent.CANCELLED: _("Taken off the list"),
    ObligationEvent.CHASED: _("Silent units asked again"),
    ObligationEvent.FOLLOWED: _("Lists followed the calendar"),
}
PERMISSIONS = {
    ObligationPermission.VIEW: _("See who has answered"),
    ObligationPermission.CHASE: _("Ask silent units again"),
    ObligationPermission.EXCUSE: _("Excuse units"),
}
