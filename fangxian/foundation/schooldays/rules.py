"""What may be done with the calendar, and when a change still counts."""

from datetime import date, timedelta

from django.utils.translation import gettext as _

from fangxian.foundation.accounts.rules import Role
from fangxian.kernel.access import Decision, Permission
from fangxian.kernel.audit import Event

SATURDAY = 5
FARTHEST = timedelta(days=400)


class SchooldayPermission(Permission):
    VIEW = "schooldays.view"
    MANAGE = "schooldays.manage"


_BOTH = [SchooldayPermission.VIEW, SchooldayPermission.MANAGE]
GRANTS: dict[str, list[Permission]] = {
    **{role: [SchooldayPermission.VIEW] for role in Role if role is not Role.AUDITOR},
    Role.COUNTY_OFFICER: [*_BOTH],
    Role.CITY_OFFICER: [*_BOTH],
    Role.PROVINCE_OFFICER: [*_BOTH],
    Role.UNIT_ADMIN: [*_BOTH],
}


class SchooldayEvent(Event):
    DECLARED = "schooldays.declared"
    CLEARED = "schooldays.cleared"


def ordinarily_open(day: date) -> bool:
    """Monday to Friday, where nothing else is declared."""
    return day.weekday() < SATURDAY


def may_change(day: date, *, today: date) -> Decision:
    """A day can be declared until it begins: then the list of who owes an answer is frozen."""
    if day <= today:
        return Decision(
            False,
            _("From its first minute a day's list is frozen. Excuse the units concerned instead."),
        )
    if day > today + FARTHEST:
        return Decision(False, _("The calendar reaches a year ahead."))
    return Decision(True)
