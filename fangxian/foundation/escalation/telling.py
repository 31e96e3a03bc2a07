"""The messages of a sweep, set-based: one for each person and place, then handed to the inbox."""

MESSAGE = """
CREATE TEMPORARY TABLE escalation_message (
    template text, user_id bigint, place text, height int, path text, context jsonb,
    dedupe text, link text
) ON COMMIT DROP
"""

# How many are silent, the first few by name, and how many more; a table of its own, so that the
# plan for the messages knows its size.
_WORDS = """
CREATE TEMPORARY TABLE escalation_{table} ON COMMIT DROP AS
WITH named AS (
    SELECT {of}, named_id, min(path) AS path, count(DISTINCT unit_id) AS units
    FROM {rows} GROUP BY {of}, named_id
), ranked AS (
    SELECT {of}, named_id, row_number() OVER place AS rank,
           count(*) OVER everyone AS named, sum(units) OVER everyone AS silent,
           first_value(named_id) OVER place AS first_id, first_value(path) OVER place AS first_path
    FROM named
    WINDOW everyone AS (PARTITION BY {of}), place AS (PARTITION BY {of} ORDER BY path)
)
SELECT {of}, min(named)::int AS named, min(silent)::int AS silent, min(first_id) AS first_id,
       min(first_path) AS first_path, jsonb_agg(r.named_id ORDER BY r.rank) AS ids,
       jsonb_build_object(
           'zh', string_agg(v.name_zh, '、' ORDER BY r.rank)
                 || CASE WHEN min(named) > %(named)s THEN ' 等' || min(named) || '个' ELSE '' END,
           'en', string_agg(coalesce(nullif(v.name_en, ''), v.name_zh), ', ' ORDER BY r.rank)
                 || CASE WHEN min(named) > %(named)s
                    THEN ' and ' || min(named) - %(named)s || ' more' ELSE '' END) AS names
FROM ranked r JOIN units_unitversion v ON v.unit_id = r.named_id
 AND v.valid_from <= DATE '{{day}}' AND v.valid_to > DATE '{{day}}'
WHERE r.rank <= %(named)s
GROUP BY {of}
"""  # noqa: S608 (only our own SQL is put together; every value is a parameter)

WORDS_OF_SCOPES = _WORDS.format(table="words", of="level, scope_id", rows="escalation_heard")
WORDS_OF_TEACHERS = _WORDS.format(table="own_words", of="user_id, scope_id", rows="escalation_own")
WORDS_OF_GAPS = _WORDS.format(table="gap_words", of="to_level, to_unit", rows="escalation_raised")

_PLACE = """jsonb_build_object('zh', v.name_zh, 'en', coalesce(nullif(v.name_en, ''), v.name_zh))"""
_AS_OF = "v.valid_from <= DATE '{day}' AND v.valid_to > DATE '{day}'"
_LEVELS = """unnest(%(levels)s::text[], %(heights)s::int[], %(templates)s::text[],
                    %(voices)s::text[], %(links)s::text[])
    AS t (level, height, template, voice, link)"""

# Who hears of all that is silent in a scope.
OF_SCOPES = f"""
INSERT INTO escalation_message
SELECT t.template, r.user_id, s.path, t.height, s.path,
       %(facts)s::jsonb || jsonb_build_object(
           'silent', w.silent, 'schools', CASE WHEN s.in_school THEN 1 ELSE w.named END,
           'names', w.names, 'place', {_PLACE}, 'level', s.level,
           'units', jsonb_build_array(s.scope_id)),
       %(dedupe)s || t.voice || ':' || s.scope_id, replace(t.link, '0CODE0', v.code)
FROM escalation_scope s
JOIN {_LEVELS} ON t.level = s.level
JOIN escalation_words w ON w.level = s.level AND w.scope_id = s.scope_id
JOIN escalation_reader r ON r.level = s.level AND r.scope_id = s.scope_id AND r.unit_id IS NULL
JOIN units_unitversion v ON v.unit_id = s.scope_id AND {_AS_OF}
"""  # noqa: S608

# A teacher hears of their own silent groups, in one message for each school.
OWN = """
CREATE TEMPORARY TABLE escalation_own ON COMMIT DROP AS
SELECT r.user_id, h.scope_id, h.scope_path, h.level, h.unit_id, h.unit_id AS named_id, h.path
FROM escalation_reader r
JOIN escalation_heard h ON h.level = r.level AND h.unit_id = r.unit_id
WHERE r.unit_id IS NOT NULL
"""
OF_TEACHERS = f"""
INSERT INTO escalation_message
SELECT t.template, w.user_id, o.scope_path, t.height,
       CASE WHEN w.silent = 1 THEN w.first_path ELSE o.scope_path END,
       %(facts)s::jsonb || jsonb_build_object(
           'silent', w.silent, 'schools', 1, 'names', w.names, 'level', t.level,
           'units', o.units),
       %(dedupe)s || t.voice || ':' || w.first_id, replace(t.link, '0CODE0', v.code)
FROM (SELECT user_id, scope_id, min(scope_path) AS scope_path, min(level) AS level,
             jsonb_agg(unit_id ORDER BY path) AS units
      FROM escalation_own GROUP BY user_id, scope_id) o
JOIN {_LEVELS} ON t.level = o.level
JOIN escalation_own_words w ON w.user_id = o.user_id AND w.scope_id = o.scope_id
JOIN units_unitversion v ON v.unit_id = w.first_id AND {_AS_OF}
"""  # noqa: S608

# Who hears of it because nobody below does.
OF_GAPS = f"""
INSERT INTO escalation_message
SELECT CASE WHEN c.in_school THEN %(gap_inside)s ELSE %(gap_above)s END, p.user_id, c.path, -1,
       c.path,
       %(facts)s::jsonb || jsonb_build_object(
           'silent', w.silent, 'schools', CASE WHEN c.in_school THEN 1 ELSE w.named END,
           'names', w.names, 'level', c.to_level,
           'missing', %(missing)s::jsonb -> c.missing, 'units', jsonb_build_array(c.to_unit)),
       %(dedupe)s || 'gap:' || c.to_level || ':' || c.to_unit,
       replace(%(silent_link)s, '0CODE0', v.code)
FROM (SELECT to_level, to_unit, min(to_path) AS path, min(role) AS role,
             bool_and(in_school) AS in_school,
             (array_agg(from_level ORDER BY from_height))[1] AS missing
      FROM escalation_raised GROUP BY to_level, to_unit) c
JOIN escalation_gap_words w ON w.to_level = c.to_level AND w.to_unit = c.to_unit
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
TABLES = ("message", "words", "own", "own_words", "gap_words")
