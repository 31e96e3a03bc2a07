"""Binding a passkey, proving it, naming and removing it; every step is in the audit trail."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext as _

from fangxian.foundation.accounts.actions.roles import locked_user
from fangxian.foundation.accounts.models import User
from fangxian.foundation.accounts.queries import in_person
from fangxian.foundation.accounts.second.actions import codes_if_none, note, require_may_lose
from fangxian.foundation.accounts.second.passkeys import ceremony
from fangxian.foundation.accounts.second.passkeys.ceremony import Refused, whose
from fangxian.foundation.accounts.second.passkeys.party import Party
from fangxian.foundation.accounts.second.passkeys.queries import key_in, keys_of
from fangxian.foundation.accounts.second.passwords import require_password
from fangxian.foundation.accounts.second.queries import PASSKEY, RECOVERY, TOTP
from fangxian.foundation.accounts.second.rules import SecondEvent, may_set_up
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import Conflict, Invalid, NotFound

MOST = 10
Answer = Mapping[str, Any]


@transaction.atomic
def bind(
    *, party: Party, challenge: str | None, answer: Answer, name: str, by: Actor, at: datetime
) -> list[str]:
    """Bind the passkey that a browser made; returns recovery codes if one had none, shown once."""
    user = locked_user(in_person(by))
    may_set_up(is_demo=user.is_demo).enforce()
    keys = keys_of(user.pk)
    if len(keys) >= MOST:
        raise Conflict(_("You have ten passkeys: remove one first."))
    try:
        made = ceremony.bound(party, challenge=_asked(challenge), answer=answer)
    except Refused:
        raise _refused(_("The passkey could not be bound. Try again.")) from None
    if any(key.id == made.id for key in keys):
        raise Conflict(_("This passkey is bound already."))
    kept = {"name": _fit(name), "id": made.id, "public": made.public, "times": made.times}
    Authenticator.objects.create(user=user, type=PASSKEY, data=kept, created_at=at)
    note(SecondEvent.PASSKEY_BOUND, user, by, at, count=len(keys) + 1)
    return codes_if_none(user, at)


def _asked(challenge: str | None) -> str:
    if challenge is None:
        raise Refused
    return challenge


def _fit(name: str) -> str:
    return " ".join(name.split())[:40] or _("Passkey")


def prove(
    *, user_id: int, party: Party, challenge: str | None, answer: Answer, at: datetime
) -> None:
    """Take a passkey as the step that follows the password."""
    if not _accepted(user_id, party, challenge, answer, at, alone=False):
        raise _refused(_("This passkey opens nothing here. Try again, or use a code."))


def sign_in(*, party: Party, challenge: str | None, answer: Answer, at: datetime) -> User:
    """The person whose passkey this is, which made sure itself whose hand it is in.

    One refusal for every reason, so that nobody learns which accounts exist.
    """
    said = whose(answer)
    user = User.objects.filter(pk=said, is_active=True).first() if said is not None else None
    if user is None or not _accepted(user.pk, party, challenge, answer, at, alone=True):
        text = _(
            "This passkey opens nothing here. Try again, or sign in with your password: "
            "after a new password, the passkey follows it once."
        )
        raise _refused(text)
    return user


@transaction.atomic
def _accepted(
    user_id: int,
    party: Party,
    challenge: str | None,
    answer: Answer,
    at: datetime,
    *,
    alone: bool,
) -> bool:
    user = locked_user(user_id)
    rows = list(Authenticator.objects.select_for_update().filter(user=user, type=PASSKEY))
    keys = [key_in(row) for row in rows]
    by = Actor(user.pk, str(user))
    try:
        proof = ceremony.proven(
            party, challenge=_asked(challenge), answer=answer, keys=keys, alone=alone
        )
        row = next(row for row in rows if row.data["id"] == proof.id)
        if row.data.get("last") == proof.challenge or (alone and not _may_stand_alone(user, row)):
            raise Refused
    except Refused:
        note(SecondEvent.PASSKEY_REFUSED, user, by, at)
        return False
    row.data |= {"times": proof.times, "last": proof.challenge}
    if not alone:
        row.data["followed_at"] = at.isoformat()
    row.last_used_at = at
    row.save(update_fields=["data", "last_used_at"])
    event = SecondEvent.PASSKEY_ALONE if alone else SecondEvent.PASSKEY_USED
    note(event, user, by, at)
    return True


def _may_stand_alone(user: User, row: Authenticator) -> bool:
    """Whether a passkey was bound with the present password, or has followed it since.

    Who chooses a new password because another knew the old one is rid of the other's passkey, too.
    """
    followed = row.data.get("followed_at")
    known = datetime.fromisoformat(followed) if followed else row.created_at
    return user.password_since is None or max(known, row.created_at) >= user.password_since


@transaction.atomic
def rename(*, passkey_id: int, name: str, by: Actor, at: datetime) -> None:
    """Call one's own passkey otherwise."""
    user = locked_user(in_person(by))
    row = _own(user, passkey_id)
    row.data["name"] = _fit(name)
    row.save(update_fields=["data"])
    note(SecondEvent.PASSKEY_RENAMED, user, by, at)


def remove(*, passkey_id: int, password: str, by: Actor, at: datetime) -> None:
    """Remove one's own passkey; the last second factor only where one's roles allow that."""
    require_password(user_id=in_person(by), password=password, at=at)
    _remove(passkey_id, by, at)


@transaction.atomic
def _remove(passkey_id: int, by: Actor, at: datetime) -> None:
    user = locked_user(in_person(by))
    row = _own(user, passkey_id)
    others = Authenticator.objects.filter(user=user, type__in=[TOTP, PASSKEY]).exclude(pk=row.pk)
    left = others.exists()
    if not left:
        require_may_lose(user, today=at.date())
    row.delete()
    note(SecondEvent.PASSKEY_REMOVED, user, by, at, count=len(keys_of(user.pk)))
    if not left:
        Authenticator.objects.filter(user=user, type=RECOVERY).delete()
        note(SecondEvent.TURNED_OFF, user, by, at)


def _own(user: User, passkey_id: int) -> Authenticator:
    row = Authenticator.objects.filter(pk=passkey_id, user=user, type=PASSKEY).first()
    if row is None:
        raise NotFound(_("This passkey has been removed already."))
    return row


def _refused(text: str) -> Invalid:
    return Invalid(text, {"credential": [text]})
