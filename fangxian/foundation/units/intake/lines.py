"""Checking uploaded rows against the tree: what each would do, or what is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _

from fangxian.foundation.units import rules
from fangxian.foundation.units.models import UnitKind
from fangxian.kernel.intake.rules import Outcome

IMPORTABLE: Final = (
    UnitKind.SCHOOL, UnitKind.CENTRE_SCHOOL, UnitKind.COLLEGE, UnitKind.TRAINING,
    UnitKind.TEACHING_POINT, UnitKind.CAMPUS, UnitKind.GROUP,
)  # fmt: skip


@dataclass(frozen=True)
class Known:
    """A unit that the tree already holds, as far as rows may name it."""

    unit_id: int
    kind: str
    parent: str
    opened_on: date
    within: bool  # whether the administrator may change it
    said: Mapping[str, Any]  # the fields that a row can say


@dataclass
class Line:
    """One row: what it says, what it would do, and in plain words what is wrong with it."""

    number: int
    parent: str
    code: str
    kind: str
    opened_on: date | None
    said: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    outcome: Outcome = Outcome.NEW

    def refuse(self, reason: str) -> None:
        """Note a reason why the row cannot be imported."""
        self.problems.append(reason)
        self.outcome = Outcome.WRONG


#: the fields a row can say of a unit; all can be changed by importing it again
SAID: Final = ("name_zh", "name_en", "stage", "population", "grade", "headcount", "boarding",
               "contact_name", "contact_phone")  # fmt: skip
TEXTS: Final = ("name_zh", "name_en", "stage", "population", "contact_name", "contact_phone")


def line_of(number: int, cells: Mapping[str, Any], *, today: date) -> Line:
    """A row as it was understood; what could not be is null and noted elsewhere."""
    opened = cells["opened_on"]
    line = Line(number, cells["parent"] or "", cells["code"] or "", cells["kind"] or "",
                date.fromisoformat(opened) if opened else today)  # fmt: skip
    line.said = {name: cells[name] or "" for name in TEXTS}
    line.said["grade"] = int(cells["grade"]) if cells["grade"] else None
    line.said["headcount"] = cells["headcount"]
    line.said["boarding"] = bool(cells["boarding"])
    return line


def check(lines: Sequence[Line], known: Mapping[str, Known]) -> None:
    """Decide for every row what it does: opens, changes, repeats or cannot be imported.

    `known` holds every unit whose code any row names, as its own or as that above it.
    """
    first: dict[str, Line] = {}
    for line in lines:
        if line.code in first:
            text = _("The code stands in row %(row)s already.")
            line.refuse(text % {"row": first[line.code].number})
        first.setdefault(line.code, line)
        _check_form(line)
    for line in lines:
        if line.outcome is not Outcome.WRONG:
            _check_against(line, known, first)
    _refuse_orphans(lines, known, first)


def _check_form(line: Line) -> None:
    if not line.said["name_zh"]:
        line.refuse(_("A unit needs a Chinese name."))
    if line.kind not in IMPORTABLE:
        if line.kind:
            line.refuse(_("Unknown or not importable kind: %(text)s.")
                        % {"text": UnitKind(line.kind).label})  # fmt: skip
        else:
            line.outcome = Outcome.WRONG
        return
    if line.said["grade"] is not None:
        grade = rules.grade_fits(line.kind, line.said["grade"])
        if not grade.allowed:
            line.refuse(grade.reason)
    form = rules.code_fits(line.kind, line.code)
    if not form.allowed:
        line.refuse(form.reason)
    wrong = rules.description_fits(
        line.kind, line.said["stage"], line.said["population"], line.said["headcount"]
    )
    for reasons in wrong.values():
        for reason in reasons:
            line.refuse(reason)


def _check_against(line: Line, known: Mapping[str, Known], first: Mapping[str, Line]) -> None:
    present = known.get(line.code)
    if present is not None:
        _check_present(line, present)
        return
    above = known.get(line.parent)
    if above is not None and above.within:
        _check_place(line, above.kind, above.opened_on)
    elif line.parent in first and first[line.parent] is not line:
        row_above = first[line.parent]
        if row_above.kind in IMPORTABLE:  # else it is wrong itself, and this row below it
            _check_place(line, row_above.kind, row_above.opened_on)
    else:
        text = _("There is no unit %(code)s above it within your scope.")
        line.refuse(text % {"code": line.parent or "—"})


def _check_present(line: Line, present: Known) -> None:
    if not present.within:
        line.refuse(_("The code %(code)s is already borne by another unit.") % {"code": line.code})
    elif present.kind != line.kind:
        line.refuse(_("The unit is there already, but of another kind."))
    elif present.parent != line.parent:
        text = _("The unit reports to %(code)s; move it on its own page.")
        line.refuse(text % {"code": present.parent})
    else:
        line.outcome = Outcome.CHANGED if changes(line, present) else Outcome.SAME


def changes(line: Line, present: Known) -> dict[str, Any]:
    """The fields in which a row differs from the tree; an empty cell says nothing."""
    return {
        name: line.said[name]
        for name in SAID
        if line.said[name] not in ("", None) and line.said[name] != present.said[name]
        and not (name == "boarding" and not line.said[name])
    }  # fmt: skip


def _check_place(line: Line, above_kind: str, above_opened: date | None) -> None:
    place = rules.may_hang(line.kind, above_kind)
    if not place.allowed:
        line.refuse(place.reason)
    if line.opened_on and above_opened and line.opened_on < above_opened:
        text = _("It cannot open before the unit above it, which opened on %(day)s.")
        line.refuse(text % {"day": above_opened})


def _refuse_orphans(
    lines: Sequence[Line], known: Mapping[str, Known], first: Mapping[str, Line]
) -> None:
    """A row below a wrong row has nowhere to hang; wrongness goes down the file's own tree."""
    for line in sorted(lines, key=lambda line: len(line.code)):
        above = first.get(line.parent)
        if line.outcome is not Outcome.NEW or line.parent in known or above is None:
            continue
        if above.outcome is Outcome.WRONG:
            text = _("The unit above it, in row %(row)s, cannot be imported.")
            line.refuse(text % {"row": above.number})
