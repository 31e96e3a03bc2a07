"""Comparing a staged sheet with the roster: who is new, changed, moved, missing, and what is wrong.

A row is known by its ID number, else by its number in the school, else by its name in the group
where just one bears it. A person of another school is never touched: that is a transfer.
"""

from collections.abc import Sequence
from typing import Any, Final

from django.db import connection
from psycopg import sql

from fangxian.foundation.people.models import CohortKind
from fangxian.foundation.units.models import OPEN_END
from fangxian.kernel.intake.kinds import Job
from fangxian.kernel.intake.reasons import PART

#: the columns of a row by the kind of cohort: its name, and the person's place in it
COHORTS: Final = {
    CohortKind.DORMITORY: ("dormitory", "bed"),
    CohortKind.BUS: ("bus", "bus_seat"),
    CohortKind.CANTEEN: ("canteen", "canteen_seat"),
}
#: the person's own fields that a row may say
OWN: Final = ("name", "sex", "number", "id_kind", "id_number", "phone")

SCHOOLS = """
CREATE TEMPORARY TABLE roster_school ON COMMIT DROP AS
SELECT s.school_id, v.path FROM (SELECT DISTINCT school_id FROM {rows} WHERE school_id > 0) s
JOIN units_unitversion v
  ON v.unit_id = s.school_id AND v.valid_from <= %(today)s AND v.valid_to > %(today)s
"""

KNOWN = """
CREATE TEMPORARY TABLE roster_known ON COMMIT DROP AS
SELECT r.line, s.path, i.id AS by_id, i.school_id AS id_school, i.kind AS id_kind,
       n.id AS by_number, n.id_number AS borne
FROM {rows} r
JOIN roster_school s USING (school_id)
LEFT JOIN people_person i
  ON i.id_number = r.id_number AND i.id_number <> '' AND i.left_on IS NULL
LEFT JOIN people_person n
  ON n.number = r.number AND n.path = s.path AND n.kind = r.kind
 AND n.number <> '' AND n.left_on IS NULL
WHERE i.id IS NOT NULL OR n.id IS NOT NULL
"""

NAMED = """
CREATE TEMPORARY TABLE roster_named ON COMMIT DROP AS
SELECT r.line, min(p.id) AS id, count(*) AS times
FROM {rows} r
JOIN roster_school s USING (school_id)
JOIN people_person p
  ON p.path = s.path AND p.name = r.name AND p.left_on IS NULL
 AND (p.id_number = '' OR r.id_number IS NULL) AND (p.number = '' OR r.number IS NULL)
JOIN people_membership m
  ON m.person_id = p.id AND m.group_id = r.group_id
 AND m.valid_from <= %(today)s AND m.valid_to > %(today)s
WHERE NOT EXISTS (SELECT FROM roster_known k WHERE k.line = r.line)
GROUP BY r.line
"""

LEAVING = """
CREATE TEMPORARY TABLE roster_leaving ON COMMIT DROP AS
SELECT line, min(left_on) AS left_on FROM (
    SELECT r.line, p.left_on FROM {rows} r JOIN people_person p
      ON p.id_number = r.id_number AND p.id_number <> '' AND p.left_on > %(today)s
    UNION ALL
    SELECT r.line, p.left_on FROM {rows} r JOIN roster_school s USING (school_id)
    JOIN people_person p ON p.path = s.path AND p.number = r.number AND p.kind = r.kind
     AND p.number <> '' AND p.left_on > %(today)s
) x GROUP BY line
"""

