"""The tables of bureaus: where units stand, and who is silent."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fangxian.analysis.rates import completeness
from fangxian.exchange.exports.content.tables import Asked, Cell, Content, Table, moment
from fangxian.foundation.obligations.kinds import kind_by_code
from fangxian.foundation.obligations.queries import (
    UnitRef,
    shared_standing,
    silent_schools,
)
from fangxian.foundation.obligations.queries import silent as silent_units
from fangxian.foundation.obligations.rules import Counts, ObligationPermission

PIECE = 500


def board(asked: Asked) -> Content:
    """A unit and its children: x of y answered, in time, late, overdue, silent, excused."""
    asked.by.require(ObligationPermission.VIEW, asked.unit.path)
    kind = kind_by_code(asked.what)
    stands = shared_standing(unit=asked.unit, kind=kind.code, day=asked.last, at=asked.at)
    heads = [
        (_("Unit"), 30), (_("Code"), 16), (_("Due"), 10), (_("Answered"), 10), (_("Share"), 10),
        (_("In time"), 10), (_("Late"), 10), (_("Overdue"), 10), (_("Silent"), 10),
        (_("Excused"), 10), (_("People accounted for"), 14), (_("People on the roll"), 14),
    ]  # fmt: skip
    rows = [
        _standing_row(_("Total"), stands.unit, stands.counts),
        *(_standing_row(child.unit.name, child.unit, child.counts) for child in stands.children),
    ]
    line = _("%(answered)s of %(expected)s answered") % {
        "answered": _known(stands.counts.answered), "expected": _known(stands.counts.expected),
    }  # fmt: skip
    return Content(str(kind.label), [_head(asked), line], [Table(_("Units"), heads, rows)])


def _standing_row(name: str, unit: UnitRef, counts: Counts) -> Sequence[Cell]:
    share = completeness(counts.answered, counts.expected)
    return [
        name, unit.code, counts.expected, counts.answered,
        None if share is None else f"{share:.1%}", counts.on_time, counts.late, counts.overdue,
        counts.silent, counts.excused, counts.people_accounted, counts.people_total,
    ]  # fmt: skip


def _known(number: int | None) -> str:
    return "—" if number is None else str(number)


def _head(asked: Asked) -> str:
    return f"{UnitRef.of(asked.unit).name} ({asked.unit.code}) · {asked.last:%Y-%m-%d}"


def silent_size(asked: Asked) -> int:
    """How many are silent."""
    return _read(asked, 0, 1)[1]


def _read(asked: Asked, offset: int, limit: int) -> tuple[Sequence[Any], int]:
    read: Callable[..., tuple[Sequence[Any], int]] = (
        silent_schools if asked.unit.school_id is None else silent_units
    )
    return read(path=asked.unit.path, kind=asked.what, day=asked.last, at=asked.at, by=asked.by,
                offset=offset, limit=limit)  # fmt: skip


def silent(asked: Asked) -> Content:
    """Who has not answered; names of those in charge only where they are asked for and shown."""
    asked.by.require(ObligationPermission.VIEW, asked.unit.path)
    kind = kind_by_code(asked.what)
    by_school = asked.unit.school_id is None
    heads = [(_("School") if by_school else _("Group"), 30), (_("Code"), 20)]
    if by_school:
        heads += [(_("Silent"), 10), (_("Due"), 10), (_("Overdue"), 10)]
    else:
        heads += [(_("Due at"), 12), (_("Overdue"), 10)]
    heads.append((_("Last asked"), 12))
    if asked.names:
        heads += [(_("Person in charge"), 16), (_("Telephone"), 18)]
    rows = _silent_rows(asked, by_school)
    line = _("As of %(at)s") % {"at": moment(asked.at, "%Y-%m-%d %H:%M")}
    return Content(_("Silent: %(kind)s") % {"kind": kind.label}, [_head(asked), line],
                   [Table(_("Silent"), heads, rows)])  # fmt: skip


def _silent_rows(asked: Asked, by_school: bool) -> Iterator[Sequence[Cell]]:
    offset = 0
    while True:
        items, _total = _read(asked, offset, PIECE)
        for item in items:
            row = _of_school(item) if by_school else _of_unit(item)
            yield [*row, *(_contact(item, by_school) if asked.names else ())]
        if len(items) < PIECE:
            return
        offset += PIECE


def _of_school(item: Any) -> list[Cell]:
    chased = moment(item.chased_at) if item.chased_at else None
    return [_name(item), item.code, item.silent, item.expected, item.overdue, chased]


def _of_unit(item: Any) -> list[Cell]:
    chased = moment(item.chased_at) if item.chased_at else None
    overdue = _("yes") if item.overdue else _("no")
    return [_name(item), item.code, moment(item.due_at), overdue, chased]


def _contact(item: Any, by_school: bool) -> list[Cell]:
    if not by_school:
        return [item.contact_name, item.contact_phone]
    return [item.contact.name, item.contact.phone] if item.contact else [None, None]


def _name(item: Any) -> str:
    english = (get_language() or "").startswith("en")
    return str(item.name_en if english and item.name_en else item.name_zh)
