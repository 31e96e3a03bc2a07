"""What the events of single sign-on are called in the audit trail."""

from django.utils.translation import gettext_lazy as _

from fangxian.foundation.accounts.single.rules import SingleEvent

EVENTS: dict[str, object] = {
    SingleEvent.LINKED: _("Linked an account to single sign-on"),
    SingleEvent.UNLINKED: _("Ended the link to single sign-on"),
    SingleEvent.USED: _("Was named by single sign-on"),
    SingleEvent.REFUSED: _("Was sent by single sign-on and not let in"),
}
