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
PASSKEY = Authenticator.Type.WEBAUTHN


@dataclass(frozen=True)
class Standing:
    """One's own: since when there is a phone (None: none), how many passkeys, recovery codes left,
    whether one must have one of the two."""

    phone_since: datetime | None
    passkeys: int
    codes_left: int
    is_asked: bool

    @property
    def is_on(self) -> bool:
        """Whether something is asked after the password."""
        return self.phone_since is not None or self.passkeys > 0


def has_second(user_id: int) -> bool:
    """Whether a code or a passkey is asked of this person after the password."""
    rows = Authenticator.objects.filter(user_id=user_id, type__in=[TOTP, PASSKEY])
    return bool(rows.exists())


def has_phone(user_id: int) -> bool:
    """Whether it may be a code from a phone."""
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
    rows = list(Authenticator.objects.filter(user=user))
    found = {row.type: row for row in rows}
    phone, codes = found.get(TOTP), found.get(RECOVERY)
    return Standing(
        phone_since=phone.created_at if phone else None,
        passkeys=sum(row.type == PASSKEY for row in rows),
        codes_left=len(RecoveryCodes(codes).get_unused_codes()) if codes else 0,
        is_asked=asked_of(user, today=today),
    )


def picture(user: User, secret: str) -> str:
    """What the phone scans: an SVG image of the secret with the person's name."""
    adapter = get_adapter()
    drawn: str = adapter.build_totp_svg(adapter.build_totp_url(user, secret))
    return drawn
