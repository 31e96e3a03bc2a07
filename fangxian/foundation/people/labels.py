"""Names of this room's events and permissions, for the audit trail and for tokens."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from fangxian.foundation.people.rules import PeopleEvent, PeoplePermission

EVENTS: Final[Mapping[PeopleEvent, object]] = {
    PeopleEvent.HEADCOUNT_SET: _("Set the headcount of a group"),
    PeopleEvent.MEMBERS_ADDED: _("Added people to a group"),
    PeopleEvent.MEMBER_LEFT: _("Took a person off a group"),
    PeopleEvent.PERSON_ADDED: _("Entered a person"),
    PeopleEvent.PERSON_CHANGED: _("Corrected what is said of a person"),
    PeopleEvent.PERSON_MOVED: _("Moved a person to another group"),
    PeopleEvent.PERSON_LEFT: _("A person left the school"),
    PeopleEvent.PERSON_BACK: _("A person is back at the school"),
    PeopleEvent.GUARDIANS_SET: _("Changed whom to call about a person"),
    PeopleEvent.COHORT_OPENED: _("Opened a cohort"),
    PeopleEvent.COHORT_CLOSED: _("Closed a cohort"),
    PeopleEvent.COHORT_JOINED: _("Put a person into a cohort"),
    PeopleEvent.COHORT_LEFT: _("Took a person off a cohort"),
    PeopleEvent.TRANSFER_ASKED: _("Asked for a transfer"),
    PeopleEvent.TRANSFER_ACCEPTED: _("Agreed to a transfer"),
    PeopleEvent.TRANSFER_REFUSED: _("Refused a transfer"),
    PeopleEvent.TRANSFER_WITHDRAWN: _("Took a transfer back"),
    PeopleEvent.TRANSFER_DONE: _("A person changed schools"),
    PeopleEvent.PROMOTED: _("Promoted the groups of a school"),
    PeopleEvent.PROMOTION_UNDONE: _("Took a promotion back"),
    PeopleEvent.SEARCHED: _("Looked for a person"),
    PeopleEvent.ROSTER_READ: _("Read a list of people"),
    PeopleEvent.PERSON_READ: _("Read a person's record"),
    PeopleEvent.EXPORTED: _("Took a list of people out"),
}
PERMISSIONS: Final[Mapping[PeoplePermission, object]] = {
    PeoplePermission.VIEW: _("Read the names of a group"),
    PeoplePermission.MANAGE: _("Change the names of a group"),
}
