"""Checking uploaded rows against the tree: what each would do, or what is wrong with it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Final

from django.utils.translation import gettext as _

from fangxian.foundation.units import rules
from fangxian.foundation.units.models import Population, Stage, UnitKind
from fangxian.foundation.units.sheets import COLUMNS, IMPORTABLE, words_of

YES: Final = frozenset({"1", "是", "y", "yes", "true", "√"})
NO: Final = frozenset({"", "0", "否", "n", "no", "false", "×"})
LONGEST: Final = {"name_zh": 120, "name_en": 160, "contact_name": 60, "contact_phone": 30}


class Outcome(StrEnum):
    """What importing a row does."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    WRONG = "wrong"


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
SAID: Final = ("name_zh", "name_en", "stage", "population", "headcount", "boarding",
               "contact_name", "contact_phone")  # fmt: skip


@dataclass(frozen=True)
class Words:
    """What may be written for each choice, looked up once a file."""

    kinds: Mapping[str, str]
    stages: Mapping[str, str]
    populations: Mapping[str, str]

    @classmethod
    def current(cls) -> "Words":
        """The words of both languages."""
        return cls(words_of(UnitKind), words_of(Stage), words_of(Population))


def parse(number: int, cells: Mapping[str, str], *, words: Words, today: date) -> Line:
    """Take a row apart; each thing that cannot be understood is a problem of the row."""
    kind = words.kinds.get(cells.get("kind", "").lower(), "")
    line = Line(number, cells["parent"].upper(), cells["code"].upper(), kind, today)
    if kind not in IMPORTABLE:
        line.refuse(_("Unknown or not importable kind: %(text)s.") % {"text": cells["kind"]})
    line.said = {name: cells.get(name, "") for name in LONGEST}
    for name, longest in LONGEST.items():
        if len(line.said[name]) > longest:
            line.refuse(_("%(name)s is longer than %(longest)s characters.")
                        % {"name": COLUMNS[name], "longest": longest})  # fmt: skip
    line.said["stage"] = _choice(line, cells, "stage", words.stages)
    line.said["population"] = _choice(line, cells, "population", words.populations)
    line.said["headcount"] = _headcount(line, cells.get("headcount", ""))
    line.said["boarding"] = _boarding(line, cells.get("boarding", ""))
    line.opened_on = _day(line, cells.get("opened_on", ""), today)
    return line


def _choice(line: Line, cells: Mapping[str, str], name: str, words: Mapping[str, str]) -> str:
    text = cells.get(name, "")
    if text and text.lower() not in words:
        line.refuse(_("%(name)s is not understood: %(text)s.")
                    % {"name": COLUMNS[name], "text": text})  # fmt: skip
    return words.get(text.lower(), "")


def _headcount(line: Line, text: str) -> int | None:
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,5}", text):
        line.refuse(_("The headcount is no whole number: %(text)s.") % {"text": text})
        return None
    return int(text)


def _boarding(line: Line, text: str) -> bool:
    if text.lower() not in YES | NO:
        line.refuse(_("Boarding must be yes or no: %(text)s.") % {"text": text})
    return text.lower() in YES


def _day(line: Line, text: str, today: date) -> date | None:
    if not text:
        return today
    parts = re.fullmatch(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?", text)
    try:
        if parts:
            year, month, day = map(int, parts.groups())
            return date(year, month, day)
    except ValueError:
        pass  # such as 31 June: said below
    line.refuse(_("The day is not understood: %(text)s. Write 2020-09-01.") % {"text": text})
    return None


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
        return
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
