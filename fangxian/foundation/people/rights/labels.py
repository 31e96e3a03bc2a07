"""The names of the events, in the reader's language."""

from django.utils.translation import gettext_lazy as _

from fangxian.foundation.people.rights.rules import RightsEvent

EVENTS = {
    RightsEvent.HANDED_OUT: _("Handed out what is held about a person"),
    RightsEvent.CORRECTED: _("Corrected a record on request"),
    RightsEvent.ERASED: _("Erased a record on request"),
}
