"""Closing, moving and merging units, each with everything below them, from a day on."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext as _

from fangxian.foundation.units import rules
from fangxian.foundation.units.actions.versions import (
    enforce,
    lock_tree,
    refuse_ending,
    refuse_planned,
    split,
    standing,
)
from fangxian.foundation.units.models import (
    BUREAU_KINDS,
    OPEN_END,
    SCHOOL_KINDS,
    Unit,
    UnitKind,
    UnitVersion,
    UnitVersionQuerySet,
)
from fangxian.foundation.units.rules import UnitEvent, UnitPermission
from fangxian.kernel import audit
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import Conflict
from fangxian.kernel.registry import units_closed


def _below(path: str, day: date) -> UnitVersionQuerySet:
    """What lies at or below a path on a day, or is to lie there later."""
    return UnitVersion.objects.below(path).filter(valid_to__gt=day)


@transaction.atomic
def close_unit(*, unit_id: int, day: date, by: Actor, at: datetime) -> int:
    """Close a unit and everything below it: the day before `day` is their last.

    Returns how many were closed. Refused while something is planned to open, arrive or move
    away there later, or while units that report elsewhere stand in a division to be closed.
    """
    closing = standing(unit_id, day, by=by)
    by.require(UnitPermission.MANAGE, rules.above(closing.path))
    lock_tree()
    closing = standing(unit_id, day, by=by)
    enforce(rules.may_change_from(day, at.date()), "day")
    subtree = _below(closing.path, day)
    _refuse_plans_below(closing, subtree, day)
    _refuse_standing_in(closing, day)
    ids = list(subtree.values_list("unit_id", flat=True))
    subtree.filter(valid_from=day).delete()  # a change entered for the very day never holds
    subtree.update(valid_to=day)
    closed = Unit.objects.filter(pk__in=ids).update(closed_on=day)
    units_closed(day=day, path=closing.path, reason=_("This unit has closed."), by=by, at=at)
    audit.record(UnitEvent.CLOSED, by=by, at=at, unit_id=unit_id, path=closing.path,
                 subject=closing.code, detail={"closed_on": str(day), "units": closed})  # fmt: skip
    return closed


def _refuse_plans_below(closing: UnitVersion, subtree: UnitVersionQuerySet, day: date) -> None:
    here = subtree.as_of(day).values("unit_id")
    plans = UnitVersion.objects.filter(unit_id__in=here, valid_from__gt=day) | subtree.filter(
        valid_from__gt=day
    )
    first = plans.order_by("valid_from").first()
    if first is not None:
        text = _("A change of %(name)s is already entered for %(day)s; it has to be undone first.")
        raise Conflict(text % {"name": first.name_zh, "day": first.valid_from})
    opening = Unit.objects.filter(pk__in=here, opened_on=day).first()
    if opening is not None:
        raise Conflict(_("It, or a unit below it, opens on that very day: choose a later one."))


def _refuse_standing_in(closing: UnitVersion, day: date) -> None:
    if closing.kind not in BUREAU_KINDS:
        return
    low, high = closing.path, closing.path[:-1] + "0"
    others = UnitVersion.objects.filter(territorial_id=closing.unit_id, valid_to__gt=day).exclude(
        path__gte=low, path__lt=high
    )
    first = others.first()
    if first is not None:
        text = _("%(name)s stands here but reports elsewhere; give it another county first.")
        raise Conflict(text % {"name": first.name_zh})


@transaction.atomic
def move_unit(
    *, unit_id: int, new_parent_id: int, day: date, by: Actor, at: datetime
) -> UnitVersion:
    """Let a unit, with everything below it, report to another unit from a day on."""
    before, parent = standing(unit_id, day, by=by), standing(new_parent_id, day, by=by)
    by.require(UnitPermission.MANAGE, rules.above(before.path))
    by.require(UnitPermission.MANAGE, parent.path)
    lock_tree()
    before, parent = standing(unit_id, day, by=by), standing(new_parent_id, day, by=by)
    enforce(rules.may_change_from(day, at.date()), "day")
    enforce(rules.may_move(before.kind, before.path, parent.kind, parent.path), "new_parent")
    refuse_planned(unit_id, day)
    refuse_ending(parent)
    if before.reports_to_id == new_parent_id:
        return before
    later = split(_below(before.path, day), day)
    later.filter(unit_id=unit_id).update(reports_to_id=new_parent_id)
    moved = _hang_below(later, before.path, f"{parent.path}{unit_id}/", before.kind, parent)
    audit.record(UnitEvent.MOVED, by=by, at=at, unit_id=unit_id, path=before.path,
                 subject=before.code,
                 detail={"from": str(day), "old_parent": before.reports_to_id,
                         "new_parent": new_parent_id, "versions": moved})  # fmt: skip
    return standing(unit_id, day, by=by)


def _hang_below(
    versions: UnitVersionQuerySet, old: str, new: str, kind: str, parent: UnitVersion
) -> int:
    """Give rows at or below `old` their place at or below `new`."""
    lines: dict[str, object] = {}
    if kind in SCHOOL_KINDS:
        lines = {"bureau_id": parent.unit_id}
    elif kind in rules.PART_KINDS:
        lines = {"school_id": parent.school_id, "bureau_id": parent.bureau_id}
    return versions.update(path=_under(old, new), **lines)


def _under(old: str, new: str) -> Concat:
    return Concat(Value(new), Substr(F("path"), len(old) + 1))


@transaction.atomic
def merge_units(*, from_id: int, into_id: int, day: date, by: Actor, at: datetime) -> int:
    """Merge a unit into another of its kind: what was below it goes there, itself it closes.

    Returns how many units changed their place. Two groups become one with the sum of their
    headcounts; lists of names have to be moved first.
    """
    ending, staying = standing(from_id, day, by=by), standing(into_id, day, by=by)
    by.require(UnitPermission.MANAGE, rules.above(ending.path))
    by.require(UnitPermission.MANAGE, rules.above(staying.path))
    lock_tree()
    ending, staying = standing(from_id, day, by=by), standing(into_id, day, by=by)
    enforce(rules.may_change_from(day, at.date()), "day")
    enforce(rules.may_merge(ending.kind, staying.kind, ending.path, staying.path), "into")
    refuse_planned(from_id, day)
    refuse_ending(staying)
    _refuse_misfits(ending, staying, day)
    _join_headcounts(ending, staying)
    moved = _hand_over(ending, staying, day)
    _end_merged(ending, staying, day)
    merged = _("Merged into %(unit)s.") % {"unit": staying.name_zh}
    units_closed(day=day, path=ending.path, reason=merged, by=by, at=at)
    audit.record(UnitEvent.MERGED, by=by, at=at, unit_id=from_id, path=ending.path,
                 subject=ending.code,
                 detail={"from": str(day), "into": into_id, "moved": moved})  # fmt: skip
    return moved


def _refuse_misfits(ending: UnitVersion, staying: UnitVersion, day: date) -> None:
    kinds = _below(ending.path, day).filter(reports_to_id=ending.unit_id).values_list("kind")
    for (kind,) in set(kinds):
        rule = rules.may_hang(kind, staying.kind)
        if not rule.allowed:
            raise Conflict(rule.reason)
    if ending.unit.opened_on == day:
        raise Conflict(_("It, or a unit below it, opens on that very day: choose a later one."))


def _join_headcounts(ending: UnitVersion, staying: UnitVersion) -> None:
    if ending.kind != UnitKind.GROUP:
        return
    if ending.unit.population != staying.unit.population:
        raise Conflict(_("Groups of different people (students, staff, contractors) stay apart."))
    if ending.unit.has_roster or staying.unit.has_roster:
        raise Conflict(_("One of the groups has a list of names: move the people first."))
    known = ending.unit.headcount is not None and staying.unit.headcount is not None
    joined = (ending.unit.headcount or 0) + (staying.unit.headcount or 0) if known else None
    Unit.objects.filter(pk=staying.unit_id).update(headcount=joined)


def _hand_over(ending: UnitVersion, staying: UnitVersion, day: date) -> int:
    inside = _below(ending.path, day).exclude(unit_id=ending.unit_id)
    later = split(inside, day)
    ids = list(later.values_list("pk", flat=True))
    rows = UnitVersion.objects.filter(pk__in=ids)
    rows.filter(reports_to_id=ending.unit_id).update(reports_to_id=staying.unit_id)
    if ending.kind in SCHOOL_KINDS:
        rows.update(school_id=staying.unit_id, bureau_id=staying.bureau_id)
    rows.filter(bureau_id=ending.unit_id).update(bureau_id=staying.unit_id)
    rows.update(path=_under(ending.path, staying.path))
    if ending.kind in BUREAU_KINDS:
        stood = UnitVersion.objects.filter(territorial_id=ending.unit_id, valid_to__gt=day)
        split(stood, day).update(
            territorial_id=staying.unit_id, division_code=staying.division_code
        )
    return len(set(rows.values_list("unit_id", flat=True)))


def _end_merged(ending: UnitVersion, staying: UnitVersion, day: date) -> None:
    own = UnitVersion.objects.filter(unit_id=ending.unit_id, valid_to__gt=day)
    own.filter(valid_from=day).delete()
    own.update(valid_to=day)
    Unit.objects.filter(pk=ending.unit_id).update(closed_on=day, merged_into_id=staying.unit_id)
    assert staying.valid_to == OPEN_END  # noqa: S101 (refuse_ending has seen to it)
