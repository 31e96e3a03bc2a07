"""Writing a judged sheet into the roster, set by set, in the caller's one transaction."""

from collections.abc import Iterator
from typing import Any, Final

from django.db import connection
from django.utils.translation import gettext as _
from psycopg import sql

from fangxian.foundation.people.actions import recount
from fangxian.foundation.people.roster.judge import COHORTS, OWN, judged_as_before
from fangxian.foundation.people.roster.rules import RosterEvent
from fangxian.foundation.units.models import OPEN_END
from fangxian.kernel import audit
from fangxian.kernel.errors import Conflict
from fangxian.kernel.intake import tables
from fangxian.kernel.intake.kinds import Job
from fangxian.kernel.intake.rules import Outcome

PIECE: Final = 50_000  # lines between two looks at whether the person gave up

NEW: Final = sql.SQL("('new')")
KEPT: Final = sql.SQL("('changed', 'moved')")

LOCK = """
SELECT u.id FROM units_unit u JOIN units_unitversion v ON v.unit_id = u.id
WHERE v.kind = 'group' AND v.valid_from <= %(today)s AND v.valid_to > %(today)s
  AND v.school_id IN (SELECT DISTINCT school_id FROM {rows} WHERE school_id > 0)
ORDER BY u.id FOR NO KEY UPDATE OF u
"""
GROUPS = """
CREATE TEMPORARY TABLE roster_group ON COMMIT DROP AS
SELECT g.group_id, v.path, v.school_id FROM (SELECT DISTINCT group_id FROM {rows}) g
JOIN units_unitversion v
  ON v.unit_id = g.group_id AND v.valid_from <= %(today)s AND v.valid_to > %(today)s
"""
GROUPS_GONE = """
SELECT EXISTS (SELECT r.group_id FROM {rows} r JOIN {judged} j USING (line)
               WHERE j.outcome IN ('new', 'changed', 'moved', 'same')
               EXCEPT SELECT group_id FROM roster_group)
"""
COHORTS_NEW = """
INSERT INTO people_cohort (school_id, path, kind, name, valid_from, valid_to)
SELECT DISTINCT r.school_id, s.path, {kind}, r.{name}, %(today)s::date, %(open)s::date
FROM {rows} r JOIN {judged} j USING (line) JOIN roster_school s USING (school_id)
WHERE r.{name} IS NOT NULL AND j.outcome IN ('new', 'changed', 'moved')
ON CONFLICT DO NOTHING
"""

