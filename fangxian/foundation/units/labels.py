"""Names of this room's events and permissions, for the audit trail and for tokens."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from fangxian.foundation.units.rules import UnitEvent, UnitPermission

EVENTS: Final[Mapping[UnitEvent, object]] = {
    UnitEvent.DIVISIONS_LOADED: _("Divisions loaded"),
    UnitEvent.SEEDED: _("Invented units loaded"),
    UnitEvent.OPENED: _("Unit opened"),
    UnitEvent.CLOSED: _("Unit closed"),
    UnitEvent.MOVED: _("Unit moved"),
    UnitEvent.MERGED: _("Units merged"),
    UnitEvent.CHANGED: _("Unit renamed or recoded"),
    UnitEvent.CONTACT_CHANGED: _("Person in charge changed"),
    UnitEvent.LEADER_ADDED: _("Member of the leading group added"),
    UnitEvent.LEADER_ENDED: _("Member of the leading group ended"),
    UnitEvent.TIE_ADDED: _("Outside contact added"),
    UnitEvent.TIE_ENDED: _("Outside contact ended"),
    UnitEvent.IMPORTED: _("Units imported"),
    UnitEvent.CONTACTS_IMPORTED: _("Contacts imported"),
    UnitEvent.TAKEN_BACK: _("Planned change of units taken back"),
}
PERMISSIONS: Final[Mapping[UnitPermission, object]] = {
    UnitPermission.VIEW: _("See units"),
    UnitPermission.CONTACTS: _("Keep a unit's contacts"),
    UnitPermission.MANAGE: _("Open, change, move and close units"),
}