DOUBLED = """
CREATE TEMPORARY TABLE roster_doubled ON COMMIT DROP AS
WITH id_twice AS (
    SELECT id_number, min(line) AS a, max(line) AS b FROM {rows}
    WHERE id_number IS NOT NULL GROUP BY 1 HAVING count(*) > 1
), number_twice AS (
    SELECT school_id, kind, number, min(line) AS a, max(line) AS b FROM {rows}
    WHERE number IS NOT NULL GROUP BY 1, 2, 3 HAVING count(*) > 1
), name_twice AS (
    SELECT group_id, name, min(line) AS a, max(line) AS b FROM {rows}
    WHERE (group_id, name) IN (SELECT group_id, name FROM {rows}
                               WHERE number IS NULL AND id_number IS NULL)
    GROUP BY 1, 2 HAVING count(*) > 1
)
SELECT line, string_agg(reason, E'\\n' ORDER BY place) AS reasons FROM (
    SELECT r.line, 1 AS place, {id_twice} AS reason
    FROM id_twice i JOIN {rows} r ON r.id_number = i.id_number
    UNION ALL
    SELECT r.line, 2, {number_twice} FROM number_twice n JOIN {rows} r
      ON r.school_id = n.school_id AND r.kind = n.kind AND r.number = n.number
    UNION ALL
    SELECT r.line, 3, {name_twice} FROM name_twice t JOIN {rows} r
      ON r.group_id = t.group_id AND r.name = t.name
     AND r.number IS NULL AND r.id_number IS NULL
) x GROUP BY line
"""

STAYS_WRONG = """
CREATE TEMPORARY TABLE roster_doubled ON COMMIT DROP AS
SELECT line, reasons FROM {seen} WHERE outcome = 'wrong'
"""

# Of most sheets most rows are new and right: they are in none of these, and cost nothing here.
MET = """
CREATE TEMPORARY TABLE roster_met ON COMMIT DROP AS
SELECT r.line,
       CASE WHEN k.by_id IS NOT NULL AND k.id_school <> r.school_id THEN NULL
            ELSE coalesce(k.by_id, k.by_number, CASE WHEN m.times = 1 THEN m.id END)
       END AS target,
       concat_ws(E'\\n', r.wrong, d.reasons,
           CASE WHEN k.id_school <> r.school_id THEN {elsewhere}
                WHEN k.id_kind <> r.kind THEN {kind_differs}
                WHEN k.by_number <> k.by_id OR (k.borne <> '' AND k.borne <> r.id_number)
                THEN {number_taken} END,
           CASE WHEN m.times > 1 THEN {namesake} END,
           CASE WHEN k.line IS NULL AND l.line IS NOT NULL THEN {leaving} END) AS reasons
FROM (SELECT line FROM roster_known UNION SELECT line FROM roster_named
      UNION SELECT line FROM roster_doubled UNION SELECT line FROM roster_leaving
      UNION SELECT line FROM {rows} WHERE wrong IS NOT NULL) x
JOIN {rows} r USING (line)
LEFT JOIN roster_known k USING (line)
LEFT JOIN roster_named m USING (line)
LEFT JOIN roster_doubled d USING (line)
LEFT JOIN roster_leaving l USING (line)
"""

WRONG = """
WITH twice AS (
    SELECT target, min(line) AS a, max(line) AS b FROM roster_met
    WHERE target IS NOT NULL AND reasons = '' GROUP BY 1 HAVING count(*) > 1
)
INSERT INTO {judged} (line, outcome, target, reasons)
SELECT m.line, 'wrong', m.target, coalesce(nullif(m.reasons, ''), {person_twice})
FROM roster_met m LEFT JOIN twice t USING (target)
WHERE m.reasons <> '' OR t.a IS NOT NULL
"""

COMPARED = """
INSERT INTO {judged} (line, outcome, target, reasons)
SELECT r.line,
       CASE WHEN g.group_id IS DISTINCT FROM r.group_id THEN 'moved'
            WHEN {changed} THEN 'changed' ELSE 'same' END,
       p.id, ''
FROM roster_met x
JOIN {rows} r USING (line)
JOIN people_person p ON p.id = x.target
LEFT JOIN people_membership g
  ON g.person_id = p.id AND g.valid_from <= %(today)s AND g.valid_to > %(today)s
LEFT JOIN people_guardian g1 ON g1.person_id = p.id AND g1.position = 1
LEFT JOIN people_guardian g2 ON g2.person_id = p.id AND g2.position = 2
LEFT JOIN roster_seat c ON c.person_id = p.id
WHERE x.reasons = '' AND NOT EXISTS (SELECT FROM {judged} j WHERE j.line = x.line)
"""

