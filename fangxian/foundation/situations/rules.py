"""What may be done with response levels."""

from datetime import date

from django.utils.translation import gettext as _

from fangxian.foundation.accounts.rules import Role
from fangxian.kernel.access import Decision, Permission
from fangxian.kernel.audit import Event

LEVELS = {1: "I", 2: "II", 3: "III", 4: "IV"}


class SituationPermission(Permission):
    VIEW = "situations.view"
    MANAGE = "situations.manage"


_BOTH = [SituationPermission.VIEW, SituationPermission.MANAGE]
GRANTS: dict[str, list[Permission]] = {
    **{role: [SituationPermission.VIEW] for role in Role if role is not Role.AUDITOR},
    Role.COUNTY_OFFICER: [*_BOTH],
    Role.CITY_OFFICER: [*_BOTH],
    Role.PROVINCE_OFFICER: [*_BOTH],
    Role.UNIT_ADMIN: [*_BOTH],
}


class SituationEvent(Event):
    LEVEL_SET = "situations.level_set"
    LEVEL_ENDED = "situations.level_ended"


def may_begin(day: date, *, today: date) -> Decision:
    """A level begins, or ends, today or on a day to come; the past stays as it was."""
    if day < today:
        return Decision(False, _("This day is over; what was asked of it stays as it was."))
    return Decision(True)
