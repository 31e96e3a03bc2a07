"""Numbers and telephones in full: for a reason, for a while, and never unseen."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from fangxian.foundation.people import queries, rules
from fangxian.foundation.people.models import Person, Unmasking
from fangxian.foundation.people.rules import PeopleEvent, PeoplePermission
from fangxian.foundation.people.telling import tell_of_broken_glass
from fangxian.foundation.units.models import SCHOOL_KINDS, UnitVersion
from fangxian.kernel import audit
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import Forbidden, Invalid, NotFound


@transaction.atomic
def unmask_person(*, person_id: int, reason: str, by: Actor, at: datetime) -> Unmasking:
    """See one person's numbers in full for a while, as whoever may read the record may ask."""
    person = queries.readable(person_id, by=by, day=at.date())
    return _unmask(person.school_id, person.path, person, reason, by=by, at=at)


@transaction.atomic
def unmask_school(*, school_id: int, reason: str, by: Actor, at: datetime) -> Unmasking:
    """The same of everybody of a school, for who belongs to it and reads its people."""
    school = UnitVersion.objects.as_of(at.date()).filter(unit_id=school_id, kind__in=SCHOOL_KINDS)
    found = school.first()
    if found is None or not by.sees(found.path):
        raise NotFound(_("There is no such school within your scope."))
    by.require(PeoplePermission.VIEW, found.path)
    if not by.inside(found.path):
        raise Forbidden(_("Names stay at the school."))
    return _unmask(school_id, found.path, None, reason, by=by, at=at)


def _unmask(
    school_id: int, path: str, person: Person | None, reason: str, *, by: Actor, at: datetime
) -> Unmasking:
    if by.user_id is None or by.token_id is not None:
        raise Forbidden(_("Only a person may ask for this."))
    said = " ".join(reason.split())
    if len(said) < rules.SHORTEST_REASON:
        text = _("Say why, so that whoever reads it later understands.")
        raise Invalid(text, {"reason": [text]})
    held = by.may(PeoplePermission.UNMASK, path)
    made = Unmasking.objects.create(
        school_id=school_id, path=path, person=person, by_id=by.user_id, reason=said[:200],
        broke_glass=not held, at=at, until=at + rules.unmasked_for(held=held),
    )  # fmt: skip
    audit.record(
        PeopleEvent.UNMASKED if held else PeopleEvent.GLASS_BROKEN, by=by, at=at,
        unit_id=school_id, path=path, purpose=made.reason,
        detail={"unmasking": made.pk, "until": made.until.isoformat()},
        persons=None if person is None else [person.pk],
    )  # fmt: skip
    if not held:
        tell_of_broken_glass(made, by=by, at=at)
    return made


@transaction.atomic
def end_unmasking(*, unmasking_id: int, by: Actor, at: datetime) -> Unmasking:
    """Let it end now: by who watches over it there, or by who asked for it."""
    found = Unmasking.objects.select_for_update().filter(pk=unmasking_id).first()
    if found is None or not (by.sees(found.path) or found.by_id == by.user_id):
        raise NotFound(_("There is nothing of that kind within your scope."))
    if found.by_id != by.user_id:
        by.require(PeoplePermission.WATCH, found.path)
    if found.ended_at is not None or found.until <= at:
        return found
    found.ended_at, found.ended_by_id = at, by.user_id
    found.save(update_fields=["ended_at", "ended_by_id"])
    audit.record(PeopleEvent.UNMASKING_ENDED, by=by, at=at, unit_id=found.school_id,
                 path=found.path, detail={"unmasking": found.pk})  # fmt: skip
    return found
