"""What a browser was asked: kept in its session, taken out once, forgotten after some minutes."""

from datetime import timedelta
from enum import StrEnum

from fangxian.kernel import clock
from fangxian.kernel.access.requests import Request

PATIENCE = timedelta(minutes=10)
CONFIRMED = "second_confirmed"
CONFIRMED_FOR = timedelta(minutes=5)


class Asked(StrEnum):
    """For what a challenge is; an answer to one is none to another."""

    BIND = "passkey_bind"
    STEP = "passkey_step"
    ALONE = "passkey_alone"


def keep(request: Request, asked: Asked, challenge: str) -> None:
    """Remember a challenge; the one before it is good for nothing any more."""
    request.session[asked] = {"challenge": challenge, "since": _now()}


def take(request: Request, asked: Asked) -> str | None:
    """The challenge that is to be answered, once; None where there is none, or no longer."""
    found = request.session.pop(asked, None)
    if found is None or _now() - found["since"] > PATIENCE.total_seconds():
        return None
    challenge: str = found["challenge"]
    return challenge


def confirm(request: Request) -> None:
    """Remember for some minutes that who sits here has just given their password."""
    request.session[CONFIRMED] = _now()


def is_confirmed(request: Request) -> bool:
    """Whether they have."""
    since = request.session.get(CONFIRMED)
    return since is not None and _now() - since <= CONFIRMED_FOR.total_seconds()


def done(request: Request) -> None:
    """The password was for one passkey."""
    request.session.pop(CONFIRMED, None)


def _now() -> float:
    return clock.real_now().timestamp()
