"""The State Council's holidays and make-up workdays, as far as they are published.

The yearly notice comes in autumn for the year that follows; until then only the ordinary week is
known, and whoever asks is told so.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache

from chinese_calendar.constants import Holiday, holidays, workdays

FIRST_YEAR = min(holidays).year
LAST_YEAR = max(holidays).year
SATURDAY = 5


@dataclass(frozen=True)
class Statutory:
    """A day as the ordinary week and the yearly notice have it.

    `holiday_zh` names the holiday that frees it, or that a working weekend makes up for;
    `published` is False where the notice for its year is not known here.
    """

    is_workday: bool
    holiday_zh: str = ""
    holiday_en: str = ""
    published: bool = True

    @property
    def is_holiday(self) -> bool:
        """Free although it, or the weekend it falls on, is named in the notice."""
        return bool(self.holiday_zh) and not self.is_workday

    @property
    def is_make_up(self) -> bool:
        """A weekend on which work is made up."""
        return bool(self.holiday_zh) and self.is_workday


@cache
def statutory(day: date) -> Statutory:
    """What the law says of a day; the plain week where nothing is published."""
    plain = day.weekday() < SATURDAY
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        return Statutory(plain, published=False)
    named = holidays.get(day) or workdays.get(day)
    if named is None:
        return Statutory(plain)
    return Statutory(day in workdays, Holiday(named).chinese, named)
