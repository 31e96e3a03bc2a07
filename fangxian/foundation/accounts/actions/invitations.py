"""Invitations: a one-time link by which a person joins with their first role."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from fangxian.foundation.accounts.actions.credentials import fit_username
from fangxian.foundation.accounts.actions.roles import assign, locked_user
from fangxian.foundation.accounts.models import Invitation, RoleAssignment, User
from fangxian.foundation.accounts.passwords.choosing import choose
from fangxian.foundation.accounts.queries import in_person, is_parted, open_invitation, place
from fangxian.foundation.accounts.rules import (
    INVITATION_VALID,
    PROPOSAL_VALID,
    THREE,
    AccountEvent,
    AccountPermission,
    Role,
    fingerprint,
    may_hold,
    may_stand,
    new_secret,
)
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel import audit
from fangxian.kernel.access import Actor, system
from fangxian.kernel.errors import Conflict, Forbidden, Invalid, NotFound


@transaction.atomic
def invite(*, unit_id: int, role: Role, name: str, phone: str = "", by: Actor, at: datetime) -> str:
    """Invite a person to a role at a unit; returns the secret of the link, shown once.

    Where inviting and giving roles are parted, the role waits until it is confirmed.
    """
    at_unit = place(unit_id, day=at.date())
    by.require(AccountPermission.INVITE, at_unit.path)
    decision = may_hold(role, kind=at_unit.kind, held=())
    if decision.allowed:
        decision = may_stand(role, is_parted=is_parted(unit_id))
    if not decision.allowed:
        raise Invalid(decision.reason, {"role": [decision.reason]})
    if not name.strip():
        text = _("Write the name of the person you invite.")
        raise Invalid(text, {"name": [text]})
    return _make(unit_id, at_unit.path, role, name, phone, by, at)


def _make(
    unit_id: int, path: str, role: Role, name: str, phone: str, by: Actor, at: datetime
) -> str:
    secret = new_secret()
    confirmed = by.may(AccountPermission.MANAGE, path)
    made = Invitation.objects.create(
        hash=fingerprint(secret),
        unit_id=unit_id,
        role=role,
        name=name.strip()[:60],
        phone=phone.strip()[:30],
        invited_by_id=by.user_id,
        created_at=at,
        expires_at=at + INVITATION_VALID,
        confirmed_by_id=by.user_id if confirmed else None,
        confirmed_at=at if confirmed else None,
    )
    _record(AccountEvent.INVITED, made, path, by, at)
    return secret


@transaction.atomic
def withdraw_invitation(*, invitation_id: int, by: Actor, at: datetime) -> None:
    """Make an invitation's link useless, or refuse its role; by who invites or who gives roles."""
    found, path = _open(invitation_id, at)
    if not by.may(AccountPermission.MANAGE, path):
        by.require(AccountPermission.INVITE, path)
    found.expires_at = at
    found.save(update_fields=["expires_at"])
    _record(AccountEvent.INVITATION_WITHDRAWN, found, path, by, at)


@transaction.atomic
def withdraw_sheet(*, invitation_id: int, by: Actor, at: datetime) -> int:
    """Make every link useless that came of the same sheet and nobody used; returns how many."""
    one, path = _open(invitation_id, at)
    if not by.may(AccountPermission.MANAGE, path):
        by.require(AccountPermission.INVITE, path)
    rows = Invitation.objects.in_force(at).select_for_update(of=("self",))
    rows = rows.filter(invited_by_id=one.invited_by_id, created_at=one.created_at, used_at=None)
    seen = UnitVersion.objects.as_of(at.date()).visible_to(by).values("unit_id")
    withdrawn = Invitation.objects.filter(
        pk__in=list(rows.filter(unit_id__in=seen).values_list("pk", flat=True))
    ).update(expires_at=at)
    audit.record(
        AccountEvent.INVITATION_WITHDRAWN,
        by=by,
        at=at,
        unit_id=one.unit_id,
        path=path,
        detail={"invitation": one.pk, "count": withdrawn},
    )
    return withdrawn


@transaction.atomic
def confirm_invitation(*, invitation_id: int, by: Actor, at: datetime) -> None:
    """Agree to the role that an invitation proposes; who has joined already holds it from now."""
    found, path = _open(invitation_id, at)
    by.require(AccountPermission.MANAGE, path)
    if found.confirmed_at is not None:
        raise Conflict(_("This role has been confirmed already."))
    _not_oneself(found.user_id, by.user_id)
    found.confirmed_by_id, found.confirmed_at = in_person(by), at
    found.save(update_fields=["confirmed_by", "confirmed_at"])
    _record(AccountEvent.CONFIRMED, found, path, by, at)
    if found.user_id is not None:
        at_unit = place(found.unit_id, day=at.date())
        given = assign(locked_user(found.user_id), Role(found.role), at_unit, by=by, at=at)
        _joined(found, given, at_unit, by, at)


