"""Comparing a sheet of units with the tree, and writing it in one go."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _

from fangxian.foundation.units.actions.opening import placements, version_of
from fangxian.foundation.units.actions.versions import lock_tree, split
from fangxian.foundation.units.intake.lines import SAID, Known, Line, changes, check, line_of
from fangxian.foundation.units.models import OPEN_END, Unit, UnitVersion
from fangxian.foundation.units.rules import UnitPermission
from fangxian.foundation.units.spelling import spell
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import Conflict
from fangxian.kernel.intake import tables
from fangxian.kernel.intake.kinds import Job
from fangxian.kernel.intake.reasons import join, plain
from fangxian.kernel.intake.rules import Outcome

OF_VERSION: Final = ("name_zh", "name_en", "grade", "contact_name", "contact_phone")
BATCH: Final = 2_000


def judge(job: Job) -> None:
    """Fill the import's rows with what each would do to the tree as it is now."""
    lines, unclear = _checked(job)
    known = known_to(lines, job.place.path, job.by, job.today)
    tables.judged(
        job.intake.pk,
        (
            (line.number, line.outcome.value,
             known[line.code].unit_id if line.code in known else None,
             join([unclear[line.number], *map(plain, line.problems)]))
            for line in lines
        ),
    )  # fmt: skip


def _checked(job: Job) -> tuple[list[Line], Mapping[int, str]]:
    """Every row against the tree, and what was not understood of each."""
    rows = tables.all_said(job.intake.pk)
    lines = [line_of(number, said, today=job.today) for number, said, _wrong in rows]
    unclear = {number: wrong for number, _said, wrong in rows}
    for line in lines:
        if unclear[line.number]:
            line.outcome = Outcome.WRONG
    check(lines, known_to(lines, job.place.path, job.by, job.today))
    return lines, unclear


def commit(job: Job) -> dict[str, int]:
    """Write a sheet's right rows; refused where the tree has changed since they were looked at."""
    lock_tree()
    lines, _unclear = _checked(job)
    counts = Counter(line.outcome.value for line in lines)
    if any(counts[outcome] != job.intake.counts.get(outcome, 0) for outcome in Outcome):
        raise Conflict(_("The tree has changed meanwhile: please check the sheet again."))
    _open_all([line for line in lines if line.outcome is Outcome.NEW], job.today)
    known = known_to(lines, job.place.path, job.by, job.today)
    _change_all([line for line in lines if line.outcome is Outcome.CHANGED], known, job.today)
    return {outcome: counts[outcome] for outcome in ("new", "changed", "same")}


def known_to(lines: Sequence[Line], path: str, by: Actor, day: date) -> dict[str, Known]:
    """What the tree holds of every unit that a row names, as its own or as that above it."""
    codes = {line.code for line in lines} | {line.parent for line in lines}
    rows = UnitVersion.objects.filter(code__in=codes, valid_to__gt=day).select_related("unit")
    held = {row.code: row for row in rows.order_by("valid_from")}
    above_ids = {row.reports_to_id for row in held.values() if row.reports_to_id}
    above = dict(
        UnitVersion.objects.as_of(day).filter(unit_id__in=above_ids).values_list("unit_id", "code")
    )
    return {
        code: Known(
            row.unit_id, row.kind, above.get(row.reports_to_id or 0, ""), row.unit.opened_on,
            within=row.path.startswith(path) and by.may(UnitPermission.MANAGE, row.path)
            and row.valid_to == OPEN_END,
            said={n: getattr(row if n in OF_VERSION else row.unit, n) for n in SAID},
        )
        for code, row in held.items()
    }  # fmt: skip


def _open_all(lines: Sequence[Line], today: date) -> None:
    """Open the units of new rows, those above before those below."""
    waiting = list(lines)
    rows = UnitVersion.objects.filter(
        code__in={line.parent for line in waiting}, valid_to__gt=today
    ).values_list("code", "unit_id")
    ids = dict(rows)
    periods = _periods_of(ids.values())
    while waiting:
        ready = [line for line in waiting if line.parent in ids]
        if not ready:
            raise Conflict(_("The tree has changed meanwhile: please check the sheet again."))
        waiting = [line for line in waiting if line.parent not in ids]
        for unit_id, code, versions in _open_level(ready, ids, periods, today):
            ids[code], periods[unit_id] = unit_id, versions


def _periods_of(unit_ids: Iterable[int]) -> dict[int, list[UnitVersion]]:
    found: dict[int, list[UnitVersion]] = {}
    rows = UnitVersion.objects.filter(unit_id__in=set(unit_ids)).order_by("valid_from")
    for row in rows:
        found.setdefault(row.unit_id, []).append(row)
    return found


def _open_level(
    lines: Sequence[Line],
    ids: Mapping[str, int],
    periods: Mapping[int, list[UnitVersion]],
    today: date,
) -> list[tuple[int, str, list[UnitVersion]]]:
    units = Unit.objects.bulk_create(
        (
            Unit(kind=line.kind, opened_on=line.opened_on or today,
                 **{name: line.said[name] for name in SAID if name not in OF_VERSION})
            for line in lines
        ),
        batch_size=BATCH,
    )  # fmt: skip
    opened, versions = [], []
    for line, unit in zip(lines, units, strict=True):
        parent_id = ids[line.parent]
        above = [row for row in periods[parent_id] if row.valid_to > unit.opened_on]
        said = {"code": line.code, **{name: line.said[name] for name in OF_VERSION}}
        own = [
            version_of(unit, period, parent_id=parent_id, said=said)
            for period in placements(above, kind=line.kind, opened_on=unit.opened_on)
        ]
        versions += own
        opened.append((unit.pk, line.code, own))
    UnitVersion.objects.bulk_create(versions, batch_size=BATCH)
    return opened


def _change_all(lines: Sequence[Line], known: Mapping[str, Known], day: date) -> None:
    """Write what changed rows say: dated fields from today on, the others as they are now."""
    said = {known[line.code].unit_id: changes(line, known[line.code]) for line in lines}
    dated = {unit_id: _dated(new) for unit_id, new in said.items() if set(new) & set(OF_VERSION)}
    later = split(UnitVersion.objects.filter(unit_id__in=dated), day)
    versions = list(later.filter(unit_id__in=dated))
    for version in versions:
        for name, value in dated[version.unit_id].items():
            setattr(version, name, value)
    fields = [*OF_VERSION, "pinyin", "initials"]
    UnitVersion.objects.bulk_update(versions, fields, batch_size=BATCH)
    units = list(Unit.objects.filter(pk__in=said))
    plain = [name for name in SAID if name not in OF_VERSION]
    for unit in units:
        for name in plain:
            if not (name == "headcount" and unit.has_roster):  # a list of names counts itself
                setattr(unit, name, said[unit.pk].get(name, getattr(unit, name)))
    Unit.objects.bulk_update(units, plain, batch_size=BATCH)


def _dated(new: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: value for name, value in new.items() if name in OF_VERSION}
    if "name_zh" in found:
        found["pinyin"], found["initials"] = spell(found["name_zh"])
    return found
