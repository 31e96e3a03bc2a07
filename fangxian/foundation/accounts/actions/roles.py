"""Roles: given, ended, handed to a colleague for a while; accounts closed and opened again."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from fangxian.foundation.accounts.actions.tokens import refit_tokens
from fangxian.foundation.accounts.models import RoleAssignment, Session, User
from fangxian.foundation.accounts.queries import colleagues, in_person, place, role_paths
from fangxian.foundation.accounts.rules import (
    COVER_LONGEST_DAYS,
    AccountEvent,
    AccountPermission,
    Role,
    may_cover,
    may_hold,
)
from fangxian.foundation.accounts.staff import last_day
from fangxian.foundation.units.models import OPEN_END, UnitVersion
from fangxian.kernel import audit
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import Conflict, Forbidden, Invalid, NotFound


@transaction.atomic
def give_role(
    *,
    user_id: int,
    role: Role,
    unit_id: int,
    by: Actor,
    at: datetime,
    until: date | None = None,
) -> RoleAssignment:
    """Give a person a role at a unit from today on, at most through the day `until`."""
    at_unit = place(unit_id, day=at.date())
    by.require(AccountPermission.MANAGE, at_unit.path)
    if by.user_id == user_id:
        raise Forbidden(_("Nobody gives roles to themselves: ask another administrator."))
    user = locked_user(user_id)
    given = assign(user, role, at_unit, by=by, at=at, until=until)
    _record(AccountEvent.ROLE_GIVEN, given, at_unit.path, by, at)
    return given


def assign(
    user: User,
    role: Role,
    at_unit: UnitVersion,
    *,
    by: Actor,
    at: datetime,
    until: date | None = None,
) -> RoleAssignment:
    """Write the assignment, for an action that has authorised and records it."""
    today = at.date()
    in_force = RoleAssignment.objects.in_force(today).filter(user=user)
    held = list(in_force.values_list("role", flat=True))
    decision = may_hold(role, kind=at_unit.kind, held=held)
    if not decision.allowed:
        raise Invalid(decision.reason, {"role": [decision.reason]})
    valid_to = _after(until, today)
    same = in_force.filter(role=role, unit_id=at_unit.unit_id).first()
    if same is None:
        return RoleAssignment.objects.create(
            user=user,
            role=role,
            unit_id=at_unit.unit_id,
            valid_from=today,
            valid_to=valid_to,
            given_by_id=by.user_id,
            given_at=at,
        )
    if same.valid_to >= valid_to and same.stands_in_for_id is None:
        raise Conflict(_("This person holds this role here already."))
    same.valid_to, same.stands_in_for = max(valid_to, same.valid_to), None
    same.given_by_id, same.given_at = by.user_id, at
    same.save()
    return same


def _after(until: date | None, today: date) -> date:
    if until is None:
        return OPEN_END
    if until < today:
        text = _("This day is past.")
        raise Invalid(text, {"until": [text]})
    return until + timedelta(days=1)


@transaction.atomic
def end_role(*, assignment_id: int, by: Actor, at: datetime) -> None:
    """End a role from now on, with the covers of it and the tokens it carried."""
    row = RoleAssignment.objects.select_for_update().filter(pk=assignment_id).first()
    if row is None:
        raise NotFound(_("There is no such role within your scope."))
    path = place(row.unit_id, day=at.date(), or_last=True).path
    own_cover = row.stands_in_for_id is not None and by.user_id in (
        row.stands_in_for_id,
        row.user_id,
    )
    if not own_cover:
        by.require(AccountPermission.MANAGE, path)
    if row.valid_to <= at.date():
        raise Conflict(_("This role has ended already."))
    _end(row, path, by, at)
    for covered in _covers_of(row, at.date()):
        _end(covered, path, by, at)


def _covers_of(row: RoleAssignment, today: date) -> list[RoleAssignment]:
    covers = RoleAssignment.objects.in_force(today).filter(
        stands_in_for_id=row.user_id, role=row.role, unit_id=row.unit_id
    )
    return list(covers.select_for_update(of=("self",)))


def _end(row: RoleAssignment, path: str, by: Actor, at: datetime) -> None:
    row.valid_to = max(row.valid_from, at.date())
    row.save(update_fields=["valid_to"])
    refit_tokens(user_id=row.user_id, by=by, at=at)
    _record(AccountEvent.ROLE_ENDED, row, path, by, at)


@transaction.atomic
def cover(
    *, assignment_id: int, colleague_id: int, until: date, by: Actor, at: datetime
) -> RoleAssignment:
    """Hand one's own role to a colleague through a day; one keeps it oneself."""
    today = at.date()
    own = (
        RoleAssignment.objects.in_force(today)
        .select_for_update(of=("self",))
        .filter(pk=assignment_id, user_id=in_person(by), stands_in_for=None)
        .first()
    )
    if own is None:
        raise NotFound(_("You do not hold this role today."))
    may_cover(own.role).enforce()
    at_unit = place(own.unit_id, day=today)
    if colleague_id not in {one.pk for one in colleagues(own, today=today)}:
        text = _("Choose a colleague who has an account at your unit.")
        raise Invalid(text, {"colleague": [text]})
    last = min(today + timedelta(days=COVER_LONGEST_DAYS), own.valid_to - timedelta(days=1))
    if not today <= until <= last:
        text = _("Choose a day from today to %(last)s.") % {"last": f"{last:%Y-%m-%d}"}
        raise Invalid(text, {"until": [text]})
    colleague = locked_user(colleague_id)
    held = RoleAssignment.objects.in_force(today).filter(user=colleague, stands_in_for=None)
    if held.filter(role=own.role, unit_id=own.unit_id).exists():
        raise Conflict(_("This person holds this role here already."))
    given = assign(colleague, Role(own.role), at_unit, by=by, at=at, until=until)
    given.stands_in_for_id = by.user_id
    given.save(update_fields=["stands_in_for"])
    _record(AccountEvent.COVERED, given, at_unit.path, by, at)
    return given


