"""Proving who one is: sign-in, passwords, and the link for who forgot theirs."""

import re
import unicodedata
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from fangxian.foundation.accounts.actions.roles import locked_user, require_all_of
from fangxian.foundation.accounts.models import PasswordLink, Session, User
from fangxian.foundation.accounts.queries import first_place, in_person, open_password_link
from fangxian.foundation.accounts.rules import (
    PASSWORD_LINK_VALID,
    AccountEvent,
    fingerprint,
    lock_after,
    new_secret,
)
from fangxian.kernel import audit
from fangxian.kernel.access import ANONYMOUS, Actor
from fangxian.kernel.errors import Invalid

USERNAME = re.compile(r"[\w.@+-]{3,60}")


def check_sign_in(*, username: str, password: str, at: datetime) -> User:
    """The person whose name and password these are.

    One refusal for every reason, so that nobody learns which names exist. After several wrong
    passwords the right one is refused too, for a while that grows to a quarter of an hour.
    """
    user = User.objects.named(unicodedata.normalize("NFKC", username.strip()))
    if user is None:
        User().set_password(password)  # as slow as a wrong password
        raise _refused()
    paused = user.locked_until is not None and user.locked_until > at
    right = user.check_password(password)
    if paused or not right or not user.is_active:
        if not paused and not right:
            _note_failure(user, at)
        raise _refused()
    User.objects.filter(pk=user.pk).update(failed_sign_ins=0, locked_until=None)
    return user


def _refused() -> Invalid:
    text = _("User name or password is wrong. After several wrong tries, wait a few minutes.")
    return Invalid(text, {"password": [text]})


@transaction.atomic
def _note_failure(user: User, at: datetime) -> None:
    User.objects.filter(pk=user.pk).update(failed_sign_ins=F("failed_sign_ins") + 1)
    user.refresh_from_db(fields=["failed_sign_ins"])
    pause = lock_after(user.failed_sign_ins)
    if pause and not user.is_demo:
        User.objects.filter(pk=user.pk).update(locked_until=at + pause)
    note(AccountEvent.SIGN_IN_FAILED, user, ANONYMOUS, at)


def note_sign_in(*, user: User, at: datetime) -> None:
    """Leave a trace of a session that begins: all that was asked for is proven."""
    note(AccountEvent.SIGNED_IN, user, Actor(user.pk, str(user)), at)


def note_sign_out(*, by: Actor, at: datetime) -> None:
    """Leave a trace of a sign-out."""
    note(AccountEvent.SIGNED_OUT, User.objects.get(pk=in_person(by)), by, at)


@transaction.atomic
def change_password(*, old: str, new: str, by: Actor, at: datetime, keep: str = "") -> User:
    """Change one's own password; every session of one's own ends by it but the one to keep."""
    user = locked_user(in_person(by))
    if not user.check_password(old):
        text = _("This is not your present password.")
        raise Invalid(text, {"old": [text]})
    set_password(user, new, "new")
    user.save(update_fields=["password"])
    Session.objects.of(user.pk, but=keep).delete()
    note(AccountEvent.PASSWORD_CHANGED, user, by, at)
    return user


@transaction.atomic
def set_language(*, language: str, by: Actor) -> None:
    """Remember in which language a person reads."""
    User.objects.filter(pk=in_person(by)).update(language=language)


@transaction.atomic
def set_address(*, email: str, phone: str, by: Actor, at: datetime) -> None:
    """Say where one can be reached by e-mail and telephone; empty takes it away."""
    user = locked_user(in_person(by))
    email, phone = email.strip(), phone.strip()[:30]
    if (user.email, user.phone) == (email, phone):
        return
    user.email, user.phone = email, phone
    user.save(update_fields=["email", "phone"])
    note(AccountEvent.ADDRESS_CHANGED, user, by, at)


@transaction.atomic
def make_password_link(*, user_id: int, by: Actor, at: datetime) -> str:
    """Make a one-time link for a person who forgot their password; earlier links end."""
    user = locked_user(user_id)
    require_all_of(user, by, at.date())
    PasswordLink.objects.filter(user=user, used_at=None).update(used_at=at)
    secret = new_secret()
    PasswordLink.objects.create(
        hash=fingerprint(secret),
        user=user,
        made_by_id=by.user_id,
        created_at=at,
        expires_at=at + PASSWORD_LINK_VALID,
    )
    note(AccountEvent.PASSWORD_LINK_MADE, user, by, at)
    return secret


@transaction.atomic
def use_password_link(*, secret: str, password: str, at: datetime) -> User:
    """Choose a new password by the link, once; pauses and sessions from before end too."""
    link = open_password_link(secret, at=at, lock=True)
    user = locked_user(link.user_id)
    set_password(user, password, "password")
    user.failed_sign_ins, user.locked_until = 0, None
    user.save(update_fields=["password", "failed_sign_ins", "locked_until"])
    Session.objects.of(user.pk).delete()
    link.used_at = at
    link.save(update_fields=["used_at"])
    note(AccountEvent.PASSWORD_CHANGED, user, Actor(user.pk, str(user)), at)
    return user


def set_password(user: User, password: str, field: str) -> None:
    """Give a user a password that holds, or say under `field` why it does not."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(_("This password is too easy to guess."), {field: error.messages}) from None
    user.set_password(password)


def fit_username(username: str) -> str:
    """The user name in its normal form, if it may be one and nobody has it."""
    name = unicodedata.normalize("NFKC", username.strip())
    if not USERNAME.fullmatch(name):
        text = _("Use 3 to 60 letters, digits or the signs . @ + - _")
        raise Invalid(text, {"username": [text]})
    if User.objects.named(name) is not None:
        text = _("Somebody has this user name already.")
        raise Invalid(text, {"username": [text]})
    return name


def note(event: AccountEvent, user: User, by: Actor, at: datetime, **facts: object) -> None:
    """Record what happened to an account, at the place of its oldest role."""
    unit_id, path = first_place(user.pk, today=at.date())
    audit.record(event, by=by, at=at, unit_id=unit_id, path=path, detail={"user": user.pk, **facts})