COHORTS_BY_NAME = """
CREATE TEMPORARY TABLE roster_cohort ON COMMIT DROP AS
SELECT c.id, c.kind, c.school_id, c.name FROM people_cohort c JOIN roster_school s USING (path)
WHERE c.valid_to = %(open)s
"""
# The lines of a piece with what they come to; counted, so that the planner knows it as it is.
PIECE_NEXT = (
    "DROP TABLE IF EXISTS roster_piece",
    """
    CREATE TEMPORARY TABLE roster_piece ON COMMIT DROP AS
    SELECT r.*, j.outcome, j.target, s.path AS school_path, g.path AS group_path
    FROM {rows} r JOIN {judged} j USING (line) JOIN roster_school s USING (school_id)
    JOIN roster_group g USING (group_id)
    WHERE r.line BETWEEN %(first)s AND %(last)s AND j.outcome IN ('new', 'changed', 'moved')
    """,
    "ANALYZE roster_piece (outcome, target, school_id)",
)
PERSONS = """
INSERT INTO people_person (id, school_id, path, kind, name, number, id_kind, id_number, phone,
                           born, sex, created_at, updated_at)
SELECT r.target, r.school_id, r.school_path, r.kind, r.name, coalesce(r.number, ''),
       coalesce(r.id_kind, ''), coalesce(r.id_number, ''), coalesce(r.phone, ''), r.born,
       coalesce(r.sex, ''), %(at)s, %(at)s
FROM roster_piece r WHERE r.outcome = 'new'
"""
CORRECTED = """
UPDATE people_person p SET {own}, born = coalesce(r.born, p.born), updated_at = %(at)s
FROM roster_piece r WHERE p.id = r.target AND r.outcome IN ('changed', 'moved')
"""
TOUCHED = """
SELECT DISTINCT r.group_id FROM {rows} r JOIN {judged} j USING (line)
WHERE j.outcome IN ('new', 'changed', 'moved', 'same')
UNION
SELECT DISTINCT m.group_id FROM people_membership m JOIN {judged} j ON j.target = m.person_id
WHERE j.outcome IN ('moved', 'missing') AND m.valid_from <= %(today)s AND m.valid_to > %(today)s
"""
LEFT_GROUPS = """
DELETE FROM people_membership m USING roster_piece r
WHERE m.person_id = r.target AND r.outcome = 'moved' AND m.valid_to = %(open)s
  AND m.valid_from >= %(today)s
"""
ENDED_GROUPS = """
UPDATE people_membership m SET valid_to = %(today)s FROM roster_piece r
WHERE m.person_id = r.target AND r.outcome = 'moved' AND m.valid_to = %(open)s
"""
MEMBERSHIPS = """
INSERT INTO people_membership (person_id, group_id, school_id, path, valid_from, valid_to)
SELECT r.target, r.group_id, r.school_id, r.group_path, %(today)s, %(open)s
FROM roster_piece r WHERE r.outcome IN ('new', 'moved')
"""
GUARDIANS = """
INSERT INTO people_guardian AS g (person_id, school_id, path, relation, name, phone, position)
SELECT r.target, r.school_id, r.school_path, coalesce(said.relation, ''),
       coalesce(said.name, ''), coalesce(said.phone, ''), said.position
FROM roster_piece r
CROSS JOIN LATERAL (VALUES (r.relation1, r.guardian1, r.phone1, 1),
                           (r.relation2, r.guardian2, r.phone2, 2)
) said (relation, name, phone, position)
WHERE (said.name IS NOT NULL OR said.phone IS NOT NULL) AND r.outcome IN {outcomes}
{again}
"""
SAID_AGAIN = """
ON CONFLICT (person_id, position) DO UPDATE
SET relation = coalesce(nullif(excluded.relation, ''), g.relation),
    name = coalesce(nullif(excluded.name, ''), g.name),
    phone = coalesce(nullif(excluded.phone, ''), g.phone)
"""
COHORTS_LEFT = """
DELETE FROM people_cohortmembership m USING roster_piece r, people_cohort c
WHERE {other} AND m.valid_from >= %(today)s
"""
COHORTS_ENDED = """
UPDATE people_cohortmembership m SET valid_to = %(today)s
FROM roster_piece r, people_cohort c WHERE {other}
"""
OTHER_COHORT = """
r.outcome IN ('changed', 'moved') AND m.person_id = r.target
AND m.cohort_id = c.id AND c.kind = {kind} AND m.valid_to = %(open)s
AND (c.name <> r.{name} OR m.place <> r.{seat}) AND r.{name} IS NOT NULL
"""
COHORT_MEMBERS = """
INSERT INTO people_cohortmembership
       (person_id, cohort_id, school_id, path, place, valid_from, valid_to)
SELECT r.target, c.id, r.school_id, r.school_path, coalesce(r.{seat}, ''), %(today)s, %(open)s
FROM roster_piece r
JOIN roster_cohort c ON c.school_id = r.school_id AND c.kind = {kind} AND c.name = r.{name}
WHERE r.outcome IN {outcomes}
"""
NOT_YET = """
AND NOT EXISTS (SELECT FROM people_cohortmembership m
                WHERE m.person_id = r.target AND m.cohort_id = c.id AND m.valid_to = %(open)s)
"""
LEAVE = (
    "UPDATE people_person p SET left_on = %(today)s, updated_at = %(at)s FROM {judged} j "
    "WHERE p.id = j.target AND j.outcome = 'missing'",
    "DELETE FROM people_membership m USING {judged} j WHERE m.person_id = j.target "
    "AND j.outcome = 'missing' AND m.valid_to = %(open)s AND m.valid_from >= %(today)s",
    "UPDATE people_membership m SET valid_to = %(today)s FROM {judged} j "
    "WHERE m.person_id = j.target AND j.outcome = 'missing' AND m.valid_to = %(open)s",
    "DELETE FROM people_cohortmembership m USING {judged} j WHERE m.person_id = j.target "
    "AND j.outcome = 'missing' AND m.valid_to = %(open)s AND m.valid_from >= %(today)s",
    "UPDATE people_cohortmembership m SET valid_to = %(today)s FROM {judged} j "
    "WHERE m.person_id = j.target AND j.outcome = 'missing' AND m.valid_to = %(open)s",
)
BY_SCHOOL = """
SELECT r.school_id, s.path, count(*) FILTER (WHERE j.outcome = 'new'),
       count(*) FILTER (WHERE j.outcome = 'changed'), count(*) FILTER (WHERE j.outcome = 'moved')
FROM {rows} r JOIN {judged} j USING (line) JOIN roster_school s USING (school_id)
WHERE j.outcome IN ('new', 'changed', 'moved') GROUP BY 1, 2
"""


