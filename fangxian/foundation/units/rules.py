"""What may hang where, who may change the tree, and what a code looks like: pure decisions."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from fangxian.foundation.units.models import (
    BUREAU_KINDS,
    SCHOOL_KINDS,
    Population,
    Stage,
    UnitKind,
)
from fangxian.kernel.access import Decision, Permission
from fangxian.kernel.audit import Event


class UnitPermission(Permission):
    VIEW = "units.view"
    CONTACTS = "units.contacts"
    MANAGE = "units.manage"


class UnitEvent(Event):
    DIVISIONS_LOADED = "units.divisions_loaded"
    SEEDED = "units.seeded"
    OPENED = "units.opened"
    CLOSED = "units.closed"
    MOVED = "units.moved"
    MERGED = "units.merged"
    CHANGED = "units.changed"
    CONTACT_CHANGED = "units.contact_changed"
    LEADER_ADDED = "units.leader_added"
    LEADER_ENDED = "units.leader_ended"
    TIE_ADDED = "units.tie_added"
    TIE_ENDED = "units.tie_ended"
    IMPORTED = "units.imported"
    CONTACTS_IMPORTED = "units.contacts_imported"
    TAKEN_BACK = "units.taken_back"


_EVERYBODY = (
    "group_teacher", "school_reporter", "health_officer", "head", "county_officer",
    "city_officer", "province_officer", "inspector", "cdc_liaison", "unit_admin", "auditor",
)  # fmt: skip
_KEEPS_CONTACTS = ("school_reporter", "head", "county_officer", "city_officer",
                   "province_officer", "unit_admin")  # fmt: skip
#: role -> permissions; the roles' names are accounts', which stands on this room
GRANTS: Final[Mapping[str, list[Permission]]] = {
    role: [
        UnitPermission.VIEW,
        *([UnitPermission.CONTACTS] if role in _KEEPS_CONTACTS else []),
        *([UnitPermission.MANAGE] if role == "unit_admin" else []),
    ]
    for role in _EVERYBODY
}

#: what may report to what
PARENTS: Final[Mapping[str, frozenset[str]]] = {
    UnitKind.PROVINCE: frozenset(),
    UnitKind.CITY: frozenset({UnitKind.PROVINCE}),
    UnitKind.COUNTY: frozenset({UnitKind.PROVINCE, UnitKind.CITY}),
    UnitKind.ZONE: frozenset({UnitKind.PROVINCE, UnitKind.CITY, UnitKind.COUNTY}),
    UnitKind.SCHOOL: frozenset(BUREAU_KINDS),
    UnitKind.CENTRE_SCHOOL: frozenset(BUREAU_KINDS),
    UnitKind.COLLEGE: frozenset(BUREAU_KINDS),
    UnitKind.TRAINING: frozenset(BUREAU_KINDS),
    UnitKind.TEACHING_POINT: frozenset({UnitKind.CENTRE_SCHOOL, UnitKind.SCHOOL}),
    UnitKind.CAMPUS: frozenset({UnitKind.COLLEGE, UnitKind.SCHOOL, UnitKind.CENTRE_SCHOOL}),
    UnitKind.GROUP: frozenset({*SCHOOL_KINDS, UnitKind.TEACHING_POINT, UnitKind.CAMPUS}),
}
DIVISION_KINDS: Final = frozenset({UnitKind.PROVINCE, UnitKind.CITY, UnitKind.COUNTY})
PART_KINDS: Final = frozenset({UnitKind.TEACHING_POINT, UnitKind.CAMPUS, UnitKind.GROUP})

_DIVISION_CODE: Final = re.compile(r"[1-9][0-9]{5}")
_ZONE_CODE: Final = re.compile(r"[1-9][0-9]{3}[A-Z][0-9]")
_SCHOOL_CODE: Final = re.compile(r"[0-9A-Z]{10}")
_PART_CODE: Final = re.compile(r"[0-9A-Z]{10}-[0-9A-Z]{2,12}")
_YES: Final = Decision(True)


def may_hang(kind: str, parent_kind: str | None) -> Decision:
    """Whether a unit of a kind may report to one of another kind."""
    allowed = PARENTS[kind]
    if parent_kind in allowed or (parent_kind is None and not allowed):
        return _YES
    above = _("nothing") if parent_kind is None else str(UnitKind(parent_kind).label)
    text = _("A unit of the kind “%(kind)s” cannot report to one of the kind “%(above)s”.")
    return Decision(False, text % {"kind": UnitKind(kind).label, "above": above})


def may_move(kind: str, path: str, parent_kind: str, parent_path: str) -> Decision:
    """Whether a unit may report to another from now on: no circle, and the kinds fit."""
    if parent_path.startswith(path):
        return Decision(False, _("A unit cannot report to itself or to a unit below it."))
    return may_hang(kind, parent_kind)


def may_merge(kind: str, into_kind: str, path: str, into_path: str) -> Decision:
    """Whether one unit may be merged into another: of one sort, neither within the other."""
    if path == into_path:
        return Decision(False, _("A unit cannot be merged into itself."))
    if path.startswith(into_path) or into_path.startswith(path):
        return Decision(False, _("One of the two units lies below the other."))
    schools = kind in SCHOOL_KINDS and into_kind in SCHOOL_KINDS
    if kind == into_kind or schools or {kind, into_kind} <= {UnitKind.COUNTY, UnitKind.ZONE}:
        return _YES
    return Decision(False, _("Only units of the same kind can be merged."))


def may_change_from(day: date, today: date) -> Decision:
    """The past is never rewritten: a change holds from today or a later day."""
    if day >= today:
        return _YES
    return Decision(False, _("The past is not rewritten: choose today or a later day."))


def code_fits(kind: str, code: str) -> Decision:
    """Whether a code has the form that its kind bears."""
    if kind in DIVISION_KINDS:
        form, text = _DIVISION_CODE, _("The code of a division has six digits (GB/T 2260).")
    elif kind == UnitKind.ZONE:
        form, text = _ZONE_CODE, _("The code of a zone is four digits of its city, a letter and "
                                   "a digit, such as 5101Z1.")  # fmt: skip
    elif kind in PART_KINDS:
        form, text = _PART_CODE, _("The code is the school's, a hyphen and 2 to 12 digits or "
                                   "capital letters, such as 5101040001-0301.")  # fmt: skip
    else:
        form, text = _SCHOOL_CODE, _("The code of a school has ten digits or capital letters.")
    return _YES if form.fullmatch(code) else Decision(False, text)


def description_fits(
    kind: str, stage: str, population: str, headcount: int | None
) -> dict[str, list[str]]:
    """What does not hold together in the description of a unit, by field."""
    wrong: dict[str, list[str]] = {}
    if kind == UnitKind.GROUP and not population:
        wrong["population"] = [_("A group consists of students, staff or contractors.")]
    if kind != UnitKind.GROUP and population:
        wrong["population"] = [_("Only a group has a population.")]
    if population and population not in Population.values:
        wrong["population"] = [_("Unknown population: %(text)s.") % {"text": population}]
    if stage not in Stage.values:
        wrong["stage"] = [_("Unknown stage: %(text)s.") % {"text": stage}]
    elif kind in SCHOOL_KINDS and not stage:
        wrong["stage"] = [_("A school needs a stage.")]
    if headcount is not None and (kind != UnitKind.GROUP or headcount < 0):
        wrong["headcount"] = [_("Only a group has a headcount, and it is zero or more.")]
    return wrong


#: years of kindergarten, of school, and of study after it; 0 is no year
GRADES: Final = (*range(-4, 0), *range(1, 22))


def grade_fits(kind: str, grade: int) -> Decision:
    """Whether a unit may be of a year."""
    if kind != UnitKind.GROUP:
        return Decision(False, _("Only a group is of a grade."))
    if grade not in GRADES:
        return Decision(False, _("Unknown grade: %(grade)s.") % {"grade": grade})
    return _YES


def above(path: str) -> str:
    """The path of the unit directly above; "" above the root."""
    return path[: path.rstrip("/").rfind("/") + 1]


def depth(path: str) -> int:
    """How many units lie above: 0 for the province."""
    return path.count("/") - 1


_NURSERY: Final[Mapping[int, object]] = {
    -4: gettext_lazy("Nursery class"),
    -3: gettext_lazy("Lower kindergarten"),
    -2: gettext_lazy("Middle kindergarten"),
    -1: gettext_lazy("Upper kindergarten"),
}
_SCHOOL: Final[Mapping[int, object]] = {
    1: pgettext_lazy("grade", "Grade 1"),
    2: pgettext_lazy("grade", "Grade 2"),
    3: pgettext_lazy("grade", "Grade 3"),
    4: pgettext_lazy("grade", "Grade 4"),
    5: pgettext_lazy("grade", "Grade 5"),
    6: pgettext_lazy("grade", "Grade 6"),
    7: pgettext_lazy("grade", "Grade 7"),
    8: pgettext_lazy("grade", "Grade 8"),
    9: pgettext_lazy("grade", "Grade 9"),
    10: pgettext_lazy("grade", "Senior 1"),
    11: pgettext_lazy("grade", "Senior 2"),
    12: pgettext_lazy("grade", "Senior 3"),
}
#: every grade with its name, to choose from
GRADE_LABELS: Final[Mapping[int, object]] = {**_NURSERY, **_SCHOOL}


def grade_label(grade: int | None) -> str:
    """The grade in the reader's language; "" where a group has none."""
    if grade is None:
        return ""
    if grade in GRADE_LABELS:
        return str(GRADE_LABELS[grade])
    return _("Year %(year)s of study") % {"year": grade - 12}
