"""The one statement that makes notices and plans how they go out.

Each part is a table of the next: what the caller selects, the notices it makes that were not
there before, then a delivery for every channel a reader wants, and one for every robot of a unit
whose people were told.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fangxian.foundation.notices.kinds import Template
from fangxian.foundation.notices.rules import (
    DEFAULT_WANTED,
    QUIET_FROM,
    QUIET_TO,
    TOLD_TO_GROUPS,
    Channel,
    Wanted,
    quiet_until,
)
from fangxian.kernel.clock import SHANGHAI

MAKING = """
WITH chosen AS ({select}),
made AS (
    INSERT INTO notice (day, user_id, path, kind, urgent, context, link, created_at, dedupe)
    SELECT %(n_day)s, c.user_id, c.path, %(n_kind)s, %(n_urgent)s, c.context, c.link,
           %(n_at)s, c.dedupe
    FROM chosen c JOIN accounts_user u ON u.id = c.user_id AND u.is_active
    ON CONFLICT (day, user_id, dedupe) DO NOTHING
    RETURNING id, user_id, path, dedupe
),
personal AS (
    INSERT INTO delivery
        (day, notice_id, user_id, path, channel, lane, urgent, created_at, not_before)
    SELECT %(n_day)s, m.id, m.user_id, m.path, way.channel, way.channel, %(n_urgent)s, %(n_at)s,
           CASE WHEN %(n_urgent)s THEN %(n_at)s ELSE {quiet} END
    FROM made m
    JOIN accounts_user u ON u.id = m.user_id
    CROSS JOIN unnest(%(n_ways)s::text[], %(n_usual)s::int[]) AS way (channel, usual)
    LEFT JOIN notices_preference p
      ON p.user_id = m.user_id AND p.channel = way.channel AND p.category = %(n_category)s
    LEFT JOIN notices_quiethours q ON q.user_id = m.user_id
    WHERE CASE way.channel WHEN 'email' THEN u.email WHEN 'sms' THEN u.phone END <> ''
      AND coalesce(p.wanted, way.usual) >= %(n_least)s
    RETURNING 1
),
robots AS (
    INSERT INTO delivery (day, notice_id, user_id, robot_id, path, channel, lane, urgent,
                          created_at, not_before, dedupe)
    SELECT DISTINCT ON (r.id, m.dedupe)
           %(n_day)s, m.id, m.user_id, r.id, m.path, r.channel, r.lane, %(n_urgent)s,
           %(n_at)s, %(n_robots_at)s, m.dedupe
    FROM notices_robot r
    JOIN units_unitversion v
      ON v.unit_id = r.unit_id AND v.valid_from <= %(n_day)s AND v.valid_to > %(n_day)s
    JOIN accounts_roleassignment a
      ON a.unit_id = r.unit_id AND a.valid_from <= %(n_day)s AND a.valid_to > %(n_day)s
    JOIN made m ON m.user_id = a.user_id AND starts_with(m.path, v.path)
    WHERE r.is_active AND %(n_category)s = ANY (r.categories) AND %(n_to_groups)s
      AND (%(n_urgent)s OR NOT r.only_urgent)
    ORDER BY r.id, m.dedupe, m.id
    ON CONFLICT (day, robot_id, dedupe) WHERE robot_id IS NOT NULL DO NOTHING
    RETURNING 1
)
SELECT (SELECT count(*) FROM made), (SELECT count(*) FROM personal),
       (SELECT count(*) FROM robots)
"""

# `rules.quiet_until` for every reader at once; a test holds the two equal.
QUIET = """
(CASE
    WHEN q.user_id IS NULL THEN %(n_quiet_end)s
    WHEN q.start > q."end" AND %(n_time)s >= q.start
        THEN (%(n_day)s::date + 1 + q."end") AT TIME ZONE %(n_zone)s
    WHEN q.start > q."end" AND %(n_time)s < q."end"
        THEN (%(n_day)s::date + q."end") AT TIME ZONE %(n_zone)s
    WHEN q.start <= q."end" AND %(n_time)s >= q.start AND %(n_time)s < q."end"
        THEN (%(n_day)s::date + q."end") AT TIME ZONE %(n_zone)s
    ELSE %(n_at)s
END)
"""

ONE_BY_ONE = """
SELECT unnest(%(to)s::bigint[]) AS user_id, %(path)s::text AS path,
       %(context)s::jsonb AS context, %(dedupe)s::text AS dedupe, %(link)s::text AS link
"""


def making(select: str) -> str:
    """The whole statement around what the caller selects."""
    return MAKING.format(select=select, quiet=QUIET)


def parameters(
    template: Template, urgent: bool, ways: Mapping[Channel, int], at: datetime
) -> dict[str, Any]:
    """What the statement is filled with, beside the caller's own; all begin with `n_`."""
    local = at.astimezone(SHANGHAI)
    quiet_end = quiet_until(at, QUIET_FROM, QUIET_TO)
    return {
        "n_day": local.date(),
        "n_time": local.time(),
        "n_zone": SHANGHAI.key,
        "n_at": at,
        "n_kind": template.code,
        "n_category": template.category.value,
        "n_urgent": urgent,
        "n_ways": [way.value for way in ways],
        "n_usual": [DEFAULT_WANTED[way].value for way in ways],
        "n_least": Wanted.URGENT if urgent else Wanted.ALL,
        "n_quiet_end": quiet_end,
        "n_to_groups": template.category in TOLD_TO_GROUPS,
        "n_robots_at": at if urgent else quiet_end,
    }
