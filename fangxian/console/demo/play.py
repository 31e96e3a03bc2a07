"""Playing the morning's checks: what has arrived by now is written in bulk, in its order."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np
from django.db import connection

from fangxian.console.demo import bulk, script
from fangxian.console.demo.bulk import Telling
from fangxian.console.demo.script import Groups, Stories
from fangxian.console.demo.telling import Teller
from fangxian.foundation.obligations.models import Channel
from fangxian.kernel.access import Actor
from fangxian.kernel.clock import midnight
from fangxian.watch.checks.rules import Session

CHUNK: Final = 1000
OWED: Final = """
SELECT unit_id, school_id, coalesce(roll, -1) FROM obligation
WHERE day = %s AND kind = %s AND subject = '' AND cancelled_at IS NULL AND told_at IS NULL
ORDER BY unit_id
"""
ROSTERS: Final = """
SELECT group_id, array_agg(person_id ORDER BY person_id) FROM people_membership
WHERE valid_from <= %s AND valid_to > %s GROUP BY group_id
"""


def seconds(at: datetime, day: date) -> float:
    """A moment as seconds since the day's midnight."""
    return (at - midnight(day)).total_seconds()


class Checks:
    """The checks of one session that are still to come, ready to be played."""

    def __init__(self, day: date, session: Session, stories: Stories) -> None:
        self.day, self.session, self.midnight = day, session, midnight(day)
        with connection.cursor() as cursor:
            cursor.execute(OWED, [day, session.kind])
            rows = cursor.fetchall()
            cursor.execute(ROSTERS, [day, day])
            rosters: Mapping[int, Sequence[int]] = dict(cursor.fetchall())
        table = np.array(rows, np.int64).reshape(-1, 3)
        self.groups = Groups(table[:, 0], table[:, 1], table[:, 2])
        at_home = session is Session.HOME
        self.told = script.told(self.groups, stories)
        self.received = script.received(self.groups, stories, self.told)
        counts = script.counts(self.groups, stories, at_home=at_home)
        self.teller = Teller(self.groups, counts, stories, rosters, session)
        order = np.argsort(self.received, kind="stable")
        self.order = order[~np.isnan(self.received[order])]
        self.times = self.received[self.order]
        self.next = 0

    def chunks(self, until: datetime) -> Iterator[np.ndarray]:
        """The places of what has arrived by a moment and is not played yet, in portions."""
        end = int(np.searchsorted(self.times, seconds(until, self.day), side="right"))
        while self.next < end:
            rows = self.order[self.next : min(end, self.next + CHUNK)]
            self.next += len(rows)
            yield rows

    def play(self, rows: np.ndarray, *, by: Actor) -> int:
        """Write one portion, but for the groups that have answered otherwise meanwhile."""
        contents = self.teller.contents(rows)
        tellings = [
            Telling(
                unit=int(self.groups.unit[row]),
                content=content,
                channel=Channel.PHONE.value if content.on_behalf_of else Channel.WEB.value,
                told_at=self._moment(float(self.told[row])),
                received_at=self._moment(float(self.received[row])),
            )
            for row, content in zip(rows, contents, strict=True)
        ]
        return bulk.record(tellings, day=self.day, session=self.session, by=by)

    def _moment(self, since_midnight: float) -> datetime:
        return self.midnight + timedelta(seconds=int(since_midnight))
