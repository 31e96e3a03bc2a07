"""Handing out what is held, correcting it on request, letting it go where no duty holds."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from fangxian.foundation.people.actions import change_person
from fangxian.foundation.people.actions.persons import SAID, locked
from fangxian.foundation.people.models import (
    CohortMembership,
    Guardian,
    Membership,
    Person,
    Transfer,
)
from fangxian.foundation.people.rights import queries
from fangxian.foundation.people.rights.models import Correction
from fangxian.foundation.people.rights.rules import LONGEST_REASON, AskedBy, RightsEvent
from fangxian.kernel import audit
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import Conflict, Forbidden, Invalid
from fangxian.kernel.privacy import Held
from fangxian.kernel.secrets.fields import reserved


def _asked(asked_by: str, reason: str) -> str:
    """Why, as it is kept; Invalid where who asked or why is missing."""
    wrong: dict[str, list[str]] = {}
    reason = " ".join(reason.split())
    if not reason or len(reason) > LONGEST_REASON:
        wrong["reason"] = [_("Say why, in 200 characters at most.")]
    if asked_by not in AskedBy.values:
        wrong["asked_by"] = [_("Say who asks.")]
    if wrong:
        raise Invalid(_("Some fields cannot be accepted."), wrong)
    return reason


def _of_own_school(person_id: int, by: Actor) -> Person:
    """The person, locked, for who looks after the people of that very school."""
    person = locked(person_id, by=by)
    if not by.inside(person.path):
        raise Forbidden(_("Names stay at the school."))
    return person


@transaction.atomic
def hand_out(
    *, person_id: int, asked_by: str, reason: str, form: str, by: Actor, at: datetime
) -> tuple[Person, list[Held]]:
    """Everything held about a person, to be given to who asked; the trail says why."""
    person = _of_own_school(person_id, by)
    why = _asked(asked_by, reason)
    found = queries.everything(person, by=by, today=at.date())
    audit.seen(
        RightsEvent.HANDED_OUT, [person_id], by=by, at=at, unit_id=person.school_id,
        path=person.path, detail={"asked_by": asked_by, "form": form}, purpose=why,
    )  # fmt: skip
    return person, found


@transaction.atomic
def correct(
    *, person_id: int, asked_by: str, reason: str, by: Actor, at: datetime, **said: Any
) -> list[Correction]:
    """Correct a record on request; what was wrong is kept, sealed. The trail names the fields."""
    person = _of_own_school(person_id, by)
    why = _asked(asked_by, reason)
    before = {name: str(getattr(person, name) or "") for name in SAID}
    changed = change_person(person_id=person_id, by=by, at=at, **said)
    after = {name: str(getattr(changed, name) or "") for name in SAID}
    names = [name for name in SAID if before[name] != after[name]]
    if not names:
        raise Conflict(_("Nothing of this is different from what is kept."))
    made = [
        Correction(
            id=reserved(Correction._meta.db_table), person=person, school_id=person.school_id,
            path=person.path, name=name, before=before[name], after=after[name],
            asked_by=asked_by, reason=why, by_id=by.user_id, at=at,
        )
        for name in names
    ]  # fmt: skip
    for one in made:
        one.save(force_insert=True)
    audit.record(
        RightsEvent.CORRECTED, by=by, at=at, unit_id=person.school_id, path=person.path,
        detail={"asked_by": asked_by, "fields": names}, persons=[person_id], purpose=why,
    )  # fmt: skip
    return made


@transaction.atomic
def erase(*, person_id: int, asked_by: str, reason: str, by: Actor, at: datetime) -> None:
    """Let the record of somebody who left go before its term, with all that hangs on it.

    Lines of roll calls stay until theirs: surveillance is a duty of its own.
    """
    person = _of_own_school(person_id, by)
    why = _asked(asked_by, reason)
    decision = queries.erasable(person, today=at.date())
    if not decision.allowed:
        raise Conflict(decision.reason)
    for model in (Guardian, CohortMembership, Transfer, Membership, Correction):
        model._default_manager.filter(person_id=person_id).delete()
    Person.objects.filter(pk=person_id).delete()
    audit.record(
        RightsEvent.ERASED, by=by, at=at, unit_id=person.school_id, path=person.path,
        detail={"asked_by": asked_by}, persons=[person_id], purpose=why,
    )  # fmt: skip
