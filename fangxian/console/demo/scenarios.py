"""What there is to be shown: a school day of today, the 3rd of February 2020, or one county."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from fangxian.config.environment import Demo
from fangxian.foundation.schooldays.rules import Season, TermKey, term_of
from fangxian.kernel.clock import SHANGHAI

#: a rural county with centre schools and teaching points; its people are known by name
COUNTY: Final = "510129"
#: where the outsider works
OTHER_COUNTY: Final = "510131"
HOLIDAY: Final = date(2020, 2, 3)
LEVEL_ONE: Final = date(2020, 1, 24)
HISTORY_DAYS: Final = 13

START: Final = time(7, 20)
STOP: Final = time(18, 0)
JUMPS: Final = (time(9, 30), time(11, 30), time(13, 0))
SPEEDS: Final = (1, 10, 30, 60, 120)
SPEED: Final = 30.0


class Refused(Exception):
    """This database must not, or cannot, hold that demonstration; the message says why."""


@dataclass(frozen=True)
class Scenario:
    """One demonstration: its day, how much of the province, and the response level in force."""

    demo: Demo
    day: date
    level: int
    level_from: date
    document: str

    @property
    def whole_province(self) -> bool:
        """Whether every county has schools, or just one."""
        return self.demo is not Demo.COUNTY

    @property
    def at_home(self) -> bool:
        """Whether the day is without school, so that everyone is asked at home."""
        return self.demo is Demo.HOLIDAY

    @property
    def opened_on(self) -> date:
        """Since when the invented schools have been there."""
        return self.day - timedelta(days=60)

    @property
    def terms(self) -> list[tuple[TermKey, date, date]]:
        """The terms of its school year, with their first and last day."""
        year = term_of(self.day).school_year
        return [
            (TermKey(year, Season.AUTUMN), date(year, 9, 1), date(year + 1, 1, 20)),
            (TermKey(year, Season.SPRING), date(year + 1, 2, 17), date(year + 1, 7, 10)),
        ]

    @property
    def yesterday(self) -> date:
        """The day whose figures today's are compared with."""
        return self.day - timedelta(days=1)

    @property
    def history(self) -> list[date]:
        """The days before the demo's own of which something is told."""
        days = [self.day - timedelta(days=back) for back in range(HISTORY_DAYS, 0, -1)]
        return [day for day in days if day >= self.level_from]


def scenario(demo: Demo, today: date) -> Scenario:
    """The scenario of that name; its day is today, but for the holiday."""
    if demo is Demo.HOLIDAY:
        document = "四川省突发公共卫生事件一级响应（示例）"
        return Scenario(demo, HOLIDAY, 1, LEVEL_ONE, document)
    return Scenario(demo, today, 2, today - timedelta(days=30), "二级响应（示例）")


def moment(day: date, at: time) -> datetime:
    """A moment of the demo's day."""
    return datetime.combine(day, at, tzinfo=SHANGHAI)