SEATS = """
CREATE TEMPORARY TABLE roster_seat ON COMMIT DROP AS
SELECT cm.person_id, {seats}
FROM people_cohortmembership cm
JOIN roster_school s USING (path)
JOIN people_cohort c ON c.id = cm.cohort_id
WHERE cm.valid_to = %(open)s GROUP BY 1
"""

MISSING = """
INSERT INTO {judged} (line, outcome, target, reasons)
SELECT (-row_number() OVER (ORDER BY p.path, p.kind, p.number, p.id))::int, 'missing', p.id, ''
FROM people_person p
{scope}
WHERE p.left_on IS NULL
  AND NOT EXISTS (SELECT FROM roster_met m WHERE m.target = p.id)
"""
NEW = """
INSERT INTO {judged} (line, outcome, target, reasons)
SELECT r.line, 'new', nextval('people_person_id_seq'), '' FROM {rows} r
WHERE NOT EXISTS (SELECT FROM {judged} j WHERE j.line = r.line)
"""
NOW = """
CREATE TEMPORARY TABLE roster_now
       (line integer PRIMARY KEY, outcome text, target bigint, reasons text) ON COMMIT DROP
"""
DIFFERENT = """
SELECT EXISTS (
    SELECT FROM (SELECT line, outcome, target FROM {seen} WHERE outcome <> 'new') seen
    FULL JOIN roster_now now USING (line)
    WHERE (seen.outcome, seen.target) IS DISTINCT FROM (now.outcome, now.target))
"""
OF_SCHOOLS = """
JOIN (SELECT DISTINCT s.path, r.kind FROM {rows} r JOIN roster_school s USING (school_id)) s
  ON s.path = p.path AND s.kind = p.kind
"""
OF_GROUPS = """
JOIN people_membership g
  ON g.person_id = p.id AND g.valid_from <= %(today)s AND g.valid_to > %(today)s
 AND g.group_id IN (SELECT DISTINCT group_id FROM {rows})
"""


# Just after a great import the planner thinks of the roster as it was, and would go through a
# million people one by one: of many rows every table is read once instead.
MANY: Final = """
SELECT set_config('enable_nestloop', CASE WHEN count(*) > %(many)s THEN 'off' ELSE 'on' END, TRUE)
FROM (SELECT FROM {rows} LIMIT %(many)s + 1) x
"""
MANY_ROWS: Final = 50_000
TEMPORARY: Final = (
    "roster_school",
    "roster_known",
    "roster_named",
    "roster_leaving",
    "roster_doubled",
    "roster_met",
    "roster_seat",
)
COMPARING: Final = (MET, WRONG, SEATS, COMPARED)


def judge(job: Job) -> None:
    """Fill the import's rows with what each would do; reads a million in seconds."""
    _run(job, job.table(), (SCHOOLS, KNOWN, NAMED, LEAVING, DOUBLED, *COMPARING, NEW, MISSING))


