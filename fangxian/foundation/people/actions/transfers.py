"""From one school to another: one side asks, the other answers, the day carries it out.

Nothing of the person changes before the day, so that a transfer can be dropped until then. On
the day one transaction ends what was at one school and begins what is at the other: nobody is
ever at two schools, or at none.
"""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from fangxian.foundation.people import rules
from fangxian.foundation.people.actions.groups import fitting_group, recount
from fangxian.foundation.people.actions.persons import end_memberships, locked, school_of
from fangxian.foundation.people.identity import plain_id
from fangxian.foundation.people.models import (
    CohortMembership,
    Guardian,
    Membership,
    Person,
    Transfer,
    TransferSide,
    TransferState,
)
from fangxian.foundation.people.rules import PeopleEvent, PeoplePermission
from fangxian.foundation.people.telling import TEMPLATES, tell_the_other_school
from fangxian.foundation.units.models import SCHOOL_KINDS, UnitVersion
from fangxian.kernel import audit
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import Conflict, Forbidden, Invalid, NotFound

EVENTS = {
    TransferState.ACCEPTED: PeopleEvent.TRANSFER_ACCEPTED,
    TransferState.REFUSED: PeopleEvent.TRANSFER_REFUSED,
    TransferState.WITHDRAWN: PeopleEvent.TRANSFER_WITHDRAWN,
}


def _other_school(school_id: int, day: date) -> UnitVersion:
    """The school at the other end: named by who asks, not necessarily within their scope."""
    found = UnitVersion.objects.as_of(day).filter(unit_id=school_id, kind__in=SCHOOL_KINDS).first()
    if found is None:
        raise NotFound(_("There is no such school."))
    return found


@transaction.atomic
def offer_transfer(
    *, person_id: int, to_school_id: int, effective_on: date, by: Actor, at: datetime,
    reason: str = "",
) -> Transfer:  # fmt: skip
    """The school that a person is at asks another one to take them over from a day on."""
    person = locked(person_id, by=by)
    to = _other_school(to_school_id, max(effective_on, at.date()))
    return _ask(person, to, TransferSide.GIVING, effective_on, reason, by=by, at=at)


@transaction.atomic
def request_transfer(
    *, id_number: str, name: str, to_school_id: int, effective_on: date, by: Actor, at: datetime,
    to_group_id: int | None = None, number: str = "", reason: str = "",
) -> Transfer:  # fmt: skip
    """A school asks the one that a person is at to hand them over.

    The person is named by document number and name, which the family has shown; nothing else of
    the person is told before the other school agrees. Whoever is wrong in either finds nobody.
    """
    to = school_of(to_school_id, at.date(), by=by)
    people = Person.objects.present(at.date()).select_for_update()
    person = people.filter(id_number=plain_id(id_number) or "-").first()
    if person is None or person.name != " ".join(name.split()):
        text = _("Nobody with this number and this name is registered at another school. Enter "
                 "the person as new.")  # fmt: skip
        raise Invalid(text, {"id_number": [text]})
    if to_group_id is not None:
        fitting_group(to_group_id, to.unit_id, person.kind, max(effective_on, at.date()))
    return _ask(person, to, TransferSide.RECEIVING, effective_on, reason, by=by, at=at,
                group_id=to_group_id, number=number)  # fmt: skip


def _ask(
    person: Person, to: UnitVersion, side: TransferSide, effective_on: date, reason: str, *,
    by: Actor, at: datetime, group_id: int | None = None, number: str = "",
) -> Transfer:  # fmt: skip
    if effective_on < at.date():
        text = _("The past is not rewritten: choose today or a later day.")
        raise Invalid(text, {"effective_on": [text]})
    if person.school_id == to.unit_id:
        raise Conflict(_("%(name)s is at this school already.") % {"name": person.name})
    if person.left_on is not None:
        text = _("%(name)s left on %(day)s.")
        raise Conflict(text % {"name": person.name, "day": person.left_on})
    if Transfer.objects.under_way().filter(person=person).exists():
        raise Conflict(_("A transfer of this person is under way already."))
    made = Transfer.objects.create(
        person=person, from_school_id=person.school_id, from_path=person.path,
        to_school_id=to.unit_id, to_path=to.path, to_group_id=group_id, asked_by_side=side,
        reason=reason.strip()[:200], effective_on=effective_on, number=plain_id(number)[:30],
        asked_by_id=by.user_id, asked_at=at,
    )  # fmt: skip
    _note(PeopleEvent.TRANSFER_ASKED, made, by=by, at=at)
    return made


def _note(event: PeopleEvent, transfer: Transfer, *, by: Actor, at: datetime) -> None:
    """One line in the trail of each of the two schools, and a notice to the other one."""
    ends = ((transfer.from_school_id, transfer.from_path), (transfer.to_school_id,
                                                            transfer.to_path))  # fmt: skip
    for school_id, path in ends:
        audit.record(event, by=by, at=at, unit_id=school_id, path=path,
                     detail={"transfer": transfer.pk, "person_id": transfer.person_id})  # fmt: skip
    if event in TEMPLATES:
        tell_the_other_school(event, transfer, by=by, at=at)


