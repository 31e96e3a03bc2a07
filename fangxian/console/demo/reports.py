"""Playing the schools' signatures, the return by the county, and yesterday's reports."""

from datetime import date, datetime

from fangxian.console.demo.cast import Places
from fangxian.console.demo.script import Stories


class Reports:
    """The daily reports that are still to be signed."""

    def __init__(self, day: date, stories: Stories, places: Places) -> None:
        self.day, self.stories, self.places = day, stories, places

    def play(self, until: datetime) -> None:
        """Sign what is due to be signed by a moment."""
