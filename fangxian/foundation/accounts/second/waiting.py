"""Between password and code: the browser holds nothing but the right to be asked for the code.

Nobody is signed in meanwhile: `request.user` stays a stranger, so every page refuses as it
refuses a stranger.
"""

from dataclasses import dataclass
from datetime import timedelta

from allauth.mfa.totp.internal.auth import generate_totp_secret
from allauth.mfa.utils import decrypt, encrypt
from django.contrib.auth import logout
from django.utils.crypto import constant_time_compare

from fangxian.foundation.accounts.models import User
from fangxian.kernel import clock
from fangxian.kernel.access.requests import Request

HELD, OFFERED = "second_held", "second_offered"
PATIENCE = timedelta(minutes=10)


@dataclass(frozen=True)
class Waiting:
    """Whose password was right, and where they wanted to go."""

    user: User
    to: str


def hold(request: Request, user: User, to: str) -> None:
    """Remember whose password was right; whoever was signed in here before is not any more."""
    logout(request)
    request.session[HELD] = {
        "user": user.pk,
        "proof": user.get_session_auth_hash(),
        "since": clock.real_now().timestamp(),
        "to": to,
    }


def held(request: Request) -> Waiting | None:
    """Who waits to be let in; None after ten minutes, or when the password changed meanwhile."""
    found = request.session.get(HELD)
    if found is None or clock.real_now().timestamp() - found["since"] > PATIENCE.total_seconds():
        return None
    user = User.objects.filter(pk=found["user"], is_active=True).first()
    if user is None or not constant_time_compare(found["proof"], user.get_session_auth_hash()):
        return None
    return Waiting(user, found["to"])


def offered(request: Request) -> str:
    """The secret shown for setting up, the same until it is confirmed; kept sealed."""
    if OFFERED not in request.session:
        request.session[OFFERED] = encrypt(generate_totp_secret())
    secret: str = decrypt(request.session[OFFERED])
    return secret


def release(request: Request) -> None:
    """Forget what was kept on the way in."""
    for key in (HELD, OFFERED):
        request.session.pop(key, None)