def _answered(transfer_id: int, to: TransferState, *, by: Actor, at: datetime) -> Transfer:
    """The transfer, locked, when this actor may make the move."""
    found = Transfer.objects.visible_to(by).select_for_update().filter(pk=transfer_id).first()
    if found is None:
        raise NotFound(_("There is no such transfer within your scope."))
    giving = by.may(PeoplePermission.MANAGE, found.from_path)
    receiving = by.may(PeoplePermission.MANAGE, found.to_path)
    if not (giving or receiving):
        raise Forbidden(_("Your role does not allow this here."))
    asked_by_giving = found.asked_by_side == TransferSide.GIVING
    asking, asked = (giving, receiving) if asked_by_giving else (receiving, giving)
    state = TransferState(found.state)
    decision = rules.may_answer(
        state, to, asking=asking, asked=asked, done=found.done_at is not None
    )
    if not decision.allowed:
        raise Conflict(decision.reason)
    found.state, found.answered_by_id, found.answered_at = to, by.user_id, at
    return found


@transaction.atomic
def accept_transfer(
    *, transfer_id: int, by: Actor, at: datetime, to_group_id: int | None = None,
    number: str = "", answer: str = "",
) -> Transfer:  # fmt: skip
    """The school that was asked agrees. The receiving one may say the group and the number; where
    the day has come, the person changes schools at once."""
    transfer = _answered(transfer_id, TransferState.ACCEPTED, by=by, at=at)
    transfer.effective_on = max(transfer.effective_on, at.date())
    if transfer.asked_by_side == TransferSide.GIVING:
        if to_group_id is not None:
            kind = transfer.person.kind
            fitting_group(to_group_id, transfer.to_school_id, kind, transfer.effective_on)
        transfer.to_group_id, transfer.number = to_group_id, plain_id(number)[:30]
    transfer.answer = answer.strip()[:200]
    transfer.save()
    _note(PeopleEvent.TRANSFER_ACCEPTED, transfer, by=by, at=at)
    if transfer.effective_on <= at.date():
        hand_over(transfer, by=by, at=at)
    return transfer


@transaction.atomic
def refuse_transfer(*, transfer_id: int, answer: str, by: Actor, at: datetime) -> Transfer:
    """The school that was asked does not agree, and says why."""
    transfer = _answered(transfer_id, TransferState.REFUSED, by=by, at=at)
    if not answer.strip():
        text = _("Say why, so that the other school knows what to do.")
        raise Invalid(text, {"answer": [text]})
    transfer.answer = answer.strip()[:200]
    transfer.save()
    _note(PeopleEvent.TRANSFER_REFUSED, transfer, by=by, at=at)
    return transfer


@transaction.atomic
def withdraw_transfer(*, transfer_id: int, by: Actor, at: datetime) -> Transfer:
    """Who asked takes it back; once accepted, either school may drop it until the day."""
    transfer = _answered(transfer_id, TransferState.WITHDRAWN, by=by, at=at)
    transfer.save()
    _note(PeopleEvent.TRANSFER_WITHDRAWN, transfer, by=by, at=at)
    return transfer


def hand_over(transfer: Transfer, *, by: Actor, at: datetime) -> None:
    """Carry out an accepted transfer whose day has come: all of it, or nothing.

    A number that somebody at the new school bears is left out; a group that has closed meanwhile
    leaves the person in none: both are for the school to see to.
    """
    day = transfer.effective_on
    person = Person.objects.select_for_update().get(pk=transfer.person_id)
    to = UnitVersion.objects.as_of(day).get(unit_id=transfer.to_school_id)
    left = end_memberships(person.pk, day)
    cohorts = CohortMembership.objects.filter(person=person, valid_to__gt=day)
    cohorts.filter(valid_from__gte=day).delete()
    cohorts.filter(valid_from__lt=day).update(valid_to=day)
    person.school_id, person.path, person.updated_at = to.unit_id, to.path, at
    person.number, person.left_on = transfer.number, None
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError:
        person.number = ""
        person.save()
    Guardian.objects.filter(person=person).update(school_id=to.unit_id, path=to.path)
    groups = UnitVersion.objects.as_of(day).filter(unit_id=transfer.to_group_id or 0)
    group = groups.filter(school_id=to.unit_id).first()
    if group is not None:
        Membership.objects.create(person=person, group_id=group.unit_id, school_id=to.unit_id,
                                  path=group.path, valid_from=day)  # fmt: skip
        left.append(group.unit_id)
    recount(left, at.date())
    transfer.done_at = at
    transfer.save(update_fields=["done_at"])
    _note(PeopleEvent.TRANSFER_DONE, transfer, by=by, at=at)
