"""The decision of a sweep, set-based: each statement makes a table that the next ones read.

They are temporary tables rather than one statement of many parts, since those carry no
statistics and 425,000 silent groups need a plan made for them.

    silent   who has not answered, of one kind, day and deadline
    step     who is county, city and province to the schools of each bureau
    heard    silent × level told now: at which school or bureau it is heard of
    scope    heard, summed up by school or bureau
    post     who hears for a role at a unit today: its holders, their covers, or substitutes
    reader   who of them hears of which silent units
    raised   what nobody at its level hears of, and who above hears of it instead
"""

TABLES = ("silent", "step", "heard", "scope", "post", "reader", "raised")

SILENT = """
CREATE TEMPORARY TABLE escalation_silent ON COMMIT DROP AS
SELECT o.unit_id, o.school_id, o.bureau_id, o.path,
       left(o.path, strpos('/' || o.path, '/' || o.school_id || '/')
                    + length(o.school_id::text)) AS school_path
FROM obligation o
WHERE o.day = DATE '{day}' AND o.kind = %(kind)s AND o.due_at = %(due_at)s
  AND o.told_at IS NULL AND o.excused_at IS NULL AND o.cancelled_at IS NULL
"""

STEP = """
CREATE TEMPORARY TABLE escalation_step ON COMMIT DROP AS
SELECT * FROM unnest(%(step_bureaus)s::bigint[], %(step_levels)s::text[], %(step_units)s::bigint[],
                     %(step_paths)s::text[], %(step_roles)s::text[])
    AS step (bureau_id, level, unit_id, path, role)
"""

# Somebody who is on it spares their own level, and nobody else.
HEARD = """
CREATE TEMPORARY TABLE escalation_heard ON COMMIT DROP AS
SELECT l.level, l.height, s.unit_id, s.school_id, s.bureau_id, s.path, s.school_path,
       CASE WHEN l.in_school THEN s.school_id ELSE t.unit_id END AS scope_id,
       CASE WHEN l.in_school THEN s.school_path ELSE t.path END AS scope_path,
       CASE WHEN l.in_school THEN l.role ELSE t.role END AS role,
       CASE WHEN l.in_school THEN s.unit_id ELSE s.school_id END AS named_id, l.in_school
FROM escalation_silent s
CROSS JOIN unnest(%(levels)s::text[], %(heights)s::int[], %(in_school)s::bool[], %(roles)s::text[])
    AS l (level, height, in_school, role)
LEFT JOIN escalation_step t ON t.bureau_id = s.bureau_id AND t.level = l.level
WHERE (l.in_school OR t.unit_id IS NOT NULL) AND NOT EXISTS (
    SELECT FROM escalation_acknowledgement a
    WHERE a.day = DATE '{day}' AND a.kind = %(kind)s AND a.ended_at IS NULL
      AND starts_with(s.path, a.path)
      AND CASE WHEN l.in_school THEN l.level = ANY (a.levels) ELSE t.unit_id = ANY (a.bureaus) END)
"""

SCOPE = """
CREATE TEMPORARY TABLE escalation_scope ON COMMIT DROP AS
SELECT level, scope_id, bool_and(in_school) AS in_school, min(role) AS role,
       min(scope_path) AS path, count(*)::int AS silent
FROM escalation_heard GROUP BY level, scope_id
"""

# What was told before, under whatever deadline, is not told again: its scope goes.
FIRE = """
WITH fired AS (
    INSERT INTO escalation_firing
        (day, kind, rung, unit_id, level, school_id, path, fired_at, silent, folded_into)
    SELECT DATE '{day}', %(kind)s, r.code, s.scope_id, s.level,
           CASE WHEN s.in_school THEN s.scope_id ELSE 0 END, s.path, %(at)s, s.silent, r.folded_into
    FROM escalation_scope s
    JOIN unnest(%(rung_levels)s::text[], %(rung_codes)s::text[], %(rung_voices)s::text[])
        AS r (level, code, folded_into) ON r.level = s.level
    ON CONFLICT DO NOTHING
    RETURNING level, unit_id, folded_into
)
DELETE FROM escalation_scope s WHERE NOT EXISTS (
    SELECT FROM fired f
    WHERE f.level = s.level AND f.unit_id = s.scope_id AND f.folded_into = '')
"""

