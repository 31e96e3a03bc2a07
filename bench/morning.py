"""The middle of a morning: half of all groups have answered."""

from __future__ import annotations

from bench.ground import Ground

# Up to half of all groups, spread over all schools, on top of those who answered already. Told
# in the hour before now, as the hot path would have written them.
ANSWERED = """
WITH chosen AS (
    SELECT unit_id, school_id, path, coalesce(roll, 40) AS roll,
           %(at)s - (unit_id %% 3600) * interval '1 second' AS told
    FROM obligation
    WHERE day = %(day)s AND kind = 'check.morning' AND told_at IS NULL AND cancelled_at IS NULL
    ORDER BY hashint8(unit_id)
    LIMIT (SELECT greatest(0, count(*) / 2 - count(told_at)) FROM obligation
           WHERE day = %(day)s AND kind = 'check.morning')
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


def make(ground: Ground) -> None:
    """Make it, where it is not yet: 425,000 obligations, half of them answered."""
    ground.take(0)
    with ground.database() as connection:
        values = {"day": ground.today, "at": ground.at()}
        added = connection.execute(ANSWERED, values).rowcount
        ground.say(f"  {added:,} more groups have answered")
        connection.execute("ANALYZE obligation")
        connection.execute("ANALYZE check_revision")
        connection.execute("CHECKPOINT")
    ground.forget()
