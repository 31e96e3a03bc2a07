"""What may be done with the calendar and when a change still counts; the terms of a year."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from fangxian.foundation.accounts.rules import Role
from fangxian.kernel.access import Decision, Permission
from fangxian.kernel.audit import Event

FARTHEST = timedelta(days=400)
LONGEST_TERM = timedelta(days=250)


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
    TERM_SET = "schooldays.term_set"
    TERM_CLEARED = "schooldays.term_cleared"
    SUSPENDED = "schooldays.suspended"
    RESUMED = "schooldays.resumed"
    RETURN_SET = "schooldays.return_set"
    RETURN_CLEARED = "schooldays.return_cleared"


class Season(StrEnum):
    """Which term of a school year."""

    AUTUMN = "autumn"
    SPRING = "spring"
    SUMMER = "summer"


SEASONS: Final = {
    Season.AUTUMN.value: _lazy("First term (autumn)"),
    Season.SPRING.value: _lazy("Second term (spring)"),
    Season.SUMMER.value: _lazy("Short term (summer)"),
}


@dataclass(frozen=True, order=True)
class TermKey:
    """Which term: the school year by the year of its autumn, and the season."""

    school_year: int
    season: str

    @property
    def window(self) -> tuple[date, date]:
        """The part of the year in which this term begins; a term's declaration settles the holidays
        of its half-year too."""
        year = self.school_year
        if self.season == Season.AUTUMN:
            return date(year, 8, 1), date(year + 1, 1, 31)
        if self.season == Season.SUMMER:
            return date(year + 1, 6, 1), date(year + 1, 8, 31)
        return date(year + 1, 2, 1), date(year + 1, 7, 31)


def term_of(day: date) -> TermKey:
    """The term in whose half-year a day lies: autumn from August, spring from February."""
    if day.month >= 8:
        return TermKey(day.year, Season.AUTUMN)
    return TermKey(day.year - 1, Season.AUTUMN if day.month == 1 else Season.SPRING)


def may_change(day: date, *, today: date) -> Decision:
    """A day can be declared while it lasts, and a year ahead; what is over stays as it was."""
    if day < today:
        return Decision(False, _("This day is over; what was asked of it stays as it was."))
    if day > today + FARTHEST:
        return Decision(False, _("The calendar reaches a year ahead."))
    return Decision(True)


def term_fits(key: TermKey, first: date, last: date, *, today: date) -> dict[str, list[str]]:
    """What does not hold together in a term, by field."""
    wrong: dict[str, list[str]] = {}
    low, high = key.window
    if last < first:
        wrong["last_day"] = [_("The last day lies before the first.")]
    elif last < today:
        wrong["last_day"] = [_("This term is over; what was asked in it stays as it was.")]
    elif last - first > LONGEST_TERM:
        wrong["last_day"] = [_("A term is shorter than that.")]
    if first > today + FARTHEST:
        wrong["first_day"] = [_("The calendar reaches a year ahead.")]
    elif not low <= first <= high:
        text = _("This term begins between %(low)s and %(high)s.")
        wrong["first_day"] = [text % {"low": low, "high": high}]
    return wrong


def may_resume_part(suspended_path: str, path: str, *, is_open: bool) -> Decision:
    """Whether a part may open before the whole: it lies below, and the whole is still closed."""
    if path == suspended_path or not path.startswith(suspended_path):
        return Decision(False, _("This unit does not lie below the suspended one."))
    if not is_open:
        return Decision(False, _("This suspension is over."))
    return Decision(True)
