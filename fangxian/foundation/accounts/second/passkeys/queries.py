"""Somebody's passkeys."""

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.utils.translation import gettext as _

from fangxian.foundation.accounts.second.passkeys.ceremony import Key
from fangxian.foundation.accounts.second.queries import PASSKEY
from fangxian.kernel.errors import NotFound


@dataclass(frozen=True)
class Passkey:
    """One passkey as its owner knows it."""

    id: int
    name: str
    since: datetime
    last_used: datetime | None


def passkeys_of(user_id: int) -> list[Passkey]:
    """A person's passkeys, the oldest first."""
    rows = Authenticator.objects.filter(user_id=user_id, type=PASSKEY).order_by("pk")
    return [Passkey(row.pk, row.data["name"], row.created_at, row.last_used_at) for row in rows]


def own_passkey(passkey_id: int, *, of: int) -> Passkey:
    """One of a person's own; nobody else's is there."""
    for one in passkeys_of(of):
        if one.id == passkey_id:
            return one
    raise NotFound(_("This passkey has been removed already."))


def keys_of(user_id: int) -> list[Key]:
    """What is needed to check a person's passkeys."""
    rows = Authenticator.objects.filter(user_id=user_id, type=PASSKEY).order_by("pk")
    return [key_in(row) for row in rows]


def key_in(row: Authenticator) -> Key:
    """The passkey that a row holds."""
    return Key(row.data["id"], row.data["public"], row.data["times"])