def judged_as_before(job: Job) -> bool:
    """Whether every row would still do what the import's rows say; what was wrong stays out."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS roster_now")
        cursor.execute(NOW)
        _run(
            job,
            sql.Identifier("roster_now"),
            (SCHOOLS, KNOWN, NAMED, LEAVING, STAYS_WRONG, *COMPARING, MISSING),
        )
        cursor.execute(sql.SQL(DIFFERENT).format(seen=job.table()))
        different: tuple[bool] | None = cursor.fetchone()
    return different == (False,)


def _run(job: Job, judged: sql.Identifier, steps: Sequence[str]) -> None:
    names = _names(job) | {"judged": judged, "seen": job.table()}
    values = {"today": job.today, "open": OPEN_END}
    parts = {
        "changed": _changed(),
        "seats": _seats(),
        "scope": sql.SQL(OF_SCHOOLS if job.chosen("complete") else OF_GROUPS).format(**names),
    }
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '96MB'")
        cursor.execute(sql.SQL(MANY).format(**names), {"many": MANY_ROWS})
        cursor.execute(f"DROP TABLE IF EXISTS {', '.join(TEMPORARY)}")
        for number, text in enumerate(steps):
            cursor.execute(sql.SQL(text).format(**names, **parts), values)
            if text.lstrip().startswith("CREATE"):
                cursor.execute(_analyze(text))
            job.steps.at(number + 1, len(steps))
        cursor.execute("SET LOCAL enable_nestloop TO DEFAULT")


def _analyze(text: str) -> sql.Composed:
    """A fresh temporary table is unknown to the planner."""
    return sql.SQL("ANALYZE {}").format(sql.Identifier(text.split()[3]))


def _names(job: Job) -> dict[str, sql.Composable]:
    other = sql.SQL("CASE WHEN {0}.a = {1}.line THEN {0}.b ELSE {0}.a END")
    twice = {"id_twice": ("i", "id_number"), "number_twice": ("n", "number"),
             "name_twice": ("t", "name")}  # fmt: skip
    found: dict[str, sql.Composable] = {"rows": job.table("roster_row")}
    for code, (alias, field) in twice.items():
        found[code] = _reason(code, field, other.format(sql.SQL(alias), sql.SQL("r")))
    found["person_twice"] = _reason("person_twice", "", other.format(sql.SQL("t"), sql.SQL("m")))
    found["number_taken"] = _reason("number_taken", "number", sql.SQL("coalesce(r.number, '')"))
    found["leaving"] = _reason("leaving", "", sql.SQL("l.left_on::text"))
    for code in ("elsewhere", "kind_differs", "namesake"):
        found[code] = _reason(code, "", sql.SQL("''"))
    return found


def _reason(code: str, field: str, it: sql.Composable) -> sql.Composed:
    start = sql.Literal(f"{code}{PART}{field}{PART}")
    return sql.SQL("({} || {})").format(start, it)


def _changed() -> sql.Composed:
    """Whether a row says anything else than what is kept; what it leaves empty says nothing."""
    differs = sql.SQL("coalesce({} <> {}, FALSE)")
    pairs: list[Any] = [(f"r.{name}", f"p.{name}") for name in OWN]
    for place in (1, 2):
        pairs += [
            (f"r.guardian{place}", f"coalesce(g{place}.name, '')"),
            (f"r.relation{place}", f"coalesce(g{place}.relation, '')"),
            (f"r.phone{place}", f"coalesce(g{place}.phone, '')"),
        ]
    for name, seat in COHORTS.values():
        pairs += [
            (f"r.{name}", f"coalesce(c.{name}, '')"),
            (f"r.{seat}", f"coalesce(c.{seat}, r.{seat})"),
        ]
    found = [differs.format(sql.SQL(left), sql.SQL(right)) for left, right in pairs]
    born = sql.SQL("(r.born IS NOT NULL AND r.born IS DISTINCT FROM p.born)")
    return sql.SQL(" OR ").join([*found, born])


def _seats() -> sql.Composed:
    """For each kind of cohort its name and the place in it, as columns."""
    one = sql.SQL("min({what}) FILTER (WHERE c.kind = {kind}) AS {column}")
    return sql.SQL(", ").join(
        one.format(what=sql.SQL(what), kind=sql.Literal(kind.value), column=sql.Identifier(column))
        for kind, columns in COHORTS.items()
        for what, column in zip(("c.name", "cm.place"), columns, strict=True)
    )
