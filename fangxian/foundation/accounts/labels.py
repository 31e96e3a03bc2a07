"""What the events of this room, and the facts in the audit trail, are called."""

from django.utils.translation import gettext_lazy as _

from fangxian.foundation.accounts.rules import AccountEvent, AccountPermission, Device
from fangxian.kernel.access import Permission

EVENTS: dict[str, object] = {
    AccountEvent.INVITED: _("Invited a person"),
    AccountEvent.INVITED_MANY: _("Invited many people"),
    AccountEvent.INVITATION_WITHDRAWN: _("Withdrew an invitation"),
    AccountEvent.JOINED: _("Took up an invitation"),
    AccountEvent.ROLE_GIVEN: _("Gave a role"),
    AccountEvent.ROLE_ENDED: _("Ended a role"),
    AccountEvent.COVERED: _("Handed a role to a colleague for a while"),
    AccountEvent.TOKEN_MINTED: _("Made a token"),
    AccountEvent.TOKEN_REVOKED: _("Revoked a token"),
    AccountEvent.SIGNED_IN: _("Signed in"),
    AccountEvent.SIGN_IN_FAILED: _("Failed to sign in"),
    AccountEvent.LIMITED: _("Refused further tries for a while"),
    AccountEvent.SIGNED_OUT: _("Signed out"),
    AccountEvent.SESSIONS_ENDED: _("Ended sign-ins"),
    AccountEvent.PASSWORD_CHANGED: _("Changed a password"),
    AccountEvent.ADDRESS_CHANGED: _("Changed e-mail or telephone"),
    AccountEvent.PASSWORD_LINK_MADE: _("Made a link for a new password"),
    AccountEvent.DEACTIVATED: _("Closed an account"),
    AccountEvent.REACTIVATED: _("Opened an account again"),
    "audit.forgotten": _("Dropped the audit trail of an old day"),
}

PERMISSIONS: dict[Permission, object] = {
    AccountPermission.MANAGE: _("Invite people, give and end roles"),
    AccountPermission.TOKEN: _("Make tokens for programs"),
    AccountPermission.AUDIT: _("Read the audit trail"),
}

DEVICES: dict[str, object] = {
    Device.WECHAT: _("Phone, in WeChat"),
    Device.DINGTALK: _("DingTalk"),
    Device.HARMONY: _("HarmonyOS phone or tablet"),
    Device.IPHONE: _("iPhone"),
    Device.IPAD: _("iPad"),
    Device.ANDROID: _("Android phone or tablet"),
    Device.WINDOWS: _("Windows computer"),
    Device.MAC: _("Mac"),
    Device.LINUX: _("Linux computer"),
    Device.OTHER: _("Another device"),
}

#: the facts that the rooms' events carry, as the audit trail's reader reads them
FACTS: dict[str, object] = {
    "added": _("added"),
    "address": _("address"),
    "asked": _("asked"),
    "count": _("number"),
    "day": _("day"),
    "document": _("document"),
    "figure": _("figure"),
    "from": _("from"),
    "headcount": _("headcount"),
    "home": _("home checks"),
    "invitation": _("invitation no."),
    "kind": _("kind"),
    "level": _("level"),
    "noon": _("noon checks"),
    "open": _("school day"),
    "permissions": _("permissions"),
    "person_id": _("person no."),
    "population": _("population"),
    "reason": _("reason"),
    "revision": _("revision"),
    "role": _("role"),
    "token": _("token no."),
    "tried": _("tried"),
    "until": _("until"),
    "user": _("account"),
    "version": _("version"),
    "changed": _("changed"),
    "closed_on": _("closed on"),
    "into": _("merged into no."),
    "left_out": _("left out"),
    "moved": _("moved"),
    "new": _("new"),
    "same": _("unchanged"),
    "left": _("left"),
    "old_parent": _("from below no."),
    "opened_on": _("opened on"),
    "units": _("units"),
}
