"""Importing units from a spreadsheet: staged, checked row by row, then written in one go."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from fangxian.foundation.units import sheets
from fangxian.foundation.units.actions.opening import placements, version_of
from fangxian.foundation.units.actions.versions import lock_tree, split, standing
from fangxian.foundation.units.lines import SAID, Known, Line, Outcome, Words, changes, check, parse
from fangxian.foundation.units.models import OPEN_END, ImportDraft, Unit, UnitVersion
from fangxian.foundation.units.rules import UnitEvent, UnitPermission
from fangxian.foundation.units.spelling import spell
from fangxian.kernel import audit
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import Conflict, NotFound

OF_VERSION: Final = ("name_zh", "name_en", "contact_name", "contact_phone")
BATCH: Final = 2_000


@dataclass(frozen=True)
class Imported:
    """How many rows did what."""

    new: int
    changed: int
    same: int
    wrong: int


@transaction.atomic
def stage_import(
    *, unit_id: int, file_name: str, content: bytes, by: Actor, at: datetime
) -> ImportDraft:
    """Keep an uploaded sheet for checking; nothing is written to the tree."""
    unit = standing(unit_id, at.date(), by=by)
    by.require(UnitPermission.MANAGE, unit.path)
    sheet = sheets.read(content)
    return ImportDraft.objects.create(
        unit_id=unit_id, by_id=by.user_id, at=at, file_name=file_name[:200],
        rows=[[number, cells] for number, cells in sheet.rows],
    )  # fmt: skip


def draft_of(draft_id: int, *, by: Actor, today: date) -> tuple[ImportDraft, UnitVersion]:
    """A staged sheet and the unit it is for; only its uploader sees it."""
    draft = ImportDraft.objects.filter(pk=draft_id, by_id=by.user_id).first()
    if draft is None:
        raise NotFound(_("There is no such import."))
    return draft, standing(draft.unit_id, today, by=by)


def checked(draft: ImportDraft, unit: UnitVersion, *, by: Actor, today: date) -> list[Line]:
    """What every row of a staged sheet would do to the tree as it is now."""
    words = Words.current()
    lines = [parse(number, cells, words=words, today=today) for number, cells in draft.rows]
    check(lines, _known(lines, unit, by, today))
    return lines


def _known(lines: Sequence[Line], unit: UnitVersion, by: Actor, day: date) -> dict[str, Known]:
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
            within=row.path.startswith(unit.path) and by.may(UnitPermission.MANAGE, row.path)
            and row.valid_to == OPEN_END,
            said={n: getattr(row if n in OF_VERSION else row.unit, n) for n in SAID},
        )
        for code, row in held.items()
    }  # fmt: skip


def tally(lines: Iterable[Line]) -> Imported:
    """How many rows would do what."""
    count = Counter(line.outcome for line in lines)
    return Imported(*(count[outcome] for outcome in Outcome))


@transaction.atomic
def apply_import(*, draft_id: int, only_right_rows: bool, by: Actor, at: datetime) -> Imported:
    """Write a staged sheet: all rows, or where the person says so just the right ones.

    The rows are checked again, against the tree as it is under the lock; the sheet's rows are
    then forgotten. The same sheet again changes nothing.
    """
    today = at.date()
    draft, unit = draft_of(draft_id, by=by, today=today)
    by.require(UnitPermission.MANAGE, unit.path)
    lock_tree()
    draft = ImportDraft.objects.select_for_update().get(pk=draft_id)
    if draft.applied_at is not None:
        raise Conflict(_("This sheet has been imported already."))
    lines = checked(draft, unit, by=by, today=today)
    result = tally(lines)
    if result.wrong and not only_right_rows:
        text = _("%(count)s rows cannot be imported; nothing was written.")
        raise Conflict(text % {"count": result.wrong})
    _open_all([line for line in lines if line.outcome is Outcome.NEW], today)
    known = _known(lines, unit, by, today)
    _change_all([line for line in lines if line.outcome is Outcome.CHANGED], known, today)
    draft.applied_at, draft.rows = at, []
    draft.save(update_fields=["applied_at", "rows"])
    audit.record(UnitEvent.IMPORTED, by=by, at=at, unit_id=unit.unit_id, path=unit.path,
                 subject=draft.file_name, detail={"new": result.new, "changed": result.changed,
                                                  "left_out": result.wrong})  # fmt: skip
    return result


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
