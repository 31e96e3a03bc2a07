"""The names of the events, in the reader's language."""

from django.utils.translation import gettext_lazy as _

from fangxian.foundation.special.rules import SpecialEvent

EVENTS = {
    SpecialEvent.OPENED: _("Opened a special collection"),
    SpecialEvent.WRITTEN: _("Wrote into a special collection"),
    SpecialEvent.READ: _("Read a special collection"),
    SpecialEvent.DESTROYED: _("Destroyed the key of a special collection"),
}
