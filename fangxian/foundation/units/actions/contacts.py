"""Whom to call: the person in charge, the leading group, the contacts outside the school system."""

from datetime import date, datetime

from django.db import transaction
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
    LeadingGroupMember,
    TieContact,
    TieKind,
    UnitVersion,
)
from fangxian.foundation.units.rules import UnitEvent, UnitPermission
from fangxian.kernel import audit
from fangxian.kernel.access import Actor
from fangxian.kernel.audit import Event
from fangxian.kernel.errors import Invalid, NotFound


@transaction.atomic
def set_contact(
    *, unit_id: int, name: str, phone: str, day: date, by: Actor, at: datetime
) -> UnitVersion:
    """Name the person in charge of a unit from a day on."""
    before = standing(unit_id, day, by=by)
    by.require(UnitPermission.CONTACTS, before.path)
    _check_person(name, phone)
    lock_tree()
    enforce(rules.may_change_from(day, at.date()), "day")
    refuse_planned(unit_id, day)
    later = split(UnitVersion.objects.filter(unit_id=unit_id), day)
    later.update(contact_name=name.strip(), contact_phone=phone.strip())
    _record(UnitEvent.CONTACT_CHANGED, before, by=by, at=at)
    return standing(unit_id, day, by=by)


@transaction.atomic
def add_leader(
    *, unit_id: int, post: str, name: str, phone: str, valid_from: date, by: Actor, at: datetime
) -> LeadingGroupMember:
    """Add a member to a unit's leading group from a day on."""
    unit = standing(unit_id, valid_from, by=by)
    by.require(UnitPermission.CONTACTS, unit.path)
    _check_person(name, phone)
    member = LeadingGroupMember.objects.create(
        unit_id=unit_id, post=post.strip(), name=name.strip(), phone=phone.strip(),
        valid_from=valid_from,
    )  # fmt: skip
    _record(UnitEvent.LEADER_ADDED, unit, by=by, at=at, row=member.pk)
    return member


@transaction.atomic
def end_leader(*, member_id: int, day: date, by: Actor, at: datetime) -> None:
    """Let a member of a leading group leave: the day before `day` is their last."""
    member = LeadingGroupMember.objects.select_for_update().filter(pk=member_id).first()
    if member is None:
        raise NotFound(_("There is no such unit within your scope."))
    unit = standing(member.unit_id, at.date(), by=by)
    by.require(UnitPermission.CONTACTS, unit.path)
    _end(member, day)
    _record(UnitEvent.LEADER_ENDED, unit, by=by, at=at, row=member_id)


@transaction.atomic
def add_tie(
    *, unit_id: int, kind: str, name: str, phone: str, valid_from: date, by: Actor, at: datetime
) -> TieContact:
    """Add a contact outside the school system: street, clinic, CDC or police."""
    unit = standing(unit_id, valid_from, by=by)
    by.require(UnitPermission.CONTACTS, unit.path)
    _check_person(name, phone)
    if kind not in TieKind.values:
        text = _("Unknown kind of contact.")
        raise Invalid(text, {"kind": [text]})
    tie = TieContact.objects.create(
        unit_id=unit_id, kind=kind, name=name.strip(), phone=phone.strip(), valid_from=valid_from
    )
    _record(UnitEvent.TIE_ADDED, unit, by=by, at=at, row=tie.pk)
    return tie


@transaction.atomic
def end_tie(*, tie_id: int, day: date, by: Actor, at: datetime) -> None:
    """End a contact: the day before `day` is its last."""
    tie = TieContact.objects.select_for_update().filter(pk=tie_id).first()
    if tie is None:
        raise NotFound(_("There is no such unit within your scope."))
    unit = standing(tie.unit_id, at.date(), by=by)
    by.require(UnitPermission.CONTACTS, unit.path)
    _end(tie, day)
    _record(UnitEvent.TIE_ENDED, unit, by=by, at=at, row=tie_id)


def _end(row: LeadingGroupMember | TieContact, day: date) -> None:
    """End a row at a day; one that would never have held is removed."""
    if row.valid_to != OPEN_END and row.valid_to <= day:
        return
    if row.valid_from >= day:
        row.delete()
        return
    row.valid_to = day
    row.save(update_fields=["valid_to"])


def _check_person(name: str, phone: str) -> None:
    wrong: dict[str, list[str]] = {}
    if not name.strip():
        wrong["name"] = [_("Please enter a name.")]
    if not any(character.isdigit() for character in phone):
        wrong["phone"] = [_("Please enter a telephone number.")]
    if wrong:
        raise Invalid(_("Some fields cannot be accepted."), wrong)


def _record(
    event: Event, unit: UnitVersion, *, by: Actor, at: datetime, row: int | None = None
) -> None:
    audit.record(event, by=by, at=at, unit_id=unit.unit_id, path=unit.path, subject=unit.code,
                 detail={} if row is None else {"row": row})  # fmt: skip
