"""Tokens: some of what a person may do at a unit, for a program, until a moment."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from fangxian.foundation.accounts.models import ApiToken, User
from fangxian.foundation.accounts.queries import place, roles_held
from fangxian.foundation.accounts.rules import (
    TOKEN_LONGEST,
    AccountEvent,
    AccountPermission,
    carried_until,
    fingerprint,
    new_secret,
)
from fangxian.foundation.units.models import Unit
from fangxian.kernel import audit
from fangxian.kernel.access import Actor, known
from fangxian.kernel.errors import Forbidden, Invalid, NotFound


@transaction.atomic
def mint_token(
    *,
    user: User,
    unit: Unit,
    name: str,
    permissions: Collection[str],
    expires_at: datetime,
    by: Actor,
    at: datetime,
) -> str:
    """Make a token for a person's programs and return its secret, which is never shown again.

    It carries no more than the person's roles hold at the unit, and no longer than they do.
    """
    at_unit = place(unit.pk, day=at.date())
    _may_mint(by, user, at_unit.path)
    User.objects.select_for_update().get(pk=user.pk)
    carried = sorted({str(permission) for permission in permissions})
    until = carried_until(carried, at_unit.path, roles_held(user.pk, today=at.date()))
    _check(name, carried, until, expires_at, at)
    secret = new_secret()
    token = ApiToken.objects.create(
        user=user,
        unit=unit,
        name=name.strip(),
        hash=fingerprint(secret),
        permissions=carried,
        created_at=at,
        expires_at=expires_at,
    )
    audit.record(
        AccountEvent.TOKEN_MINTED,
        by=by,
        at=at,
        unit_id=unit.pk,
        path=at_unit.path,
        detail={"token": token.pk, "user": user.pk, "permissions": carried},
    )
    return secret


def _may_mint(by: Actor, user: User, path: str) -> None:
    if by.token_id is not None:
        raise Forbidden(_("A token cannot make tokens; sign in for that."))
    if by.user_id == user.pk:
        by.require(AccountPermission.TOKEN, path)
    else:
        by.require(AccountPermission.MANAGE, path)


def _check(
    name: str, carried: list[str], until: datetime | None, expires_at: datetime, at: datetime
) -> None:
    fields: dict[str, list[str]] = {}
    if not name.strip():
        fields["name"] = [_("Say which program will use this token.")]
    if not carried:
        fields["permissions"] = [_("Choose what the program may do.")]
    elif until is None or not set(carried) <= set(known()):
        fields["permissions"] = [_("A token cannot do more than its owner may do there.")]
    elif expires_at > until:
        fields["expires_at"] = [_("The owner's role there ends before that.")]
    if not at < expires_at <= at + TOKEN_LONGEST:
        fields["expires_at"] = [_("A token lasts from now until at most a year from now.")]
    if fields:
        raise Invalid(_("The token could not be made."), fields)


@transaction.atomic
def revoke_token(*, token_id: int, by: Actor, at: datetime) -> None:
    """End a token at once: one's own, or one at a unit whose accounts one administers."""
    token = ApiToken.objects.select_for_update().filter(pk=token_id).first()
    if token is None:
        raise NotFound(_("There is no such token within your scope."))
    path = place(token.unit_id, day=at.date(), or_last=True).path
    if by.user_id != token.user_id:
        by.require(AccountPermission.MANAGE, path)
    if token.revoked_at is None:
        _end(token, path, by, at)


def refit_tokens(*, user_id: int, by: Actor, at: datetime) -> None:
    """End or shorten a person's tokens so that none outlives the roles that carry it."""
    held = roles_held(user_id, today=at.date())
    for token in ApiToken.objects.select_for_update().filter(
        user_id=user_id, revoked_at=None, expires_at__gt=at
    ):
        path = place(token.unit_id, day=at.date(), or_last=True).path
        until = carried_until(token.permissions, path, held)
        if until is None or until <= at:
            _end(token, path, by, at)
        elif until < token.expires_at:
            token.expires_at = until
            token.save(update_fields=["expires_at"])


def _end(token: ApiToken, path: str, by: Actor, at: datetime) -> None:
    token.revoked_at = at
    token.save(update_fields=["revoked_at"])
    audit.record(
        AccountEvent.TOKEN_REVOKED,
        by=by,
        at=at,
        unit_id=token.unit_id,
        path=path,
        detail={"token": token.pk, "user": token.user_id},
    )
