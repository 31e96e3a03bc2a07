"""Opening a unit, and changing what it is called."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from fangxian.foundation.units import rules
from fangxian.foundation.units.actions.versions import (
    enforce,
    lock_tree,
    refuse_planned,
    split,
    standing,
)
from fangxian.foundation.units.models import (
    OPEN_END,
    SCHOOL_KINDS,
    Unit,
    UnitKind,
    UnitVersion,
)
from fangxian.foundation.units.rules import UnitEvent, UnitPermission
from fangxian.foundation.units.spelling import spell
from fangxian.kernel import audit
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import Conflict, Invalid


@dataclass(frozen=True)
class Placement:
    """Where a new unit hangs during one period: what its row takes from the row above."""

    valid_from: date
    valid_to: date
    path: str
    school_id: int | None
    bureau_id: int | None
    division_code: str
    territorial_id: int | None


def placements(parent: list[UnitVersion], *, kind: str, opened_on: date) -> list[Placement]:
    """The periods of a new unit below a parent whose own versions are given in order.

    Neighbouring periods in which nothing differs for the child are one. The path is the
    parent's: the child's id is added when it is known.
    """
    found: list[Placement] = []
    for above in parent:
        school = None if kind in SCHOOL_KINDS else above.school_id
        bureau = above.unit_id if kind in SCHOOL_KINDS else above.bureau_id
        county = above.unit_id if above.kind == UnitKind.COUNTY else above.territorial_id
        placed = Placement(max(above.valid_from, opened_on), above.valid_to, above.path, school,
                           bureau, above.division_code, county)  # fmt: skip
        if found and replace(placed, valid_from=found[-1].valid_from) == replace(
            found[-1], valid_to=placed.valid_to
        ):
            found[-1] = replace(found[-1], valid_to=placed.valid_to)
        else:
            found.append(placed)
    return found


@transaction.atomic
def open_unit(
    *,
    parent_id: int,
    kind: str,
    code: str,
    name_zh: str,
    opened_on: date,
    by: Actor,
    at: datetime,
    stage: str = "",
    population: str = "",
    boarding: bool = False,
    headcount: int | None = None,
    **more: str | int,
) -> UnitVersion:
    """Open a unit below another from a day on, which may lie in the past: nobody is rewritten.

    `more` may give name_en, short_zh, contact_name, contact_phone, division_code, grade and
    territorial_id; without a territory, a unit stands where the one above it stands.
    """
    above = standing(parent_id, opened_on, by=by)
    by.require(UnitPermission.MANAGE, above.path)
    lock_tree()
    above = standing(parent_id, opened_on, by=by)
    enforce(rules.may_hang(kind, above.kind), "kind")
    _check_description(kind, code, name_zh, stage, population, headcount)
    _check_grade(kind, more.get("grade"))
    check_code_free(code, opened_on)
    parents = UnitVersion.objects.filter(unit_id=parent_id, valid_to__gt=opened_on)
    periods = placements(list(parents.order_by("valid_from")), kind=kind, opened_on=opened_on)
    unit = Unit.objects.create(
        kind=kind, stage=stage, population=population, boarding=boarding, headcount=headcount,
        opened_on=opened_on, closed_on=_end(periods),
    )  # fmt: skip
    said = {"code": code, "name_zh": name_zh, **more}
    UnitVersion.objects.bulk_create(
        version_of(unit, period, parent_id=parent_id, said=said) for period in periods
    )
    opened = UnitVersion.objects.as_of(opened_on).select_related("unit").get(unit=unit)
    audit.record(UnitEvent.OPENED, by=by, at=at, unit_id=unit.pk, path=opened.path,
                 subject=code, detail={"opened_on": str(opened_on)})  # fmt: skip
    return opened


SAYABLE: Final = frozenset(
    {"code", "name_zh", "name_en", "short_zh", "contact_name", "contact_phone",
     "division_code", "territorial_id", "grade"}
)  # fmt: skip


def version_of(
    unit: Unit, period: Placement, *, parent_id: int, said: Mapping[str, Any]
) -> UnitVersion:
    """The row of a new unit for one period: what is said of it, and what follows from its place."""
    if not said.keys() <= SAYABLE:
        raise TypeError(f"not said of a unit: {sorted(said.keys() - SAYABLE)}")
    is_school = unit.kind in SCHOOL_KINDS
    pinyin, initials = spell(said["name_zh"])
    own_division = said["code"] if unit.kind in rules.DIVISION_KINDS else period.division_code
    placed = {
        "path": f"{period.path}{unit.pk}/",
        "school_id": unit.pk if is_school else period.school_id,
        "bureau_id": period.bureau_id,
        "division_code": own_division,
        "territorial_id": period.territorial_id,
        "pinyin": pinyin,
        "initials": initials,
    }
    given = {name: value for name, value in said.items() if value}
    return UnitVersion(
        unit=unit, kind=unit.kind, valid_from=period.valid_from, valid_to=period.valid_to,
        reports_to_id=parent_id, **(placed | given),
    )  # fmt: skip


def _end(periods: list[Placement]) -> date | None:
    return None if periods[-1].valid_to == OPEN_END else periods[-1].valid_to


def _check_description(
    kind: str, code: str, name_zh: str, stage: str, population: str, headcount: int | None
) -> None:
    wrong = rules.description_fits(kind, stage, population, headcount)
    if not name_zh.strip():
        wrong["name_zh"] = [_("A unit needs a Chinese name.")]
    form = rules.code_fits(kind, code)
    if not form.allowed:
        wrong["code"] = [form.reason]
    if wrong:
        raise Invalid(_("Some fields cannot be accepted."), wrong)


def check_code_free(code: str, day: date, *, except_unit: int | None = None) -> None:
    """Refuse a code that another unit bears on the day or later."""
    bearers = UnitVersion.objects.filter(code=code, valid_to__gt=day)
    if set(bearers.values_list("unit_id", flat=True)) - {except_unit}:
        raise Conflict(_("The code %(code)s is already borne by another unit.") % {"code": code})


@transaction.atomic
def change_unit(
    *,
    unit_id: int,
    day: date,
    by: Actor,
    at: datetime,
    code: str | None = None,
    name_zh: str | None = None,
    name_en: str | None = None,
    short_zh: str | None = None,
    grade: int | None = None,
) -> UnitVersion:
    """Give a unit another name, code or grade from a day on; None leaves a field as it is.

    A division's new code reaches everything that stands in it, from the same day.
    """
    before = standing(unit_id, day, by=by)
    recoded = code is not None and code != before.code
    by.require(UnitPermission.MANAGE, rules.above(before.path) if recoded else before.path)
    lock_tree()
    before = standing(unit_id, day, by=by)
    enforce(rules.may_change_from(day, at.date()), "day")
    refuse_planned(unit_id, day)
    _check_grade(before.kind, grade)
    given = {"code": code, "name_zh": name_zh, "name_en": name_en, "short_zh": short_zh,
             "grade": grade}  # fmt: skip
    new = {k: v for k, v in given.items() if v is not None and v != getattr(before, k)}
    if not new:
        return before
    if "name_zh" in new:
        new["pinyin"], new["initials"] = spell(new["name_zh"])
    _check_names(before, new)
    if recoded and code:
        enforce(rules.code_fits(before.kind, code), "code")
        check_code_free(code, day, except_unit=unit_id)
    split(UnitVersion.objects.filter(unit_id=unit_id), day).update(**new)
    if recoded and code and before.kind in rules.DIVISION_KINDS:
        _recode_territory(before, code, day)
    audit.record(UnitEvent.CHANGED, by=by, at=at, unit_id=unit_id, path=before.path,
                 subject=code or before.code,
                 detail={"from": str(day), **{k: getattr(before, k) for k in new}})  # fmt: skip
    return standing(unit_id, day, by=by)


def _check_grade(kind: str, grade: object) -> None:
    if grade:
        rule = rules.grade_fits(kind, int(str(grade)))
        enforce(rule, "grade")


def _check_names(before: UnitVersion, new: dict[str, Any]) -> None:
    if not new.get("name_zh", before.name_zh).strip():
        text = _("A unit needs a Chinese name.")
        raise Invalid(text, {"name_zh": [text]})


def _recode_territory(division: UnitVersion, code: str, day: date) -> None:
    low, high = division.path, division.path[:-1] + "0"
    here = Q(path__gte=low, path__lt=high) | Q(territorial_id=division.unit_id)
    inside = UnitVersion.objects.filter(here, division_code=division.code, valid_to__gt=day)
    split(inside, day).update(division_code=code)
