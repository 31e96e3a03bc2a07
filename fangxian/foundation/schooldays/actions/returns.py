"""Declaring a staggered return: which grades begin a term on which day."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from fangxian.foundation.schooldays.actions.places import changeable, not_a_group, told
from fangxian.foundation.schooldays.models import GradeStart, StaggeredReturn
from fangxian.foundation.schooldays.rules import SEASONS, SchooldayEvent, TermKey
from fangxian.kernel import audit
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import Invalid, NotFound
from fangxian.kernel.places import FIRST_GRADE, LAST_GRADE
from fangxian.kernel.registry import calendar_changing


@transaction.atomic
def set_return(
    *,
    unit_id: int,
    school_year: int,
    season: str,
    starts: Mapping[int | None, date],
    document: str,
    by: Actor,
    at: datetime,
) -> StaggeredReturn:
    """Say on which day each grade begins a term; None stands for every other grade.

    Takes the place of the unit's own plan for that term. Groups without a grade are not concerned.
    """
    unit = changeable(unit_id, by, at)
    not_a_group(unit)
    key = TermKey(school_year, season)
    wrong = _wrong(key, starts, at.date())
    if wrong:
        raise Invalid(_("The staggered return could not be declared."), {"starts": wrong})
    text = told(document, "document", 200, _("Name the document that orders this."))
    first, last = _reach(key, [*starts.values(), *_before(unit_id, key)])
    with calendar_changing(first=first, last=last, path=unit.path, reason=text, by=by, at=at):
        StaggeredReturn.objects.filter(
            unit_id=unit_id, school_year=school_year, season=season
        ).delete()
        plan = StaggeredReturn.objects.create(
            unit_id=unit_id, school_year=school_year, season=season, document=text
        )
        GradeStart.objects.bulk_create(
            GradeStart(plan=plan, grade=grade, first_day=day) for grade, day in starts.items()
        )
    audit.record(
        SchooldayEvent.RETURN_SET,
        by=by,
        at=at,
        unit_id=unit_id,
        path=unit.path,
        subject=f"{school_year} {season}",
        detail={"document": text, "starts": {str(one): str(day) for one, day in starts.items()}},
    )
    return plan


@transaction.atomic
def clear_return(*, unit_id: int, school_year: int, season: str, by: Actor, at: datetime) -> None:
    """Take back a unit's own plan: what holds above it holds here again."""
    path = changeable(unit_id, by, at).path
    found = StaggeredReturn.objects.filter(
        unit_id=unit_id, school_year=school_year, season=season
    ).first()
    if found is None:
        raise NotFound(_("This unit has no staggered return of its own for this term."))
    key = TermKey(school_year, season)
    first, last = _reach(key, _before(unit_id, key))
    reason = _("Taken back: %(reason)s") % {"reason": found.document}
    with calendar_changing(first=first, last=last, path=path, reason=reason, by=by, at=at):
        found.delete()
    audit.record(
        SchooldayEvent.RETURN_CLEARED,
        by=by,
        at=at,
        unit_id=unit_id,
        path=path,
        subject=f"{school_year} {season}",
    )


def _wrong(key: TermKey, starts: Mapping[int | None, date], today: date) -> list[str]:
    if key.season not in SEASONS or not starts:
        return [_("Choose a term, grades and their first day.")]
    wrong = []
    low, high = key.window
    if any(not low <= day <= high for day in starts.values()):
        text = _("Each first day lies between %(low)s and %(high)s.")
        wrong.append(text % {"low": low, "high": high})
    elif max(starts.values()) < today:
        wrong.append(_("All of these days are over; what was asked then stays as it was."))
    if any(one is not None and not FIRST_GRADE <= one <= LAST_GRADE for one in starts):
        wrong.append(_("There is no such grade."))
    return wrong


def _before(unit_id: int, key: TermKey) -> list[date]:
    rows = GradeStart.objects.filter(
        plan__unit_id=unit_id, plan__school_year=key.school_year, plan__season=key.season
    )
    return list(rows.values_list("first_day", flat=True))


def _reach(key: TermKey, days: list[date]) -> tuple[date, date]:
    """The days that a plan may change: from the beginning of its half-year to the last return."""
    return key.window[0], max([key.window[0], *days])
