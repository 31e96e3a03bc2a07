"""Invitations: a one-time link by which a person joins with their first role."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from fangxian.foundation.accounts.actions.credentials import fit_username, set_password
from fangxian.foundation.accounts.actions.roles import assign, locked_user
from fangxian.foundation.accounts.models import Invitation, RoleAssignment, User
from fangxian.foundation.accounts.queries import in_person, open_invitation, place
from fangxian.foundation.accounts.rules import (
    INVITATION_VALID,
    AccountEvent,
    AccountPermission,
    Role,
    fingerprint,
    may_hold,
    new_secret,
)
from fangxian.kernel import audit
from fangxian.kernel.access import Actor, system
from fangxian.kernel.errors import Conflict, Invalid, NotFound


@transaction.atomic
def invite(*, unit_id: int, role: Role, name: str, phone: str = "", by: Actor, at: datetime) -> str:
    """Invite a person to a role at a unit; returns the secret of the link, shown once."""
    at_unit = place(unit_id, day=at.date())
    by.require(AccountPermission.MANAGE, at_unit.path)
    decision = may_hold(role, kind=at_unit.kind, held=())
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
    made = Invitation.objects.create(
        hash=fingerprint(secret),
        unit_id=unit_id,
        role=role,
        name=name.strip()[:60],
        phone=phone.strip()[:30],
        invited_by_id=by.user_id,
        created_at=at,
        expires_at=at + INVITATION_VALID,
    )
    _record(AccountEvent.INVITED, made, path, by, at)
    return secret


@transaction.atomic
def withdraw_invitation(*, invitation_id: int, by: Actor, at: datetime) -> None:
    """Make an invitation's link useless."""
    found = Invitation.objects.select_for_update().filter(pk=invitation_id, used_at=None).first()
    if found is None:
        raise NotFound(_("There is no such invitation within your scope."))
    path = place(found.unit_id, day=at.date(), or_last=True).path
    by.require(AccountPermission.MANAGE, path)
    found.used_at = at
    found.save(update_fields=["used_at"])
    _record(AccountEvent.INVITATION_WITHDRAWN, found, path, by, at)


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
    set_password(user, password, "password")
    user.save()
    _take_up(invitation, user, at)
    return user


@transaction.atomic
def join(*, secret: str, by: Actor, at: datetime) -> None:
    """Take up an invitation's role with the account one has."""
    invitation = open_invitation(secret, at=at, lock=True)
    _take_up(invitation, locked_user(in_person(by)), at)


def _take_up(invitation: Invitation, user: User, at: datetime) -> None:
    at_unit = place(invitation.unit_id, day=at.date())
    inviter = Actor(invitation.invited_by_id, "")
    given = assign(user, Role(invitation.role), at_unit, by=inviter, at=at)
    invitation.used_at, invitation.user = at, user
    invitation.save(update_fields=["used_at", "user"])
    by = Actor(user.pk, str(user))
    audit.record(
        AccountEvent.JOINED,
        by=by,
        at=at,
        unit_id=at_unit.unit_id,
        path=at_unit.path,
        subject=invitation.role,
        detail={"invitation": invitation.pk, "role": given.role, "user": user.pk},
    )


@transaction.atomic
def first_administrator(*, unit_id: int, at: datetime) -> str:
    """Make the link by which an empty system gets its first administrator.

    Asked again before anyone used it, the earlier link ends; afterwards it is refused.
    """
    at_unit = place(unit_id, day=at.date())
    in_force = RoleAssignment.objects.in_force(at.date())
    if in_force.filter(role=Role.UNIT_ADMIN, unit_id=unit_id).exists():
        raise Conflict(_("There is an administrator already, who can invite others."))
    Invitation.objects.filter(
        unit_id=unit_id, role=Role.UNIT_ADMIN, used_at=None, invited_by=None
    ).update(used_at=at)
    by = system("init", [AccountPermission.MANAGE])
    return _make(unit_id, at_unit.path, Role.UNIT_ADMIN, "", "", by, at)


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
        detail={"invitation": invitation.pk, "role": invitation.role},
    )
