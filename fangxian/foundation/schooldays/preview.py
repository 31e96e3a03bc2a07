"""What a declaration would change, shown before it is confirmed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fangxian.foundation.obligations.actions import Effect, rehearse, trying
from fangxian.foundation.schooldays.queries import declared

#: so far ahead a preview looks
REACH = timedelta(days=300)


@dataclass(frozen=True)
class Preview:
    """The days on which something changes at or below a unit, and what is asked on the first.

    `until` is None where the change has no end within reach.
    """

    days: tuple[date, ...]
    effects: tuple[Effect, ...]
    until: date | None

    @property
    def more(self) -> int:
        """On how many days beside the first one."""
        return max(0, len(self.days) - 1)


def preview(
    change: Callable[[], object], *, path: str, first: date, last: date | None, at: datetime
) -> Preview:
    """What a change does from today on; raises what the change itself would raise."""
    today = at.date()
    begin = max(first, today)
    end = min(last, begin + REACH) if last else begin + REACH
    with trying():
        before = declared(first=begin, last=end, as_of=today)
        change()
        after = declared(first=begin, last=end, as_of=today)
    span = (begin + timedelta(days=step) for step in range((end - begin).days + 1))
    days = tuple(
        day
        for day in span
        if before.school_day(day).within(path) != after.school_day(day).within(path)
    )
    effects = rehearse(change, days=days[:1], path=path, at=at) if days else []
    endless = bool(days) and end - days[-1] < timedelta(days=7) and end == begin + REACH
    return Preview(days, tuple(effects), None if endless or not days else days[-1])