def commit(job: Job) -> dict[str, int]:
    """Write what the person approved; refused where the roster has changed since they looked.

    The rows are compared again under the lock of their groups, so that what is written is what
    the person saw and what holds now.
    """
    writing = _Writing(job)
    writing.run(LOCK)
    counts = tables.counts(job.intake.pk)
    seen = {outcome: job.intake.counts.get(outcome, 0) for outcome in counts}  # else emptied
    if counts != seen or not (judged_as_before(job) and writing.groups_are_open()):
        raise Conflict(_("The roster has changed meanwhile: please look at the rows again."))
    writing.all()
    leaves = job.chosen("leave")
    if leaves:
        for text in LEAVE:
            writing.run(text)
    recount(writing.groups, job.today)
    _record(job, writing)
    told = {outcome.value: counts[outcome] for outcome in (Outcome.NEW, Outcome.CHANGED,
                                                          Outcome.MOVED, Outcome.SAME)}  # fmt: skip
    return {**told, "left": counts[Outcome.MISSING] if leaves else 0}


class _Writing:
    """The statements of one import, with its tables and its day."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.groups: list[int] = []
        self._names: dict[str, sql.Composable] = {
            "rows": job.table("roster_row"), "judged": job.table()
        }  # fmt: skip
        self._values = {"today": job.today, "open": OPEN_END, "at": job.at}

    def run(self, text: str, **parts: object) -> list[tuple[object, ...]]:
        """Execute one of the statements above; `first` and `last` bound its lines."""
        bounds: dict[str, Any] = {
            name: parts.pop(name) for name in ("first", "last") if name in parts
        }
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL(text).format(**self._names, **parts), {**self._values, **bounds})
            return cursor.fetchall() if cursor.description else []

    def groups_are_open(self) -> bool:
        """Whether each group that a right row names is still there today."""
        self.run("DROP TABLE IF EXISTS roster_group, roster_cohort")
        self.run(GROUPS)
        return self.run(GROUPS_GONE) == [(False,)]

    def all(self) -> None:
        """Everything that the sheet's right rows say."""
        self.groups = [int(str(row[0])) for row in self.run(TOUCHED)]
        cohorts = self._cohorts_said()
        for parts in cohorts:
            self.run(COHORTS_NEW, **parts)
        self.run(COHORTS_BY_NAME)
        for name in ("roster_group", "roster_cohort"):
            self.run(f"ANALYZE {name}")
        last = self._last_line()
        for first in range(1, last + 1, PIECE):
            bounds = {"first": first, "last": min(first + PIECE - 1, last)}
            self._piece(bounds, cohorts)
            self.job.steps.at(bounds["last"], last)

    def _piece(self, bounds: dict[str, int], cohorts: list[dict[str, sql.Composable]]) -> None:
        old = self.job.intake.counts
        changes = old.get(Outcome.CHANGED, 0) or old.get(Outcome.MOVED, 0)
        for text in PIECE_NEXT:
            self.run(text, **bounds)
        self.run(PERSONS)
        if changes:
            self.run(CORRECTED, own=_own())
            self.run(LEFT_GROUPS)
            self.run(ENDED_GROUPS)
        self.run(MEMBERSHIPS)
        self._guardians(bool(changes))
        for parts in cohorts:
            if changes:
                other = sql.SQL(OTHER_COHORT).format(**parts)
                self.run(COHORTS_LEFT, other=other)
                self.run(COHORTS_ENDED, other=other)
                self.run(COHORT_MEMBERS + NOT_YET, outcomes=KEPT, **parts)
            self.run(COHORT_MEMBERS, outcomes=NEW, **parts)

    def _guardians(self, changes: bool) -> None:
        self.run(GUARDIANS, outcomes=NEW, again=sql.SQL(""))
        if changes:
            self.run(GUARDIANS, outcomes=KEPT, again=sql.SQL(SAID_AGAIN))

    def _cohorts_said(self) -> list[dict[str, sql.Composable]]:
        """The kinds of cohort that the file has a column for."""
        return list(_cohort_parts(set(self.job.intake.mapping)))

    def _last_line(self) -> int:
        (row,) = self.run("SELECT coalesce(max(line), 0) FROM {rows}")
        return int(str(row[0]))


def _cohort_parts(said: set[str]) -> Iterator[dict[str, sql.Composable]]:
    for kind, (name, seat) in COHORTS.items():
        if name in said:
            yield {"kind": sql.Literal(kind.value), "name": sql.Identifier(name),
                   "seat": sql.Identifier(seat)}  # fmt: skip


def _own() -> sql.Composed:
    one = sql.SQL("{0} = coalesce(r.{0}, p.{0})")
    return sql.SQL(", ").join(one.format(sql.Identifier(name)) for name in OWN)


def _record(job: Job, writing: _Writing) -> None:
    """Each school's trail tells of it; the import's own event is the place's."""
    told = [
        audit.Concerning(int(str(school_id)), str(path), job.intake.file_name,
                         {"new": new, "changed": changed, "moved": moved})
        for school_id, path, new, changed, moved in writing.run(BY_SCHOOL)
        if school_id != job.place.unit_id
    ]  # fmt: skip
    audit.record_each(RosterEvent.IMPORTED, told, by=job.by, at=job.at)
