"""The groups of a school a year on: confirmed once, in force from a day, undone until then."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from fangxian.foundation.people.actions.persons import school_of
from fangxian.foundation.people.models import Membership, Person, Promotion
from fangxian.foundation.people.promotion import DAYS_APART, GroupNow, NewGroup, Step
from fangxian.foundation.people.rules import PeopleEvent, PeoplePermission
from fangxian.foundation.units import actions as units
from fangxian.foundation.units.models import OPEN_END, Population, UnitKind, UnitVersion
from fangxian.foundation.units.rules import UnitPermission
from fangxian.kernel import audit
from fangxian.kernel.access import Actor, Holding
from fangxian.kernel.errors import Conflict, Invalid, NotFound


def _for_the_school(by: Actor, school: UnitVersion) -> Actor:
    """The same actor, who for this one act may change the groups of the school too: who may
    promote may do what promotion consists of."""
    may = frozenset({UnitPermission.MANAGE.value})
    held = Holding("promotion", school.unit_id, school.path, may)
    return Actor(by.user_id, by.name, (held,), token_id=by.token_id)


def groups_now(school_path: str, day: date) -> list[GroupNow]:
    """The groups of pupils of a school as of a day."""
    tree = UnitVersion.objects.as_of(day).select_related("unit")
    school = tree.filter(path=school_path).first()
    stage = school.unit.stage if school else ""
    rows = tree.below(school_path).groups()
    return [
        GroupNow(
            row.unit_id, row.code, row.name_zh, row.name_en, row.grade, row.unit.stage or stage
        )
        for row in rows.filter(unit__population=Population.STUDENTS).order_by("code")
    ]


@transaction.atomic
def confirm_promotion(
    *, school_id: int, effective_on: date, steps: Sequence[Step], opening: Sequence[NewGroup],
    by: Actor, at: datetime,
) -> Promotion:  # fmt: skip
    """Take the groups of a school a year on from a day: names, grades, ends, new first groups.

    Said again for the same day, nothing happens. What is confirmed was looked at: a group that
    has changed since is refused.
    """
    school = school_of(school_id, at.date(), by=by)
    known = _known(school, effective_on)
    if known is not None:
        return known
    if effective_on <= at.date():
        text = _("Choose a day to come: until then it can be undone.")
        raise Invalid(text, {"effective_on": [text]})
    _refuse_changed(school, steps, effective_on)
    acting = _for_the_school(by, school)
    for step in steps:
        _take(step, effective_on, by=acting, at=at)
    leaving = [step.unit for step in steps if step.leaves]
    _leave(leaving, effective_on, at)
    opened = [_open(group, effective_on, by=acting, at=at) for group in opening]
    made = Promotion.objects.create(
        school_id=school_id, path=school.path, effective_on=effective_on,
        steps=[asdict(step) for step in steps if not step.stays], opened=opened,
        by_id=by.user_id, at=at,
    )  # fmt: skip
    audit.record(PeopleEvent.PROMOTED, by=by, at=at, unit_id=school_id, path=school.path,
                 subject=school.code, detail={"effective_on": str(effective_on),
                                              "closed": len(leaving),
                                              "opened": len(opened)})  # fmt: skip
    return made


def standing_promotion(school_path: str, day: date) -> Promotion | None:
    """The promotion of this school year that stands: one lately, or one to come."""
    since = day - timedelta(days=DAYS_APART)
    rows = Promotion.objects.filter(path=school_path, undone_at=None, effective_on__gte=since)
    found: Promotion | None = rows.order_by("-effective_on").first()
    return found


def _known(school: UnitVersion, day: date) -> Promotion | None:
    """The same promotion, already confirmed; refuses a second one in a year."""
    found = standing_promotion(school.path, day)
    if found is not None and found.effective_on != day:
        text = _("The groups of this school have been promoted already, from %(day)s on.")
        raise Conflict(text % {"day": found.effective_on})
    return found


def _refuse_changed(school: UnitVersion, steps: Sequence[Step], day: date) -> None:
    now = {group.unit: group.name for group in groups_now(school.path, day)}
    if any(now.get(step.unit) != step.name for step in steps):
        raise Conflict(_("The groups have changed meanwhile: look at the table again."))


def _take(step: Step, day: date, *, by: Actor, at: datetime) -> None:
    if step.leaves:
        units.close_unit(unit_id=step.unit, day=day, by=by, at=at)
    elif not step.stays:
        units.change_unit(
            unit_id=step.unit, day=day, name_zh=step.new_name, name_en=step.new_name_en,
            grade=step.new_grade, by=by, at=at,
        )  # fmt: skip


def _leave(group_ids: Sequence[int], day: date, at: datetime) -> None:
    """Who is in a group that ends leaves the school with it."""
    rows = Membership.objects.filter(group_id__in=group_ids, valid_to=OPEN_END)
    people = list(rows.values_list("person_id", flat=True))
    rows.update(valid_to=day)
    Person.objects.filter(pk__in=people, left_on=None).update(left_on=day, updated_at=at)


def _open(group: NewGroup, day: date, *, by: Actor, at: datetime) -> int:
    like = UnitVersion.objects.as_of(at.date()).select_related("unit").get(unit_id=group.like)
    opened = units.open_unit(
        parent_id=like.reports_to_id or 0, kind=UnitKind.GROUP, code=group.code,
        name_zh=group.name, name_en=group.name_en, opened_on=day, stage=like.unit.stage,
        population=Population.STUDENTS, boarding=like.unit.boarding, grade=group.grade,
        by=by, at=at,
    )  # fmt: skip
    return opened.unit_id


@transaction.atomic
def undo_promotion(*, promotion_id: int, by: Actor, at: datetime) -> Promotion:
    """Take a confirmed promotion back before its day: everything is as if it never was."""
    rows = Promotion.objects.visible_to(by).select_for_update().filter(pk=promotion_id)
    found: Promotion | None = rows.first()
    if found is None:
        raise NotFound(_("There is no such promotion within your scope."))
    by.require(PeoplePermission.MANAGE, found.path)
    if found.undone_at is not None:
        return found
    if found.effective_on <= at.date():
        raise Conflict(_("The day has come: it cannot be taken back any more."))
    if Membership.objects.filter(group_id__in=found.opened).exists():
        raise Conflict(_("There are people in the new groups already: move them first."))
    school = school_of(found.school_id, at.date(), by=by)
    ids = [step["unit"] for step in found.steps] + list(found.opened)
    units.take_back(unit_ids=ids, day=found.effective_on, by=_for_the_school(by, school), at=at)
    _stay(found.steps, found.effective_on, at)
    found.undone_at, found.undone_by_id = at, by.user_id
    found.save(update_fields=["undone_at", "undone_by_id"])
    audit.record(PeopleEvent.PROMOTION_UNDONE, by=by, at=at, unit_id=found.school_id,
                 path=found.path, subject=school.code,
                 detail={"effective_on": str(found.effective_on)})  # fmt: skip
    return found


def _stay(steps: Sequence[Mapping[str, Any]], day: date, at: datetime) -> None:
    """Who was to leave with a group stays in it."""
    groups = [step["unit"] for step in steps if step["leaves"]]
    rows = Membership.objects.filter(group_id__in=groups, valid_to=day)
    people = list(rows.values_list("person_id", flat=True))
    rows.update(valid_to=OPEN_END)
    Person.objects.filter(pk__in=people, left_on=day).update(left_on=None, updated_at=at)
