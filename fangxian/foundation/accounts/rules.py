"""Roles, permissions and tokens as pure values."""

import hashlib
import secrets
from datetime import timedelta
from enum import StrEnum

from fangxian.kernel.access import Permission
from fangxian.kernel.audit import Event

TOKEN_PREFIX = "fx_"
TOKEN_DAYS = 30
INVITATION_VALID = timedelta(days=7)


class Role(StrEnum):
    """What a person is at a unit: a short list of permissions, never a rank."""

    GROUP_TEACHER = "group_teacher"
    SCHOOL_REPORTER = "school_reporter"
    HEALTH_OFFICER = "health_officer"
    HEAD = "head"
    COUNTY_OFFICER = "county_officer"
    CITY_OFFICER = "city_officer"
    PROVINCE_OFFICER = "province_officer"
    INSPECTOR = "inspector"
    CDC_LIAISON = "cdc_liaison"
    UNIT_ADMIN = "unit_admin"
    AUDITOR = "auditor"


#: the roles that stand at or below a school, and those above it
SCHOOL_ROLES = frozenset(
    {Role.GROUP_TEACHER, Role.SCHOOL_REPORTER, Role.HEALTH_OFFICER, Role.HEAD}
)
BUREAU_ROLES = frozenset(
    {
        Role.COUNTY_OFFICER,
        Role.CITY_OFFICER,
        Role.PROVINCE_OFFICER,
        Role.INSPECTOR,
        Role.CDC_LIAISON,
    }
)


class AccountPermission(Permission):
    MANAGE = "accounts.manage"
    TOKEN = "accounts.token"  # noqa: S105 (a permission's name)
    AUDIT = "accounts.audit"


GRANTS: dict[str, list[Permission]] = {
    Role.UNIT_ADMIN: [AccountPermission.MANAGE, AccountPermission.TOKEN],
    Role.SCHOOL_REPORTER: [AccountPermission.TOKEN],
    Role.HEAD: [AccountPermission.TOKEN],
    Role.AUDITOR: [AccountPermission.AUDIT],
}


class AccountEvent(Event):
    INVITED = "accounts.invited"
    JOINED = "accounts.joined"
    ROLE_GIVEN = "accounts.role_given"
    ROLE_ENDED = "accounts.role_ended"
    TOKEN_MINTED = "accounts.token_minted"  # noqa: S105 (an event's name)
    TOKEN_REVOKED = "accounts.token_revoked"  # noqa: S105 (an event's name)
    SIGNED_IN = "accounts.signed_in"
    DEACTIVATED = "accounts.deactivated"


def new_secret() -> str:
    """A secret of 256 random bits, fit for a header or a link."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def fingerprint(secret: str) -> bytes:
    """What is stored of a secret: SHA-256 is enough, since the secret is random, not chosen."""
    return hashlib.sha256(secret.encode()).digest()
