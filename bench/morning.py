"""The middle of a morning: half of all groups have answered."""

from __future__ import annotations

from datetime import date

from bench import province
from bench.ground import Ground

# Every other group, by its id: the same ones each time, spread over all schools. Their answers
# are told in the hour before now, as the hot path would have written them.
ANSWERED = """
WITH chosen AS (
    SELECT unit_id, school_id, path, coalesce(roll, 40) AS roll,
           %(at)s - (unit_id %% 3600) * interval '1 second' AS told
    FROM obligation
    WHERE day = %(day)s AND kind = 'check.morning' AND unit_id %% 2 = 0
      AND told_at IS NULL AND cancelled_at IS NULL
), kept AS (
    INSERT INTO check_revision (day, unit_id, session, revision, school_id, path, told_at,
        received_at, channel, digest, enrolled, present, not_known, absent_ill, absent_leave,
        absent_unknown, absent_other, symptomatic_present, fever)
    SELECT %(day)s, unit_id, 'morning', 1, school_id, path, told, told, 'api', '',
           roll, roll, 0, 0, 0, 0, 0, 0, 0
    FROM chosen
)
UPDATE obligation o
SET told_at = c.told, received_at = c.told, channel = 'api', accounted = c.roll
FROM chosen c
WHERE o.day = %(day)s AND o.kind = 'check.morning' AND o.unit_id = c.unit_id"""


def make(ground: Ground, day: date) -> None:
    """Make it, where it is not yet: 425,000 obligations, half of them answered."""
    at = ground.at()
    province.open_day(day, at, (province.MORNING, province.REPORT))
    with ground.database() as connection:
        added = connection.execute(ANSWERED, {"day": day, "at": at}).rowcount
        if added:
            ground.say(f"  {added:,} groups answered")
            connection.execute("ANALYZE obligation")
            connection.execute("ANALYZE check_revision")
            connection.execute("CHECKPOINT")