_IN_FORCE = "{row}.valid_from <= %(today)s AND {row}.valid_to > %(today)s"
POST = f"""
CREATE TEMPORARY TABLE escalation_post ON COMMIT DROP AS
SELECT a.role, a.unit_id, a.user_id
FROM accounts_roleassignment a JOIN accounts_user u ON u.id = a.user_id AND u.is_active
WHERE a.role = ANY (%(post_roles)s) AND {_IN_FORCE.format(row="a")}
  AND NOT EXISTS (
      SELECT FROM accounts_roleassignment c
      JOIN accounts_user cu ON cu.id = c.user_id AND cu.is_active
      WHERE c.stands_in_for_id = a.user_id AND c.role = a.role AND c.unit_id = a.unit_id
        AND {_IN_FORCE.format(row="c")})
  AND NOT EXISTS (
      SELECT FROM escalation_substitute s
      JOIN accounts_user su ON su.id = s.user_id AND su.is_active
      WHERE s.unit_id = a.unit_id AND s.role = a.role AND s.ended_at IS NULL
        AND s.first_day <= %(today)s AND s.last_day >= %(today)s)
UNION
SELECT s.role, s.unit_id, s.user_id
FROM escalation_substitute s JOIN accounts_user u ON u.id = s.user_id AND u.is_active
WHERE s.role = ANY (%(post_roles)s) AND s.ended_at IS NULL
  AND s.first_day <= %(today)s AND s.last_day >= %(today)s
"""  # noqa: S608

# A group's teacher hears of the group; where it has none, who is teacher of the teaching point
# or of the whole small school. Everyone else hears of all that is silent in their scope.
READER = """
CREATE TEMPORARY TABLE escalation_reader ON COMMIT DROP AS
SELECT s.level, s.scope_id, p.user_id, NULL::bigint AS unit_id
FROM escalation_scope s JOIN escalation_post p ON p.role = s.role AND p.unit_id = s.scope_id
WHERE s.role <> 'group_teacher'
UNION ALL
SELECT n.level, n.scope_id, p.user_id, n.unit_id
FROM (
    SELECT DISTINCT ON (h.unit_id) h.level, h.scope_id, h.unit_id, near.unit_id AS held_at
    FROM escalation_heard h
    JOIN escalation_scope s ON s.level = h.level AND s.scope_id = h.scope_id
    JOIN units_unitversion v ON v.unit_id = h.unit_id
     AND v.valid_from <= DATE '{day}' AND v.valid_to > DATE '{day}'
    CROSS JOIN LATERAL (
        VALUES (h.unit_id, 0), (v.reports_to_id, 1), (h.school_id, 2)) AS near (unit_id, rank)
    JOIN (SELECT DISTINCT unit_id FROM escalation_post WHERE role = 'group_teacher') held
      ON held.unit_id = near.unit_id
    WHERE h.role = 'group_teacher'
    ORDER BY h.unit_id, near.rank
) n
JOIN escalation_post p ON p.role = 'group_teacher' AND p.unit_id = n.held_at
"""

# Before the deadline a vacancy is told inside the school only.
RAISED = """
CREATE TEMPORARY TABLE escalation_raised ON COMMIT DROP AS
WITH gap AS (
    SELECT h.* FROM escalation_heard h
    JOIN escalation_scope s ON s.level = h.level AND s.scope_id = h.scope_id
    WHERE NOT EXISTS (
        SELECT FROM escalation_reader r
        WHERE r.level = h.level AND r.scope_id = h.scope_id
          AND (r.unit_id IS NULL OR r.unit_id = h.unit_id))
), place AS (
    SELECT DISTINCT school_id, bureau_id, school_path, level, height FROM gap
), above AS (
    SELECT p.school_id, p.bureau_id, p.level, u.height, u.level AS to_level, p.school_id AS to_unit,
           p.school_path AS to_path, u.role
    FROM place p
    JOIN (VALUES (1, 'school_reporter', 'school_reporter'), (2, 'head', 'head'))
        AS u (height, level, role) ON u.height > p.height
    UNION ALL
    SELECT p.school_id, p.bureau_id, p.level, u.height, t.level, t.unit_id, t.path, t.role
    FROM place p JOIN escalation_step t ON t.bureau_id = p.bureau_id
    JOIN (VALUES (3, 'county'), (4, 'city'), (5, 'province')) AS u (height, level)
      ON u.level = t.level AND u.height > p.height
    WHERE %(past_due)s
), target AS (
    SELECT DISTINCT ON (a.school_id, a.level) a.*
    FROM above a JOIN (SELECT DISTINCT role, unit_id FROM escalation_post) held
      ON held.role = a.role AND held.unit_id = a.to_unit
    ORDER BY a.school_id, a.level, a.height
)
SELECT g.level AS from_level, g.height AS from_height, g.scope_id AS from_scope, g.unit_id,
       g.school_id, g.path,
       CASE WHEN t.height < 3 THEN g.unit_id ELSE g.school_id END AS named_id,
       t.to_level, t.to_unit, t.to_path, t.role, t.height < 3 AS in_school
FROM gap g LEFT JOIN target t ON t.school_id = g.school_id AND t.level = g.level
"""

