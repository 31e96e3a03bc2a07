"""Playing the morning's checks: what has arrived by now is written in bulk, in its order."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

import numpy as np
from django.db import connection, transaction

from fangxian.console.demo import script
from fangxian.console.demo.script import Groups, Stories
from fangxian.console.demo.telling import Teller
from fangxian.foundation.obligations.models import Channel
from fangxian.kernel.access import Actor
from fangxian.kernel.clock import midnight
from fangxian.kernel.errors import DomainError
from fangxian.watch.checks import actions, hotpath
from fangxian.watch.checks.actions import Submission
from fangxian.watch.checks.rules import Session

CHUNK: Final = 150
#: what is written together has arrived within so many seconds
SPAN: Final = 30
OWED: Final = """
SELECT o.unit_id, o.school_id, coalesce(o.roll, -1), v.code
FROM obligation o
JOIN units_unitversion v ON v.unit_id = o.unit_id AND v.valid_from <= o.day AND v.valid_to > o.day
WHERE o.day = %s AND o.kind = %s AND o.subject = '' AND o.cancelled_at IS NULL
  AND o.told_at IS NULL
ORDER BY o.unit_id
"""
UNANSWERED: Final = """
SELECT unit_id FROM obligation
WHERE day = %s AND kind = %s AND subject = '' AND unit_id = ANY(%s) AND told_at IS NULL
  AND excused_at IS NULL AND cancelled_at IS NULL
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
        self.day, self.session, self.stories = day, session, stories
        with connection.cursor() as cursor:
            cursor.execute(OWED, [day, session.kind])
            rows = cursor.fetchall()
            cursor.execute(ROSTERS, [day, day])
            rosters: Mapping[int, Sequence[int]] = dict(cursor.fetchall())
        table = np.array([row[:3] for row in rows], np.int64).reshape(-1, 3)
        self.codes = [row[3] for row in rows]
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
            span = np.searchsorted(self.times, self.times[self.next] + SPAN, side="right")
            rows = self.order[self.next : min(end, self.next + CHUNK, int(span))]
            self.next += len(rows)
            yield rows

    def play(self, rows: np.ndarray, *, token: str, by: Actor) -> int:
        """Write one portion, but for the groups that have answered otherwise meanwhile.

        Everything of a portion or nothing is written, whenever this process ends.
        """
        rows = self._still_silent(rows)
        if not len(rows):
            return 0
        at = self._moment(float(self.received[rows].max()))
        submissions = self._submissions(rows)
        with transaction.atomic():
            if hotpath.record_first(submissions, token=token, at=at) is not None:
                return len(rows)
            transaction.set_rollback(True)
        return sum(_one_by_one(submission, by, at) for submission in submissions)

    def _still_silent(self, rows: np.ndarray) -> np.ndarray:
        units = [int(unit) for unit in self.groups.unit[rows]]
        with connection.cursor() as cursor:
            cursor.execute(UNANSWERED, [self.day, self.session.kind, units])
            silent = np.array([unit for (unit,) in cursor.fetchall()], np.int64)
        return rows[np.isin(self.groups.unit[rows], silent)]

    def _submissions(self, rows: np.ndarray) -> list[Submission]:
        contents = self.teller.contents(rows)
        return [
            Submission(
                unit=self.codes[row],
                day=self.day,
                content=content,
                channel=Channel.PHONE if content.on_behalf_of else Channel.WEB,
                told_at=self._moment(float(self.told[row])),
            )
            for row, content in zip(rows, contents, strict=True)
        ]

    def _moment(self, since_midnight: float) -> datetime:
        return midnight(self.day) + timedelta(seconds=int(since_midnight))


def _one_by_one(submission: Submission, by: Actor, at: datetime) -> int:
    """What a visitor changed meanwhile stays as the visitor left it."""
    try:
        return int(actions.record(submission, by=by, at=at).created)
    except DomainError:
        return 0
