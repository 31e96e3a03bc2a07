"""Cohorts of a school: dormitory rooms, buses, canteen tables, clubs; who is in them."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from fangxian.foundation.people.actions.persons import locked, school_of
from fangxian.foundation.people.models import Cohort, CohortKind, CohortMembership
from fangxian.foundation.people.rules import PeopleEvent, PeoplePermission
from fangxian.foundation.units.models import OPEN_END
from fangxian.kernel import audit
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import Conflict, Invalid, NotFound


def _locked_cohort(cohort_id: int, by: Actor) -> Cohort:
    found: Cohort | None = (
        Cohort.objects.visible_to(by).select_for_update().filter(pk=cohort_id).first()
    )
    if found is None:
        raise NotFound(_("There is no such cohort within your scope."))
    by.require(PeoplePermission.MANAGE, found.path)
    return found


@transaction.atomic
def open_cohort(*, school_id: int, kind: str, name: str, by: Actor, at: datetime) -> Cohort:
    """Name a room, a bus, a table or a club of a school from today on; the same again is the
    same one."""
    school = school_of(school_id, at.date(), by=by)
    plain = " ".join(name.split())
    if not plain or kind not in CohortKind.values:
        text = _("A cohort needs a kind and a name.")
        raise Invalid(text, {"name": [text]})
    known: Cohort | None = Cohort.objects.filter(
        path=school.path, kind=kind, name=plain, valid_to=OPEN_END
    ).first()
    if known is not None:
        return known
    made = Cohort.objects.create(
        school_id=school_id, path=school.path, kind=kind, name=plain, valid_from=at.date()
    )
    audit.record(PeopleEvent.COHORT_OPENED, by=by, at=at, unit_id=school_id, path=school.path,
                 subject=plain, detail={"cohort_id": made.pk})  # fmt: skip
    return made


@transaction.atomic
def close_cohort(*, cohort_id: int, by: Actor, at: datetime) -> None:
    """From today on there is no such room, bus, table or club; who was in it stays recorded."""
    cohort = _locked_cohort(cohort_id, by)
    day = at.date()
    if cohort.valid_to != OPEN_END:
        return
    rows = cohort.members.filter(valid_to__gt=day)
    rows.filter(valid_from__gte=day).delete()
    rows.filter(valid_from__lt=day).update(valid_to=day)
    cohort.valid_to = day
    cohort.save(update_fields=["valid_to"])
    audit.record(PeopleEvent.COHORT_CLOSED, by=by, at=at, unit_id=cohort.school_id,
                 path=cohort.path, subject=cohort.name,
                 detail={"cohort_id": cohort_id})  # fmt: skip


@transaction.atomic
def join_cohort(
    *, cohort_id: int, person_id: int, by: Actor, at: datetime, place: str = ""
) -> CohortMembership:
    """A person is in a cohort from today on; in one dormitory room at a time. Said again, only
    the place can differ."""
    cohort, person, day = _locked_cohort(cohort_id, by), locked(person_id, by=by), at.date()
    if cohort.valid_to != OPEN_END or person.school_id != cohort.school_id:
        raise NotFound(_("There is no such person within your scope."))
    if person.left_on is not None:
        text = _("%(name)s left on %(day)s.")
        raise Conflict(text % {"name": person.name, "day": person.left_on})
    now: CohortMembership | None = cohort.members.filter(person=person, valid_to=OPEN_END).first()
    if now is not None:
        if now.place != place:
            now.place = place
            now.save(update_fields=["place"])
        return now
    if cohort.kind == CohortKind.DORMITORY:
        _end(CohortMembership.objects.filter(
            person=person, cohort__kind=cohort.kind, valid_to=OPEN_END), day)  # fmt: skip
    made: CohortMembership = CohortMembership.objects.create(
        person=person, cohort=cohort, school_id=cohort.school_id, path=cohort.path, place=place,
        valid_from=day,
    )  # fmt: skip
    audit.record(PeopleEvent.COHORT_JOINED, by=by, at=at, unit_id=cohort.school_id,
                 path=cohort.path, detail={"person_id": person_id,
                                           "cohort_id": cohort_id})  # fmt: skip
    return made


@transaction.atomic
def leave_cohort(*, membership_id: int, by: Actor, at: datetime) -> None:
    """A person is in a cohort no more from today on."""
    rows = CohortMembership.objects.visible_to(by).select_for_update().filter(pk=membership_id)
    found: CohortMembership | None = rows.first()
    if found is None:
        raise NotFound(_("There is no such person within your scope."))
    by.require(PeoplePermission.MANAGE, found.path)
    _end(CohortMembership.objects.filter(pk=membership_id, valid_to=OPEN_END), at.date())
    audit.record(PeopleEvent.COHORT_LEFT, by=by, at=at, unit_id=found.school_id, path=found.path,
                 detail={"person_id": found.person_id,
                         "cohort_id": found.cohort_id})  # fmt: skip


def _end(rows: QuerySet[Any], day: date) -> None:
    rows.filter(valid_from__gte=day).delete()
    rows.filter(valid_from__lt=day).update(valid_to=day)