NOTE_GAPS = """
UPDATE escalation_firing f SET gaps = g.gaps, raised_to = coalesce(g.raised_to, '')
FROM (SELECT from_level, from_scope, count(*)::int AS gaps, min(to_level) AS raised_to
      FROM escalation_raised GROUP BY from_level, from_scope) g
WHERE f.day = DATE '{day}' AND f.kind = %(kind)s AND f.fired_at = %(at)s
  AND f.level = g.from_level AND f.unit_id = g.from_scope AND f.folded_into = ''
"""

# Whoever was told of this list already today, by a rung or a gap, is spared; so is who is on it.
FIRE_GAPS = """
WITH fired AS (
    INSERT INTO escalation_firing
        (day, kind, rung, unit_id, level, school_id, path, fired_at, silent)
    SELECT DATE '{day}', %(kind)s, 'gap.' || r.to_level, r.to_unit, r.to_level,
           CASE WHEN r.in_school THEN r.to_unit ELSE 0 END, r.to_path, %(at)s,
           count(DISTINCT r.unit_id)
    FROM escalation_raised r
    WHERE r.to_unit IS NOT NULL AND NOT EXISTS (
        SELECT FROM escalation_firing f
        WHERE f.day = DATE '{day}' AND f.kind = %(kind)s
          AND f.level = r.to_level AND f.unit_id = r.to_unit)
      AND NOT EXISTS (
        SELECT FROM escalation_acknowledgement a
        WHERE a.day = DATE '{day}' AND a.kind = %(kind)s AND a.ended_at IS NULL
          AND starts_with(r.path, a.path)
          AND (r.to_level = ANY (a.levels) OR r.to_unit = ANY (a.bureaus)))
    GROUP BY r.to_level, r.to_unit, r.to_path, r.in_school
    ON CONFLICT DO NOTHING
    RETURNING level, unit_id
)
DELETE FROM escalation_raised r WHERE NOT EXISTS (
    SELECT FROM fired f WHERE f.level = r.to_level AND f.unit_id = r.to_unit)
"""

# A message is not to speak of what was answered or excused while it was being decided.
ANSWERED = """
DELETE FROM {table} h USING obligation o
WHERE o.day = DATE '{day}' AND o.kind = %(kind)s AND o.unit_id = h.unit_id
  AND (o.told_at IS NOT NULL OR o.excused_at IS NOT NULL OR o.cancelled_at IS NOT NULL)
"""

TOLD = """
UPDATE escalation_firing f SET told = r.told
FROM (SELECT level, scope_id, count(DISTINCT user_id)::int AS told
      FROM escalation_reader GROUP BY level, scope_id) r
WHERE f.day = DATE '{day}' AND f.kind = %(kind)s AND f.fired_at = %(at)s
  AND f.level = r.level AND f.unit_id = r.scope_id AND f.folded_into = ''
"""

TOLD_OF_GAPS = """
UPDATE escalation_firing f SET told = r.told
FROM (SELECT r.to_level, r.to_unit, count(*)::int AS told
      FROM (SELECT DISTINCT to_level, to_unit, role FROM escalation_raised) r
      JOIN escalation_post p ON p.role = r.role AND p.unit_id = r.to_unit
      GROUP BY r.to_level, r.to_unit) r
WHERE f.day = DATE '{day}' AND f.kind = %(kind)s AND f.fired_at = %(at)s
  AND f.level = r.to_level AND f.unit_id = r.to_unit AND f.rung = 'gap.' || r.to_level
"""
