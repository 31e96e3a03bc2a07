"""The end of the school year: a table to look at, confirmed once, undone until the day."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from fangxian.foundation.people import actions
from fangxian.foundation.people.forms import PromotionForm
from fangxian.foundation.people.models import Membership, Promotion
from fangxian.foundation.people.promotion import (
    GroupNow,
    NewGroup,
    Step,
    new_groups,
    next_grade,
    propose,
)
from fangxian.foundation.people.rules import PeoplePermission
from fangxian.foundation.people.views import places
from fangxian.foundation.units.models import UnitVersion
from fangxian.foundation.units.rules import grade_label
from fangxian.kernel import access, clock
from fangxian.kernel.access.requests import Request
from fangxian.kernel.errors import DomainError

FATES = ("further", "leaves", "stays")


@dataclass(frozen=True)
class Line:
    """A row of the table."""

    step: Step
    fate: str
    people: int

    @property
    def now(self) -> str:
        """The grade as it is."""
        return grade_label(self.step.grade)

    @property
    def then(self) -> str:
        """The grade as it is to be."""
        return grade_label(self.step.new_grade)


@require_http_methods(["GET", "POST"])
@access.requires(PeoplePermission.MANAGE)
def promotion(request: Request, code: str) -> HttpResponse:
    """What becomes of each group; once it is right, it is confirmed for a day to come."""
    unit = places.school(request, code, PeoplePermission.MANAGE)
    today = clock.today()
    standing = actions.standing_promotion(unit.path, today)
    if standing is not None and request.method == "GET":
        return _standing(request, unit, standing)
    groups = actions.groups_now(unit.path, today)
    said = request.POST if request.method == "POST" else QueryDict()
    steps = _said(propose(groups), said)
    first = _opening(unit, groups, None, today)
    form = PromotionForm(
        request.POST or None, tomorrow=today + timedelta(days=1),
        initial={"effective_on": _next_september(today), "count": len(first)},
    )  # fmt: skip

    def act(given: dict[str, Any]) -> str:
        day = given["effective_on"]
        actions.confirm_promotion(
            school_id=unit.unit_id, effective_on=day, steps=steps,
            opening=_opening(unit, groups, given["count"], day), by=request.actor, at=clock.now(),
        )  # fmt: skip
        return reverse("people:promotion", args=[code])

    shown = places.frame(request, unit) | {"lines": _lines(steps, unit, today)}
    return places.form_page(request, form, act, shown=shown,
                            done=_("Confirmed. Until the day it can be undone here."),
                            template="people/promotion.html")  # fmt: skip


def _next_september(today: date) -> date:
    this_year = date(today.year, 9, 1)
    return this_year if this_year > today else date(today.year + 1, 9, 1)


def _said(steps: Sequence[Step], said: QueryDict) -> list[Step]:
    """The proposal with what was changed in the table: another name, another fate."""
    found = []
    for step in steps:
        name = " ".join(said.get(f"name-{step.unit}", step.new_name).split())[:120]
        fate = said.get(f"fate-{step.unit}", "")
        if fate == "leaves":
            step = replace(step, leaves=True, new_name=step.name, new_grade=step.grade)
        elif fate == "stays":
            step = replace(step, leaves=False, new_name=step.name, new_name_en=step.name_en,
                           new_grade=step.grade)  # fmt: skip
        elif fate == "further":
            step = _further(step, name)
        found.append(step)
    return found


def _further(step: Step, name: str) -> Step:
    """A year on, also where the school's last grade was proposed to leave."""
    if not step.leaves:
        return replace(step, new_name=name or step.new_name)
    grade = None if step.grade is None else next_grade(step.grade)
    return replace(step, leaves=False, new_name=name or step.name, new_grade=grade)


def _opening(
    unit: UnitVersion, groups: Sequence[GroupNow], count: int | None, day: date
) -> list[NewGroup]:
    taken = UnitVersion.objects.filter(code__startswith=f"{unit.code}-", valid_to__gt=day)
    codes = taken.values_list("code", flat=True)
    return new_groups(groups, count=count, day=day, taken=codes, school=unit.code)


def _lines(steps: Sequence[Step], unit: UnitVersion, today: date) -> list[Line]:
    counted: dict[int, int] = {}
    here = Membership.objects.as_of(today).below(unit.path)
    for group_id in here.values_list("group_id", flat=True):
        counted[group_id] = counted.get(group_id, 0) + 1
    return [
        Line(step, "leaves" if step.leaves else "stays" if step.stays else "further",
             counted.get(step.unit, 0))
        for step in steps
    ]  # fmt: skip


def _standing(request: Request, unit: UnitVersion, found: Promotion) -> HttpResponse:
    """A promotion that is confirmed, with the way back while there is one."""
    steps = [Step(**step) for step in found.steps]
    opened = UnitVersion.objects.as_of(found.effective_on).filter(unit_id__in=found.opened)
    shown = places.frame(request, unit) | {
        "promotion": found,
        "lines": _lines(steps, unit, clock.today()),
        "opened": opened.order_by("code"),
        "may_undo": found.effective_on > clock.today(),
    }
    return render(request, "people/promoted.html", shown)


@require_POST
@access.requires(PeoplePermission.MANAGE)
def promotion_undo(request: Request, promotion_id: int) -> HttpResponse:
    """Take a promotion back before its day."""
    at = clock.now()
    try:
        done = actions.undo_promotion(promotion_id=promotion_id, by=request.actor, at=at)
    except DomainError as error:
        if error.status != 409:
            raise
        messages.warning(request, error.message)
        found = Promotion.objects.get(pk=promotion_id)
    else:
        found = done
        messages.success(request, _("The groups stay as they are."))
    school = UnitVersion.objects.as_of(clock.today()).get(unit_id=found.school_id)
    return redirect("people:promotion", school.code)
