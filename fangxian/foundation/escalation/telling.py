"""The messages of a sweep, set-based: one for each person and place, then handed to the inbox."""

MESSAGE = """
CREATE TEMPORARY TABLE escalation_message (
    template text, user_id bigint, place text, height int, path text, context jsonb,
    dedupe text, link text
) ON COMMIT DROP
"""

# The first few by name, then how many more. `of` is what a text is put together for.
_NAMES = """
named AS (
    SELECT {of}, named_id, row_number() OVER (PARTITION BY {of} ORDER BY min(path)) AS place
    FROM {rows} GROUP BY {of}, named_id
), words AS (
    SELECT {of}, jsonb_build_object(
        'zh', string_agg(v.name_zh, '、' ORDER BY n.place) FILTER (WHERE n.place <= %(named)s)
              || CASE WHEN count(*) > %(named)s THEN ' 等' || count(*) || '个' ELSE '' END,
        'en', string_agg(coalesce(nullif(v.name_en, ''), v.name_zh), ', ' ORDER BY n.place)
              FILTER (WHERE n.place <= %(named)s)
              || CASE WHEN count(*) > %(named)s
                 THEN ' and ' || count(*) - %(named)s || ' more' ELSE '' END) AS names
    FROM named n JOIN units_unitversion v ON v.unit_id = n.named_id
     AND v.valid_from <= DATE '{{day}}' AND v.valid_to > DATE '{{day}}'
    GROUP BY {of}
)"""

_PLACE = """jsonb_build_object('zh', v.name_zh, 'en', coalesce(nullif(v.name_en, ''), v.name_zh))"""
_AS_OF = "v.valid_from <= DATE '{day}' AND v.valid_to > DATE '{day}'"

# Who hears of all that is silent in a scope.
OF_SCOPES = f"""
INSERT INTO escalation_message
WITH {_NAMES.format(of="level, scope_id", rows="escalation_heard")},
counted AS (
    SELECT level, scope_id, min(height) AS height, count(*) AS silent,
           count(DISTINCT school_id) AS schools
    FROM escalation_heard GROUP BY level, scope_id
), told AS (
    SELECT s.level, s.scope_id, c.height, s.path, t.template, t.voice,
           replace(t.link, '0CODE0', v.code) AS link,
           %(facts)s::jsonb || jsonb_build_object(
               'silent', c.silent, 'schools', c.schools, 'names', w.names, 'place', {_PLACE},
               'level', s.level, 'units', jsonb_build_array(s.scope_id)) AS context
    FROM escalation_scope s
    JOIN counted c ON c.level = s.level AND c.scope_id = s.scope_id
    JOIN words w ON w.level = s.level AND w.scope_id = s.scope_id
    JOIN units_unitversion v ON v.unit_id = s.scope_id AND {_AS_OF}
    JOIN unnest(%(levels)s::text[], %(templates)s::text[], %(voices)s::text[], %(links)s::text[])
        AS t (level, template, voice, link) ON t.level = s.level
)
SELECT t.template, r.user_id, t.path, t.height, t.path, t.context,
       %(dedupe)s || t.voice || ':' || t.scope_id, t.link
FROM escalation_reader r JOIN told t ON t.level = r.level AND t.scope_id = r.scope_id
WHERE r.unit_id IS NULL
"""  # noqa: S608 (only our own SQL is put together; every value is a parameter)

# A teacher hears of their own silent groups, in one message for each school.
OF_TEACHERS = f"""
INSERT INTO escalation_message
WITH own AS (
    SELECT r.user_id, h.scope_id, h.scope_path, h.height, h.level, h.unit_id AS named_id, h.path
    FROM escalation_reader r
    JOIN escalation_heard h ON h.level = r.level AND h.unit_id = r.unit_id
), {_NAMES.format(of="user_id, scope_id", rows="own")},
counted AS (
    SELECT user_id, scope_id, min(scope_path) AS place, min(height) AS height, count(*) AS silent,
           jsonb_agg(named_id ORDER BY path) AS units, min(level) AS level, min(path) AS path,
           (array_agg(named_id ORDER BY path))[1] AS first_id
    FROM own GROUP BY user_id, scope_id
)
SELECT t.template, c.user_id, c.place, c.height,
       CASE WHEN c.silent = 1 THEN c.path ELSE c.place END,
       %(facts)s::jsonb || jsonb_build_object(
           'silent', c.silent, 'schools', 1, 'names', w.names, 'level', c.level, 'units', c.units),
       %(dedupe)s || t.voice || ':' || c.first_id, replace(t.link, '0CODE0', v.code)
FROM counted c
JOIN words w ON w.user_id = c.user_id AND w.scope_id = c.scope_id
JOIN units_unitversion v ON v.unit_id = c.first_id AND {_AS_OF}
JOIN unnest(%(levels)s::text[], %(templates)s::text[], %(voices)s::text[], %(links)s::text[])
    AS t (level, template, voice, link) ON t.level = c.level
"""  # noqa: S608

# Who hears of it because nobody below does.
OF_GAPS = f"""
INSERT INTO escalation_message
WITH {_NAMES.format(of="to_level, to_unit", rows="escalation_raised")},
counted AS (
    SELECT to_level, to_unit, min(to_path) AS path, min(role) AS role,
           bool_and(in_school) AS in_school, count(DISTINCT unit_id) AS silent,
           count(DISTINCT school_id) AS schools,
           (array_agg(from_level ORDER BY from_height))[1] AS missing
    FROM escalation_raised GROUP BY to_level, to_unit
)
SELECT CASE WHEN c.in_school THEN %(gap_inside)s ELSE %(gap_above)s END, p.user_id, c.path, -1,
       c.path,
       %(facts)s::jsonb || jsonb_build_object(
           'silent', c.silent, 'schools', c.schools, 'names', w.names, 'level', c.to_level,
           'missing', %(missing)s::jsonb -> c.missing, 'units', jsonb_build_array(c.to_unit)),
       %(dedupe)s || 'gap:' || c.to_level || ':' || c.to_unit,
       replace(%(silent_link)s, '0CODE0', v.code)
FROM counted c
JOIN words w ON w.to_level = c.to_level AND w.to_unit = c.to_unit
JOIN escalation_post p ON p.role = c.role AND p.unit_id = c.to_unit
JOIN units_unitversion v ON v.unit_id = c.to_unit AND {_AS_OF}
"""  # noqa: S608

# One person hears of one place once: at the highest level they stand at.
ONCE_EACH = """
DELETE FROM escalation_message m USING escalation_message other
WHERE other.user_id = m.user_id AND other.place = m.place AND other.height > m.height
"""

TEMPLATES = "SELECT DISTINCT template FROM escalation_message ORDER BY template"
SELECT = """
SELECT user_id, path, context, dedupe, link FROM escalation_message
WHERE template = %(template)s
"""
