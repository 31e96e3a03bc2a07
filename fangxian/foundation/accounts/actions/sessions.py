"""Sign-ins that last: seen again, ended by their owner or by an administrator."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from fangxian.foundation.accounts.actions.credentials import note
from fangxian.foundation.accounts.actions.roles import locked_user, require_all_of
from fangxian.foundation.accounts.models import Session, User
from fangxian.foundation.accounts.queries import in_person
from fangxian.foundation.accounts.rules import AccountEvent
from fangxian.foundation.accounts.sessions import SEEN_EVERY, Visit, mark_of, stay_of
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import NotFound


def see(*, session_key: str, visit: Visit, roles: Collection[str], at: datetime) -> None:
    """Somebody is still there: the sign-in goes on, for as long as the roles of now allow.

    Nothing is written within a minute of the last time. `at` is the machine's own time.
    """
    stay = stay_of(roles)
    ends_at = min(visit.ends_at, visit.began_at + stay.longest)
    Session.objects.filter(session_key=session_key, seen_at__lte=at - SEEN_EVERY).update(
        seen_at=at,
        ends_at=ends_at,
        expire_date=min(stay.until(began_at=visit.began_at, seen_at=at), ends_at),
    )


@transaction.atomic
def end_session(*, mark: str, by: Actor, at: datetime) -> None:
    """End one of one's own sign-ins, named by its mark."""
    user_id = in_person(by)
    keys = Session.objects.of(user_id).values_list("session_key", flat=True)
    key = next((one for one in keys if mark_of(one) == mark), None)
    if key is None:
        raise NotFound(_("This sign-in has ended already."))
    Session.objects.filter(session_key=key).delete()
    _record(user_id, 1, by, at)


@transaction.atomic
def end_other_sessions(*, keep: str, by: Actor, at: datetime) -> int:
    """End all of one's own sign-ins but the one with this key; returns how many ended."""
    user_id = in_person(by)
    ended, _rows = Session.objects.of(user_id, but=keep).delete()
    if ended:
        _record(user_id, ended, by, at)
    return ended


@transaction.atomic
def end_sessions_of(*, user_id: int, by: Actor, at: datetime) -> int:
    """End all sign-ins of a person whose every role one administers; returns how many ended."""
    user = locked_user(user_id)
    require_all_of(user, by, at.date())
    ended, _rows = Session.objects.of(user.pk).delete()
    _record(user.pk, ended, by, at)
    return ended


def _record(user_id: int, ended: int, by: Actor, at: datetime) -> None:
    note(AccountEvent.SESSIONS_ENDED, User.objects.get(pk=user_id), by, at, count=ended)
