"""Linking an account to the provider, signing in by it, ending the link; all in the audit trail."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from fangxian.foundation.accounts.actions.roles import locked_user
from fangxian.foundation.accounts.models import User
from fangxian.foundation.accounts.queries import first_place, in_person
from fangxian.foundation.accounts.second.passwords import require_password
from fangxian.foundation.accounts.single.models import Link
from fangxian.foundation.accounts.single.provider import Provider
from fangxian.foundation.accounts.single.rules import Said, SingleEvent
from fangxian.kernel import audit
from fangxian.kernel.access import ANONYMOUS, Actor
from fangxian.kernel.errors import Conflict, Forbidden, Invalid


@transaction.atomic
def link(*, provider: Provider, said: Said, by: Actor, at: datetime) -> None:
    """Link one's own account to the person that the provider says one is."""
    user = locked_user(in_person(by))
    if user.is_demo:
        raise Forbidden(_("Accounts of a demonstration are linked to nobody."))
    found = Link.objects.filter(issuer=provider.issuer, subject=said.subject).first()
    if found is not None and found.user_id != user.pk:
        raise Conflict(_("Another account is linked to this person already."))
    Link.objects.filter(issuer=provider.issuer, user=user).delete()
    _link(user, provider, said, by, at)


def _link(user: User, provider: Provider, said: Said, by: Actor, at: datetime) -> None:
    Link.objects.create(issuer=provider.issuer, subject=said.subject, user=user, linked_at=at)
    _note(SingleEvent.LINKED, user, by, at)


def sign_in(*, provider: Provider, said: Said, by_name: bool, at: datetime) -> User:
    """The account that is linked to a person of the provider; never a new one.

    `by_name`: whoever is linked to nothing yet is the account of the name that the provider
    gives, and linked to it. One refusal for every reason.
    """
    user = _signed_in(provider, said, by_name, at)
    if user is None:
        raise refused()
    return user


def refused() -> Invalid:
    """What is said to whoever is not let in, whatever the reason."""
    text = _(
        "No account here is linked to you. Sign in with your password and link it on the page "
        "“My account”, or ask the administrator of your unit for an invitation."
    )
    return Invalid(text, {})


@transaction.atomic
def _signed_in(provider: Provider, said: Said, by_name: bool, at: datetime) -> User | None:
    linked = Link.objects.filter(issuer=provider.issuer, subject=said.subject)
    found = linked.select_related("user").first()
    if found is None and by_name and said.name:
        user = _unlinked(provider, said.name)
        if user is not None:
            _link(user, provider, said, Actor(user.pk, str(user)), at)
            found = linked.select_related("user").first()
    if found is None or not found.user.is_active:
        note_refused(provider, reason="unknown" if found is None else "closed", at=at)
        return None
    linked.update(last_used=at)
    _note(SingleEvent.USED, found.user, Actor(found.user.pk, str(found.user)), at)
    return found.user


def _unlinked(provider: Provider, name: str) -> User | None:
    user = User.objects.named(name)
    if user is None or not user.is_active or user.is_demo:
        return None
    user = locked_user(user.pk)
    taken = Link.objects.filter(issuer=provider.issuer, user=user).exists()
    return None if taken else user


def note_refused(provider: Provider, *, reason: str, at: datetime) -> None:
    """Leave a trace of somebody whom the provider sent and who was not let in."""
    audit.record(SingleEvent.REFUSED, by=ANONYMOUS, at=at, detail={"reason": reason})


def unlink(*, provider: Provider, password: str, by: Actor, at: datetime) -> None:
    """End one's own link: from now on the provider opens nothing here."""
    require_password(user_id=in_person(by), password=password, at=at)
    _unlink(provider, by, at)


@transaction.atomic
def _unlink(provider: Provider, by: Actor, at: datetime) -> None:
    user = locked_user(in_person(by))
    gone, _rows = Link.objects.filter(issuer=provider.issuer, user=user).delete()
    if not gone:
        raise Conflict(_("Your account is not linked."))
    _note(SingleEvent.UNLINKED, user, by, at)


def _note(event: SingleEvent, user: User, by: Actor, at: datetime) -> None:
    unit_id, path = first_place(user.pk, today=at.date())
    audit.record(event, by=by, at=at, unit_id=unit_id, path=path, detail={"user": user.pk})
