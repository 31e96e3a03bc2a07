"""What has become known since the last cut-off."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from fangxian.kernel.clock import SHANGHAI
from fangxian.watch.checks.figures.statements import FEVER, ILL, literal, rows
from fangxian.watch.reporting.indicators import MARGIN, Scope

PREVIOUS_WITHIN = timedelta(days=7)  # an older check says nothing about being ill still

ONE = "VALUES (%(ids)s::bigint, %(after)s::timestamptz, %(first)s::date)"
MANY = "SELECT * FROM unnest(%(ids)s::bigint[], %(after)s::timestamptz[], %(first)s::date[])"
EDGE = """
SELECT c.school_id, c.id FROM check_revision c
WHERE c.day >= {first} AND c.received_at > %(after)s AND c.school_id = ANY (%(ids)s::bigint[])
UNION
SELECT school_id, check_id FROM check_late_arrival
WHERE received_at > %(after)s AND school_id = ANY (%(ids)s::bigint[])
"""

# What is new: docs/adr/0006 says why it is told from two states and not from a time per line.
#   w         each school's window: what came after `after` and is not in `seen` is news
#   news      the groups with a check that is news and tells of somebody ill
#   chain     the checks of those groups in their order; a week without a check breaks it
#   states    each check as it stands now, and as it stood at the last cut-off
#   told      who was ill in each state; people without a name are told apart by number only
#   runs      one illness: a person in consecutive checks
NEWS = """
WITH w (school_id, after, first) AS (
    {windows}
), seen AS (
    SELECT unnest(%(seen)s::bigint[]) AS id
), news AS (
    SELECT DISTINCT c.unit_id, c.school_id
    FROM w JOIN check_revision c ON c.school_id = w.school_id AND c.day >= w.first
    WHERE c.day >= {first} AND c.is_current AND c.received_at > w.after
      AND c.id NOT IN (SELECT id FROM seen)
      AND (c.absent_ill > 0 OR c.symptomatic_present > 0 OR c.reached_ill > 0 OR c.fever > 0)
), ordered AS (
    SELECT c.*, NOT (c.received_at > w.after AND c.id NOT IN (SELECT id FROM seen)) AS old,
           w.after, lag(c.day) OVER day_by_day AS day_before,
           row_number() OVER day_by_day AS place
    FROM news JOIN w USING (school_id)
    JOIN check_revision c ON c.unit_id = news.unit_id AND c.day >= w.first - {within}
    WHERE c.day >= {first} - {within} AND c.is_current
    WINDOW day_by_day AS (PARTITION BY c.unit_id ORDER BY c.day,
        array_position(ARRAY['home', 'morning', 'noon', 'evening'], c.session::text))
), chain AS (
    SELECT *, place + count(*) FILTER (WHERE day - day_before > {within})
                      OVER (PARTITION BY unit_id ORDER BY place) AS seq
    FROM ordered
), states AS (
    SELECT id, unit_id, seq, old, TRUE AS now, day, session, revision, reached_ill FROM chain
    UNION ALL
    SELECT h.id, h.unit_id, h.seq, h.old, FALSE, h.day, h.session, p.revision, p.reached_ill
    FROM chain h CROSS JOIN LATERAL (
        SELECT r.revision, r.reached_ill FROM check_revision r
        WHERE r.day = h.day AND r.unit_id = h.unit_id AND r.session = h.session
          AND NOT (r.received_at > h.after AND r.id NOT IN (SELECT id FROM seen))
        ORDER BY r.revision DESC LIMIT 1) p
    WHERE NOT h.old
), lines AS (
    SELECT s.*, k.kind, coalesce('p' || n.person_id, 'n' || nullif(n.name, ''), '') AS who
    FROM states s JOIN check_line n USING (day, unit_id, session, revision)
    CROSS JOIN LATERAL (VALUES ('ill', {ill}), ('fever', {fever})) AS k (kind, told)
    WHERE k.told
), told AS (
    SELECT id, unit_id, seq, old, now, kind, who FROM lines
    UNION ALL
    SELECT s.id, s.unit_id, s.seq, s.old, s.now, 'ill', ''
    FROM states s CROSS JOIN LATERAL generate_series(1, s.reached_ill - (
        SELECT count(*)::int FROM check_line n
        WHERE n.day = s.day AND n.unit_id = s.unit_id AND n.session = s.session
          AND n.revision = s.revision AND {ill}))
), people AS (
    SELECT *, row_number() OVER (PARTITION BY id, now, kind, who) AS nth FROM told
), runs AS (
    SELECT p.unit_id, p.kind, p.who, p.nth, p.id, p.seq,
           p.seq - row_number() OVER (PARTITION BY p.unit_id, p.kind, p.who, p.nth
                                      ORDER BY p.seq) AS run,
           p.old OR t.id IS NOT NULL AS stood
    FROM people p LEFT JOIN people t
      ON NOT t.now AND (t.id, t.kind, t.who, t.nth) = (p.id, p.kind, p.who, p.nth)
    WHERE p.now
), fresh AS (
    SELECT unit_id, kind, who, (array_agg(id ORDER BY seq))[1] AS id
    FROM runs GROUP BY unit_id, kind, who, nth, run HAVING NOT bool_or(stood)
), gone AS (
    SELECT t.id, t.kind, count(*) FILTER (WHERE t.who = '') AS nameless,
           count(*) FILTER (WHERE t.who <> '') AS named
    FROM people t LEFT JOIN people p
      ON p.now AND (t.id, t.kind, t.who, t.nth) = (p.id, p.kind, p.who, p.nth)
    WHERE NOT t.now AND p.id IS NULL
    GROUP BY 1, 2
), counted AS (
    SELECT f.unit_id, f.kind,
           greatest(0, count(*) FILTER (WHERE f.who <> '') - coalesce(max(g.nameless), 0))
           + greatest(0, count(*) FILTER (WHERE f.who = '') - coalesce(max(g.named), 0)) AS new
    FROM fresh f LEFT JOIN gone g ON g.id = f.id AND g.kind = f.kind
    GROUP BY f.unit_id, f.kind, f.id
)
SELECT n.school_id, u.population, c.unit_id, c.kind, sum(c.new)
FROM counted c JOIN news n USING (unit_id) JOIN units_unit u ON u.id = c.unit_id
GROUP BY 1, 2, 3, 4 HAVING sum(c.new) > 0
"""


def news(scope: Scope) -> list[tuple[Any, ...]]:
    """New illnesses by group: (school, population, group, "ill" or "fever", how many).

    An illness is a person, in consecutive checks of the group no more than a week apart, each
    of which tells that the person is ill; somebody who is merely ill still is not new. A
    person is known by id, else by name; people without a name are told apart by their number
    alone, so that of three after two one is new. It is new when it stands now and none of its
    checks told of it at the last cut-off; a name that is added to somebody counted is not new.
    So, from cut-off to cut-off: standing before + new - withdrawn = standing now.
    """
    after = [window.since - MARGIN for window in scope.windows]
    late = _late_days(scope.school_ids, after)
    first = [
        min(moment.astimezone(SHANGHAI).date(), late.get(school_id, scope.day))
        for school_id, moment in zip(scope.school_ids, after, strict=True)
    ]
    if not first:
        return []
    alone = len(first) == 1
    statement = NEWS.format(
        windows=ONE if alone else MANY,
        first=literal(min(first)),
        within=PREVIOUS_WITHIN.days,
        ill=ILL,
        fever=FEVER,
    )
    seen = [id_ for window in scope.windows for id_ in window.edge.get("checks", ())]
    ids = scope.school_ids
    named = (ids[0], after[0], first[0]) if alone else (ids, after, first)
    params = dict(zip(("ids", "after", "first"), named, strict=True)) | {"seen": seen}
    return rows(statement, params)


def _late_days(ids: Sequence[int], after: Sequence[datetime]) -> dict[int, date]:
    """The earliest day of which a check came late since, by school; most have none."""
    statement = """
        SELECT a.school_id, min(a.day)
        FROM unnest(%(ids)s::bigint[], %(after)s::timestamptz[]) AS w (school_id, after)
        JOIN check_late_arrival a ON a.school_id = w.school_id AND a.received_at > w.after
        GROUP BY 1
    """
    return dict(rows(statement, {"ids": list(ids), "after": list(after)}))


def edge(school_ids: Sequence[int], after: datetime) -> Mapping[int, Sequence[int]]:
    """The checks of each school that have come after a moment and are seen now."""
    first = literal(after.astimezone(SHANGHAI).date())
    found: dict[int, list[int]] = defaultdict(list)
    seen = rows(EDGE.format(first=first), {"after": after, "ids": list(school_ids)})
    for school_id, check_id in sorted(seen):
        found[school_id].append(check_id)
    return found
