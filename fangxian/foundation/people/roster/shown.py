"""Rows of a sheet of people as the review shows them; what is kept is shown inside the school."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.db import connection
from django.utils.translation import gettext as _
from psycopg import sql

from fangxian.foundation.accounts.queries import name_of
from fangxian.foundation.people.identity import masked
from fangxian.foundation.people.models import CohortMembership, Guardian, Membership, Person
from fangxian.foundation.people.roster.judge import COHORTS, OWN
from fangxian.foundation.units.models import OPEN_END, UnitVersion
from fangxian.kernel.intake.kinds import Job, Shown

SAID: Final = (
    "group_id", *OWN, "born", "guardian1", "relation1", "phone1", "guardian2", "relation2",
    "phone2", *(name for pair in COHORTS.values() for name in pair),
)  # fmt: skip
Row = dict[str, Any]


def shown(job: Job, lines: Sequence[int]) -> Mapping[int, Shown]:
    """The rows with these lines; what is missing from the file has lines below zero."""
    rows = _rows(job, lines)
    kept = _kept([row["target"] for row in rows.values() if row["target"]], job)
    names = _groups([row["group_id"] for row in (*rows.values(), *kept.values())], job)
    found = {}
    for line, row in rows.items():
        before = kept.get(row["target"]) if row["outcome"] != "wrong" else None
        if line < 0:
            found[line] = _missing(before, names)
            continue
        cells = [row["name"], row["number"] or masked(row["id_number"] or ""),
                 names.get(row["group_id"], "")]  # fmt: skip
        found[line] = Shown(cells, list(_changes(job, row, before, names)))
    return found


def _missing(before: Row | None, names: Mapping[int, str]) -> Shown:
    if before is None:
        return Shown(["", "", ""])
    return Shown([before["name"], before["number"], names.get(before["group_id"], "")])


def _rows(job: Job, lines: Sequence[int]) -> dict[int, Row]:
    columns = ("line", "outcome", "target", *SAID)
    query = sql.SQL(
        "SELECT j.line, j.outcome, j.target, {said} FROM {judged} j "
        "LEFT JOIN {rows} r USING (line) WHERE j.line = ANY(%s)"
    ).format(
        said=sql.SQL(", ").join(sql.SQL("r.{}").format(sql.Identifier(name)) for name in SAID),
        judged=job.table(), rows=job.table("roster_row"),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(query, [list(lines)])
        return {row[0]: dict(zip(columns, row, strict=True)) for row in cursor.fetchall()}


def _kept(ids: Iterable[int], job: Job) -> dict[int, Row]:
    """What the roster holds of these people; names only for who belongs to their school."""
    found: dict[int, Row] = {}
    for person in Person.objects.filter(pk__in=list(ids)):
        inside = job.by.inside(person.path)
        row = {name: getattr(person, name) if inside else None for name in (*OWN, "born")}
        found[person.pk] = {**row, "number": person.number, "group_id": None, "inside": inside,
                            "name": person.name if inside else "—"}  # fmt: skip
    for member in Membership.objects.as_of(job.today).filter(person_id__in=found):
        found[member.person_id]["group_id"] = member.group_id
    for one in Guardian.objects.filter(person_id__in=found, position__in=(1, 2)):
        found[one.person_id] |= {f"guardian{one.position}": one.name,
                                 f"relation{one.position}": one.relation,
                                 f"phone{one.position}": one.phone}  # fmt: skip
    cohorts = CohortMembership.objects.filter(person_id__in=found, valid_to=OPEN_END)
    for row_in in cohorts.select_related("cohort"):
        pair = COHORTS.get(row_in.cohort.kind)
        if pair:
            found[row_in.person_id] |= {pair[0]: row_in.cohort.name, pair[1]: row_in.place}
    return found


def _groups(ids: Iterable[int | None], job: Job) -> dict[int, str]:
    versions = UnitVersion.objects.as_of(job.today).filter(unit_id__in={id_ for id_ in ids if id_})
    return {version.unit_id: name_of(version) for version in versions}


def _changes(
    job: Job, row: Row, before: Row | None, names: Mapping[int, str]
) -> Iterable[tuple[object, object, object]]:
    if before is None:
        return
    if before["group_id"] != row["group_id"]:
        yield (job.kind.field("group").label, names.get(before["group_id"], _("no group")),
               names.get(row["group_id"], ""))  # fmt: skip
    for name in SAID[1:]:
        if row[name] is None or str(row[name]) == str(before.get(name) or ""):
            continue
        label = job.kind.field(name).label
        if not before["inside"]:
            continue
        if name == "id_number":
            yield label, masked(before[name] or "") or "—", masked(row[name])
        else:
            yield label, before.get(name) or "—", row[name]
