"""Saying "I am on it", taking it back, and setting who stands in on a holiday."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from fangxian.foundation.accounts.queries import in_person
from fangxian.foundation.accounts.rules import FITS, Role
from fangxian.foundation.escalation.models import Acknowledgement, Substitute
from fangxian.foundation.escalation.queries import fit_to_substitute
from fangxian.foundation.escalation.rules import (
    LEVEL_OF_ROLE,
    SUBSTITUTED,
    EscalationEvent,
    EscalationPermission,
    may_begin,
)
from fangxian.foundation.obligations.kinds import kind_by_code
from fangxian.foundation.obligations.models import Obligation
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel import audit
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import Conflict, Invalid, NotFound


@transaction.atomic
def acknowledge(
    *, kind: str, unit: UnitVersion, day: date, by: Actor, at: datetime
) -> Acknowledgement:
    """Say "I am on it" about what is silent at and below a unit.

    Later rungs to one's own level leave it out; whoever stands higher hears of it as before, and
    it stays silent on every board. Saying it twice changes nothing.
    """
    user_id = in_person(by)
    by.require(EscalationPermission.ACKNOWLEDGE, unit.path)
    kind_by_code(kind)
    rows = Obligation.objects.visible_to(by).below(unit.path).of(kind, day)
    if not rows.silent().exists():
        raise Conflict(_("Everyone here has answered or is excused: there is nothing to take up."))
    levels, bureaus = _posts(by, unit.path)
    row, made = Acknowledgement.objects.get_or_create(
        day=day,
        kind=kind,
        unit_id=unit.unit_id,
        by_id=user_id,
        ended_at=None,
        defaults={
            "school_id": unit.school_id or 0,
            "path": unit.path,
            "levels": levels,
            "bureaus": bureaus,
            "at": at,
        },
    )
    if made:
        _record(EscalationEvent.ACKNOWLEDGED, row, by, at)
    return row


def _posts(by: Actor, path: str) -> tuple[list[str], list[int]]:
    """The levels inside the school at which one stands towards a place, and the bureaus."""
    held = [
        (LEVEL_OF_ROLE[one.role], one.unit_id)
        for one in by.holdings
        if one.role in LEVEL_OF_ROLE and path.startswith(one.path)
    ]
    levels = sorted({level.value for level, _unit in held if level.in_school})
    return levels, sorted({unit_id for level, unit_id in held if not level.in_school})


@transaction.atomic
def take_back(*, acknowledgement_id: int, by: Actor, at: datetime) -> Acknowledgement:
    """Say that one is not on it after all: later rungs tell one's level again."""
    row = (
        Acknowledgement.objects.visible_to(by)
        .select_for_update()
        .filter(pk=acknowledgement_id, by_id=in_person(by))
        .first()
    )
    if row is None:
        raise NotFound(_("You have not taken this up."))
    if row.ended_at is None:
        row.ended_at = at
        row.save(update_fields=["ended_at"])
        _record(EscalationEvent.TAKEN_BACK, row, by, at)
    return row


def _record(event: EscalationEvent, row: Acknowledgement, by: Actor, at: datetime) -> None:
    audit.record(
        event,
        by=by,
        at=at,
        unit_id=row.unit_id,
        path=row.path,
        subject=row.kind,
        detail={"day": str(row.day)},
    )


@transaction.atomic
def set_substitute(
    *,
    unit: UnitVersion,
    role: Role,
    user_id: int,
    first_day: date,
    last_day: date,
    by: Actor,
    at: datetime,
) -> Substitute:
    """Let a colleague hear of silence in place of those who hold a role, on some days.

    They must be able to see what they are told of: the role itself is handed over by a cover.
    """
    by.require(EscalationPermission.SUBSTITUTES, unit.path)
    if role not in SUBSTITUTED or unit.kind not in FITS[role]:
        text = _("This role does not exist at a unit of this kind.")
        raise Invalid(text, {"role": [text]})
    _check_days(first_day, last_day, at.date())
    if user_id not in {one.pk for one in fit_to_substitute(unit, today=at.date())}:
        text = _("Choose a colleague who works here and sees who has not answered.")
        raise Invalid(text, {"user": [text]})
    same = Substitute.objects.filter(unit_id=unit.unit_id, role=role, user_id=user_id)
    overlap = Q(first_day__lte=last_day, last_day__gte=first_day, ended_at__isnull=True)
    if same.filter(overlap).exists():
        raise Conflict(_("This person stands in for this role on some of these days already."))
    row = Substitute.objects.create(
        unit_id=unit.unit_id,
        role=role,
        user_id=user_id,
        first_day=first_day,
        last_day=last_day,
        set_by_id=in_person(by),
        set_at=at,
    )
    _record_substitute(EscalationEvent.SUBSTITUTE_SET, row, unit.path, by, at)
    return row


def _check_days(first_day: date, last_day: date, today: date) -> None:
    texts = {
        "backwards": _("The last day comes before the first."),
        "past": _("This day is past."),
        "long": _("At most three months at a time: whoever is away longer hands the role over."),
    }
    fault = may_begin(first_day, last_day, today=today)
    if fault:
        raise Invalid(texts[fault], {"last_day": [texts[fault]]})


@transaction.atomic
def end_substitute(*, substitute_id: int, unit: UnitVersion, by: Actor, at: datetime) -> None:
    """End a substitution now: those who hold the role hear of silence again."""
    by.require(EscalationPermission.SUBSTITUTES, unit.path)
    rows = Substitute.objects.select_for_update().filter(unit_id=unit.unit_id, ended_at=None)
    row = rows.filter(pk=substitute_id).first()
    if row is None:
        raise NotFound(_("Nobody stands in here like that."))
    row.ended_at = at
    row.save(update_fields=["ended_at"])
    _record_substitute(EscalationEvent.SUBSTITUTE_ENDED, row, unit.path, by, at)


def _record_substitute(
    event: EscalationEvent, row: Substitute, path: str, by: Actor, at: datetime
) -> None:
    days = {"from": str(row.first_day), "to": str(row.last_day)}
    audit.record(
        event,
        by=by,
        at=at,
        unit_id=row.unit_id,
        path=path,
        subject=row.role,
        detail={"user": row.user_id, **days},
    )


def follow_notice(*, notice: Any, by: Actor, at: datetime) -> None:
    """From the inbox: take up what a message is about, as far as it is still silent."""
    told = notice.context
    day = date.fromisoformat(told["day"])
    units = UnitVersion.objects.as_of(day).filter(unit_id__in=_units(told["units"]))
    for unit in units:
        rows = Obligation.objects.below(unit.path).of(told["code"], day)
        if rows.silent().exists() and by.may(EscalationPermission.ACKNOWLEDGE, unit.path):
            acknowledge(kind=told["code"], unit=unit, day=day, by=by, at=at)


def _units(ids: Iterable[Any]) -> list[int]:
    return [int(one) for one in ids]
