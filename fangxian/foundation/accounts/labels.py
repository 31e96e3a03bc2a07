"""What the events of this room are called."""

from django.utils.translation import gettext_lazy as _

from fangxian.foundation.accounts.rules import AccountEvent

EVENTS: dict[str, object] = {
    AccountEvent.INVITED: _("Invited a person"),
    AccountEvent.INVITATION_WITHDRAWN: _("Withdrew an invitation"),
    AccountEvent.JOINED: _("Took up an invitation"),
    AccountEvent.ROLE_GIVEN: _("Gave a role"),
    AccountEvent.ROLE_ENDED: _("Ended a role"),
    AccountEvent.COVERED: _("Handed a role to a colleague for a while"),
    AccountEvent.TOKEN_MINTED: _("Made a token"),
    AccountEvent.TOKEN_REVOKED: _("Revoked a token"),
    AccountEvent.SIGNED_IN: _("Signed in"),
    AccountEvent.SIGN_IN_FAILED: _("Failed to sign in"),
    AccountEvent.SIGNED_OUT: _("Signed out"),
    AccountEvent.PASSWORD_CHANGED: _("Changed a password"),
    AccountEvent.PASSWORD_LINK_MADE: _("Made a link for a new password"),
    AccountEvent.DEACTIVATED: _("Closed an account"),
    AccountEvent.REACTIVATED: _("Opened an account again"),
}