@transaction.atomic
def deactivate(*, user_id: int, by: Actor, at: datetime) -> None:
    """Close an account: every role, token and session ends; what the person did stays theirs."""
    user = locked_user(user_id)
    require_all_of(user, by, at.date())
    for row in RoleAssignment.objects.in_force(at.date()).filter(user=user):
        _end(row, place(row.unit_id, day=at.date(), or_last=True).path, by, at)
    user.is_active = False
    user.save(update_fields=["is_active"])
    Session.objects.of(user.pk).delete()
    unit_id, path = _whereabouts(user, by, at.date())
    audit.record(
        AccountEvent.DEACTIVATED,
        by=by,
        at=at,
        unit_id=unit_id,
        path=path,
        detail={"user": user_id},
    )


@transaction.atomic
def reactivate(*, user_id: int, by: Actor, at: datetime) -> None:
    """Open a closed account again, without roles: these are given anew."""
    user = locked_user(user_id, closed=True)
    unit_id, path = _whereabouts(user, by, at.date())
    user.is_active = True
    user.save(update_fields=["is_active"])
    audit.record(
        AccountEvent.REACTIVATED,
        by=by,
        at=at,
        unit_id=unit_id,
        path=path,
        detail={"user": user_id},
    )


def require_all_of(user: User, by: Actor, today: date) -> None:
    """Refuse who does not administer every place at which the person holds a role.

    Else who administers a school could take over the account of an officer above it.
    """
    if by.user_id == user.pk:
        raise Forbidden(_("Not for your own account: ask another administrator."))
    paths = role_paths(user.pk, today=today)
    if not any(by.may(AccountPermission.MANAGE, path) for path in paths):
        raise NotFound(_("There is no such person within your scope."))
    if not all(by.may(AccountPermission.MANAGE, path) for path in paths):
        raise Forbidden(_("This person also holds a role outside your scope."))


def _whereabouts(user: User, by: Actor, today: date) -> tuple[int, str]:
    """The latest place of the person that `by` administers, for the audit trail."""
    for unit_id in user.roles.order_by("-valid_to", "-pk").values_list("unit_id", flat=True):
        path = place(unit_id, day=today, or_last=True).path
        if by.may(AccountPermission.MANAGE, path):
            return unit_id, path
    raise NotFound(_("There is no such person within your scope."))


def locked_user(user_id: int, *, closed: bool = False) -> User:
    """The account, locked for the rest of the transaction."""
    user = User.objects.select_for_update().filter(pk=user_id, is_active=not closed).first()
    if user is None:
        raise NotFound(_("There is no such person within your scope."))
    return user


def _record(event: AccountEvent, row: RoleAssignment, path: str, by: Actor, at: datetime) -> None:
    detail: dict[str, object] = {"user": row.user_id, "role": row.role}
    if (last := last_day(row.valid_to)) is not None:
        detail["until"] = str(last)
    audit.record(
        event,
        by=by,
        at=at,
        unit_id=row.unit_id,
        path=path,
        subject=row.role,
        detail=detail,
    )
