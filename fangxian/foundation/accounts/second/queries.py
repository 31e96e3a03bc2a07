"""Who has a second factor, and of whom one is asked."""

from dataclasses import dataclass
from datetime import date, datetime

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.conf import settings

from fangxian.foundation.accounts.models import RoleAssignment, User
from fangxian.foundation.accounts.second.rules import Step, is_asked_of, next_step
from fangxian.norms import second_factor_on

TOTP, RECOVERY = Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES


@dataclass(frozen=True)
class Standing:
    """One's own: since when (None: none), recovery codes left, whether one must."""

    since: datetime | None
    codes_left: int
    is_asked: bool


def has_second(user_id: int) -> bool:
    """Whether a code is asked of this person after the password."""
    return bool(Authenticator.objects.filter(user_id=user_id, type=TOTP).exists())


def asked_of(user: User, *, today: date) -> bool:
    """Whether a person's roles of today ask for a second factor; never of a demo's account."""
    roles = RoleAssignment.objects.in_force(today).filter(user=user)
    asked = second_factor_on(today, settings.FANGXIAN.norms).roles
    return not user.is_demo and is_asked_of(roles.values_list("role", flat=True), asked=asked)


def step_after_password(user: User, *, today: date) -> Step | None:
    """What is still asked of somebody whose password was right."""
    return next_step(
        is_demo=user.is_demo,
        has_second=has_second(user.pk),
        is_asked=asked_of(user, today=today),
    )


def standing(user: User, *, today: date) -> Standing:
    """How it stands with one's own second factor."""
    rows = {row.type: row for row in Authenticator.objects.filter(user=user)}
    totp, codes = rows.get(TOTP), rows.get(RECOVERY)
    left = len(RecoveryCodes(codes).get_unused_codes()) if codes else 0
    return Standing(totp.created_at if totp else None, left, asked_of(user, today=today))


def picture(user: User, secret: str) -> str:
    """What the phone scans: an SVG image of the secret with the person's name."""
    adapter = get_adapter()
    drawn: str = adapter.build_totp_svg(adapter.build_totp_url(user, secret))
    return drawn