def _open(invitation_id: int, at: datetime) -> tuple[Invitation, str]:
    rows = Invitation.objects.in_force(at).select_for_update(of=("self",))
    found = rows.filter(pk=invitation_id).first()
    if found is None:
        raise NotFound(_("There is no such invitation within your scope."))
    return found, place(found.unit_id, day=at.date(), or_last=True).path


def _not_oneself(user_id: int | None, *givers: int | None) -> None:
    if user_id is not None and user_id in givers:
        raise Forbidden(_("Nobody gives roles to themselves: ask another administrator."))


@transaction.atomic
def accept_invitation(
    *,
    secret: str,
    username: str,
    password: str,
    display_name: str,
    phone: str = "",
    language: str = "",
    at: datetime,
) -> User:
    """Make one's account by an invitation's link and take up the role."""
    invitation = open_invitation(secret, at=at, lock=True)
    if not display_name.strip():
        text = _("Write your name.")
        raise Invalid(text, {"display_name": [text]})
    user = User(
        username=fit_username(username),
        display_name=display_name.strip()[:60],
        phone=phone.strip()[:30],
        language=language,
        created_at=at,
    )
    user.set_unusable_password()
    user.save()
    _take_up(invitation, user, at)
    choose(user, password, "password", at=at)  # last, as it may not be made of the unit's name
    return user


@transaction.atomic
def join(*, secret: str, by: Actor, at: datetime) -> None:
    """Take up an invitation's role with the account one has."""
    invitation = open_invitation(secret, at=at, lock=True)
    _take_up(invitation, locked_user(in_person(by)), at)


def _take_up(invitation: Invitation, user: User, at: datetime) -> None:
    """Use the link; its role is given at once only where it has been confirmed."""
    _not_oneself(user.pk, invitation.invited_by_id, invitation.confirmed_by_id)
    at_unit = place(invitation.unit_id, day=at.date())
    invitation.used_at, invitation.user = at, user
    if invitation.confirmed_at is None:
        invitation.expires_at = at + PROPOSAL_VALID
    invitation.save(update_fields=["used_at", "user", "expires_at"])
    given = None
    if invitation.confirmed_at is not None:
        giver = Actor(invitation.confirmed_by_id, "")
        given = assign(user, Role(invitation.role), at_unit, by=giver, at=at)
    _joined(invitation, given, at_unit, Actor(user.pk, str(user)), at)


def _joined(
    invitation: Invitation,
    given: RoleAssignment | None,
    at_unit: UnitVersion,
    by: Actor,
    at: datetime,
) -> None:
    detail = {"invitation": invitation.pk, "user": invitation.user_id, "role": invitation.role}
    audit.record(
        AccountEvent.JOINED if by.user_id == invitation.user_id else AccountEvent.ROLE_GIVEN,
        by=by,
        at=at,
        unit_id=at_unit.unit_id,
        path=at_unit.path,
        subject=invitation.role,
        detail=detail if given else detail | {"waits": True},
    )


@transaction.atomic
def first_administrators(*, unit_id: int, at: datetime, parted: bool) -> dict[Role, str]:
    """Make the links by which a system gets its first administrators: role → secret.

    `parted`: three people instead of one unit administrator. Asked again before anyone used a
    link, the earlier one ends; an office that somebody holds is left out.
    """
    at_unit = place(unit_id, day=at.date())
    roles = THREE if parted else (Role.UNIT_ADMIN,)
    in_force = RoleAssignment.objects.in_force(at.date()).filter(unit_id=unit_id)
    held = set(in_force.values_list("role", flat=True))
    vacant = [role for role in roles if role not in held]
    if not vacant or (parted and Role.UNIT_ADMIN in held):
        raise Conflict(_("There is an administrator already, who can invite others."))
    by = system("init", [AccountPermission.INVITE, AccountPermission.MANAGE])
    return {role: _first(role, at_unit, by, at) for role in vacant}


def _first(role: Role, at_unit: UnitVersion, by: Actor, at: datetime) -> str:
    decision = may_hold(role, kind=at_unit.kind, held=())
    if decision.allowed:
        decision = may_stand(role, is_parted=is_parted(at_unit.unit_id))
    if not decision.allowed:
        raise Conflict(decision.reason)
    Invitation.objects.filter(
        unit_id=at_unit.unit_id, role=role, used_at=None, invited_by=None, expires_at__gt=at
    ).update(expires_at=at)
    return _make(at_unit.unit_id, at_unit.path, role, "", "", by, at)


def _record(
    event: AccountEvent, invitation: Invitation, path: str, by: Actor, at: datetime
) -> None:
    audit.record(
        event,
        by=by,
        at=at,
        unit_id=invitation.unit_id,
        path=path,
        subject=invitation.role,
        detail={"invitation": invitation.pk, "role": invitation.role}
        | ({"user": invitation.user_id} if invitation.user_id else {}),
    )
