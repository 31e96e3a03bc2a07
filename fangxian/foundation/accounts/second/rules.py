"""The second factor as pure values: whose roles ask for it, and which code is good when."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from hmac import compare_digest

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.utils.translation import gettext as _

from fangxian.kernel.access import Decision
from fangxian.kernel.audit import Event

STEP_SECONDS = 30
#: a phone's clock may be half a minute off, either way
STEPS_OFF = (0, -1, 1)
NO_STEP = -1


class SecondEvent(Event):
    SET_UP = "second.set_up"
    TURNED_OFF = "second.turned_off"
    CODE_REFUSED = "second.code_refused"
    RECOVERY_USED = "second.recovery_used"
    RECOVERY_MADE = "second.recovery_made"
    RESET = "second.reset"


class Step(StrEnum):
    """What is still asked of a person whose password was right."""

    CODE = "code"
    SET_UP = "set_up"


def is_asked_of(roles: Iterable[str], *, asked: Mapping[str, bool]) -> bool:
    """Whether one of these roles signs in with a second factor, by the table of the day."""
    return any(asked.get(role, False) for role in roles)


def may_set_up(*, is_demo: bool) -> Decision:
    """Not a demo's accounts: everybody shares them, one visitor's phone would shut out all."""
    if is_demo:
        return Decision(False, _("Accounts of a demonstration have no two-step sign-in."))
    return Decision(True)


def next_step(*, is_demo: bool, has_second: bool, is_asked: bool) -> Step | None:
    """What follows the right password; nothing for a demo's accounts, whatever their roles."""
    if is_demo:
        return None
    if has_second:
        return Step.CODE
    return Step.SET_UP if is_asked else None


def typed(code: str) -> str:
    """A code as it is compared: without the blanks and dashes that people write into it."""
    return re.sub(r"[\s-]", "", code)


def step_of(code: str, *, secret: str, on_phone: datetime, after: int) -> int | None:
    """The half minute that a code belongs to; None where it is of none near, or of a used one.

    `secret` is base32, `on_phone` the true time, `after` the step of the last code accepted:
    RFC 6238, each code at most once.
    """
    now = int(on_phone.timestamp()) // STEP_SECONDS
    for off in STEPS_OFF:
        step = now + off
        good = format_hotp_value(hotp_value(secret, step))
        if compare_digest(good.encode(), code.encode()):
            return step if step > after else None
    return None
