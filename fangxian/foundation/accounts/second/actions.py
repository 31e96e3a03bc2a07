"""Setting up a second factor, proving it, taking it away; every step is in the audit trail."""

from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.utils import decrypt, encrypt
from django.db import transaction
from django.utils.translation import gettext as _

from fangxian.foundation.accounts.actions.roles import locked_user, require_all_of
from fangxian.foundation.accounts.models import User
from fangxian.foundation.accounts.queries import first_place, in_person
from fangxian.foundation.accounts.rules import lock_after
from fangxian.foundation.accounts.second.passwords import require_password
from fangxian.foundation.accounts.second.queries import RECOVERY, TOTP, asked_of, has_second
from fangxian.foundation.accounts.second.rules import (
    NO_STEP,
    SecondEvent,
    may_set_up,
    step_of,
    typed,
)
from fangxian.kernel import audit
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import Conflict, Forbidden, Invalid, NotFound


@transaction.atomic
def set_up(*, secret: str, code: str, by: Actor, at: datetime, on_phone: datetime) -> list[str]:
    """Bind one's phone by its first code; returns the recovery codes, shown this once."""
    user = locked_user(in_person(by))
    may_set_up(is_demo=user.is_demo).enforce()
    if has_second(user.pk):
        raise Conflict(_("Two-step sign-in is set up already: turn it off first."))
    step = step_of(typed(code), secret=secret, on_phone=on_phone, after=NO_STEP)
    if step is None:
        raise _refused(_("This code is wrong. Is the clock of your phone right?"))
    kept = {"secret": encrypt(secret), "last_step": step, "failures": 0, "paused_until": None}
    Authenticator.objects.create(user=user, type=TOTP, data=kept, created_at=at)
    codes = _fresh_codes(user, at)
    _note(SecondEvent.SET_UP, user, by, at)
    return codes


def _fresh_codes(user: User, at: datetime) -> list[str]:
    Authenticator.objects.filter(user=user, type=RECOVERY).delete()
    made: list[str] = RecoveryCodes.activate(user).generate_codes()
    Authenticator.objects.filter(user=user, type=RECOVERY).update(created_at=at)
    return made


def prove(*, user_id: int, code: str, at: datetime, on_phone: datetime) -> None:
    """Take the code that follows the password, from the phone or a recovery code; each once.

    After several wrong codes the right one is refused too, for a while that grows to a quarter
    of an hour; the right password does not end that.
    """
    if not _accepted(user_id, typed(code), at, on_phone):
        raise _refused(
            _("This code is wrong or was used. After several wrong tries, wait a few minutes.")
        )


@transaction.atomic
def _accepted(user_id: int, code: str, at: datetime, on_phone: datetime) -> bool:
    user = locked_user(user_id)
    row = Authenticator.objects.select_for_update().filter(user=user, type=TOTP).first()
    if row is None:
        raise NotFound(_("Two-step sign-in is not set up."))
    if _paused(row.data, at):
        return False
    secret, last = decrypt(row.data["secret"]), row.data["last_step"]
    step = step_of(code, secret=secret, on_phone=on_phone, after=last)
    accepted = step is not None or _recovered(user, code, at)
    row.data |= {"last_step": last if step is None else step} | _counted(row.data, accepted, at)
    row.last_used_at = at if accepted else row.last_used_at
    row.save(update_fields=["data", "last_used_at"])
    if not accepted:
        _note(SecondEvent.CODE_REFUSED, user, _self(user), at)
    return accepted


def _paused(kept: dict[str, Any], at: datetime) -> bool:
    until = kept["paused_until"]
    return until is not None and datetime.fromisoformat(until) > at


def _counted(kept: dict[str, Any], accepted: bool, at: datetime) -> dict[str, Any]:
    failures = 0 if accepted else kept["failures"] + 1
    pause = lock_after(failures)
    return {"failures": failures, "paused_until": (at + pause).isoformat() if pause else None}


def _recovered(user: User, code: str, at: datetime) -> bool:
    row = Authenticator.objects.filter(user=user, type=RECOVERY).first()
    codes = RecoveryCodes(row) if row else None
    if codes is None or not codes.validate_code(code):
        return False
    left = len(codes.get_unused_codes())
    _note(SecondEvent.RECOVERY_USED, user, _self(user), at, count=left)
    return True


def new_codes(*, password: str, by: Actor, at: datetime) -> list[str]:
    """Make new recovery codes; the earlier ones open nothing any more."""
    require_password(user_id=in_person(by), password=password, at=at)
    return _renew(by, at)


@transaction.atomic
def _renew(by: Actor, at: datetime) -> list[str]:
    user = locked_user(in_person(by))
    _require_second(user)
    codes = _fresh_codes(user, at)
    _note(SecondEvent.RECOVERY_MADE, user, by, at)
    return codes


def turn_off(*, password: str, by: Actor, at: datetime) -> None:
    """Sign in with the password alone from now on, where one's roles allow that."""
    require_password(user_id=in_person(by), password=password, at=at)
    _turn_off(by, at)


@transaction.atomic
def _turn_off(by: Actor, at: datetime) -> None:
    user = locked_user(in_person(by))
    _require_second(user)
    if asked_of(user, today=at.date()):
        raise Forbidden(_("Your role asks for two-step sign-in: it cannot be turned off."))
    Authenticator.objects.filter(user=user).delete()
    _note(SecondEvent.TURNED_OFF, user, by, at)


@transaction.atomic
def reset(*, user_id: int, by: Actor, at: datetime) -> None:
    """Take away the second factor of somebody who lost it, by who administers all their roles.

    Whose role asks for one sets it up anew at the next sign-in.
    """
    user = locked_user(user_id)
    require_all_of(user, by, at.date())
    _require_second(user)
    Authenticator.objects.filter(user=user).delete()
    _note(SecondEvent.RESET, user, by, at)


def _require_second(user: User) -> None:
    if not has_second(user.pk):
        raise Conflict(_("Two-step sign-in is not set up."))


def _refused(text: str) -> Invalid:
    return Invalid(text, {"code": [text]})


def _self(user: User) -> Actor:
    return Actor(user.pk, str(user))


def _note(event: SecondEvent, user: User, by: Actor, at: datetime, **facts: object) -> None:
    unit_id, path = first_place(user.pk, today=at.date())
    detail = {"user": user.pk, **facts}
    audit.record(event, by=by, at=at, unit_id=unit_id, path=path, detail=detail)
