"""What the events of the second factor are called in the audit trail."""

from django.utils.translation import gettext_lazy as _

from fangxian.foundation.accounts.second.rules import SecondEvent

EVENTS: dict[str, object] = {
    SecondEvent.SET_UP: _("Set up two-step sign-in"),
    SecondEvent.TURNED_OFF: _("Turned two-step sign-in off"),
    SecondEvent.CODE_REFUSED: _("Gave a wrong code at sign-in"),
    SecondEvent.RECOVERY_USED: _("Signed in with a recovery code"),
    SecondEvent.RECOVERY_MADE: _("Made new recovery codes"),
    SecondEvent.RESET: _("Reset somebody's two-step sign-in"),
}
