"""Roles, permissions and tokens as pure values."""

import hashlib
import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.utils.translation import gettext as _

from fangxian.kernel.access import Decision, Permission
from fangxian.kernel.audit import Event
from fangxian.kernel.clock import midnight

TOKEN_PREFIX = "fx_"  # noqa: S105 (how a secret begins, so that scanners know it)
TOKEN_DAYS = 30
TOKEN_LONGEST = timedelta(days=365)
INVITATION_VALID = timedelta(days=7)
PASSWORD_LINK_VALID = timedelta(days=2)
COVER_LONGEST_DAYS = 92
FREE_TRIES = 5
LOCK_LONGEST = timedelta(minutes=15)


class Tried(StrEnum):
    """What is counted where it fails: by the client's address, or by the name that was typed."""

    SIGN_IN = "sign_in"
    NAME = "name"
    LINK = "link"


#: failures in a window; a whole school, or a county's network, stands behind one address
LIMITS: Mapping[Tried, int] = {Tried.SIGN_IN: 100, Tried.NAME: 20, Tried.LINK: 60}
WINDOW = timedelta(minutes=15)


def window_of(at: datetime) -> datetime:
    """When the window began in which a try at this moment is counted."""
    return at - timedelta(seconds=at.timestamp() % WINDOW.total_seconds())


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
SCHOOL_ROLES = frozenset({Role.GROUP_TEACHER, Role.SCHOOL_REPORTER, Role.HEALTH_OFFICER, Role.HEAD})
BUREAU_ROLES = frozenset(
    {
        Role.COUNTY_OFFICER,
        Role.CITY_OFFICER,
        Role.PROVINCE_OFFICER,
        Role.INSPECTOR,
        Role.CDC_LIAISON,
    }
)


class Reach(StrEnum):
    """How far a person sees: how long their sign-in lasts follows from it."""

    GROUP = "group"
    SCHOOL = "school"
    ABOVE = "above"


def reach(roles: Collection[str]) -> Reach:
    """The widest reach of some roles; who administers or holds none counts as above a school."""
    if not roles or not SCHOOL_ROLES.issuperset(roles):
        return Reach.ABOVE
    return Reach.GROUP if set(roles) == {Role.GROUP_TEACHER} else Reach.SCHOOL


@dataclass(frozen=True)
class Stay:
    """How long a sign-in lasts: unused at most `idle`, and `longest` in any case."""

    idle: timedelta
    longest: timedelta

    def until(self, *, began_at: datetime, seen_at: datetime) -> datetime:
        """The moment at which a sign-in ends unless somebody is seen before."""
        return min(seen_at + self.idle, began_at + self.longest)


class Device(StrEnum):
    """What a person is signed in on, as far as they would recognise it."""

    WECHAT = "wechat"
    DINGTALK = "dingtalk"
    HARMONY = "harmony"
    IPHONE = "iphone"
    IPAD = "ipad"
    ANDROID = "android"
    WINDOWS = "windows"
    MAC = "mac"
    LINUX = "linux"
    OTHER = "other"


#: what browsers say of themselves, the more telling word first
_SAID = {
    "MicroMessenger": Device.WECHAT,
    "DingTalk": Device.DINGTALK,
    "OpenHarmony": Device.HARMONY,
    "HarmonyOS": Device.HARMONY,
    "iPhone": Device.IPHONE,
    "iPad": Device.IPAD,
    "Android": Device.ANDROID,
    "Windows": Device.WINDOWS,
    "Macintosh": Device.MAC,
    "Linux": Device.LINUX,
}


def device_of(user_agent: str) -> Device:
    """The device that a browser's own words tell of; they prove nothing."""
    return next((one for word, one in _SAID.items() if word in user_agent), Device.OTHER)


#: who gives access and who watches over it are never the same person
APART = frozenset({Role.UNIT_ADMIN, Role.AUDITOR})

_SCHOOLS = frozenset({"school", "centre_school", "college", "training", "campus"})
_BUREAUS = frozenset({"province", "city", "county", "zone"})

#: at which kinds of unit a role may be held
FITS: Mapping[Role, frozenset[str]] = {
    Role.GROUP_TEACHER: _SCHOOLS | {"teaching_point", "group"},  # a whole tiny school, too
    Role.SCHOOL_REPORTER: _SCHOOLS | {"teaching_point"},
    Role.HEALTH_OFFICER: _SCHOOLS | {"teaching_point"},
    Role.HEAD: _SCHOOLS | {"teaching_point"},
    Role.COUNTY_OFFICER: frozenset({"county", "zone"}),
    Role.CITY_OFFICER: frozenset({"city"}),
    Role.PROVINCE_OFFICER: frozenset({"province"}),
    Role.INSPECTOR: _BUREAUS,
    Role.CDC_LIAISON: _BUREAUS,
    Role.UNIT_ADMIN: _BUREAUS | _SCHOOLS,
    Role.AUDITOR: _BUREAUS | _SCHOOLS,
}


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
    INVITED_MANY = "accounts.invited_many"
    INVITATION_WITHDRAWN = "accounts.invitation_withdrawn"
    JOINED = "accounts.joined"
    ROLE_GIVEN = "accounts.role_given"
    ROLE_ENDED = "accounts.role_ended"
    COVERED = "accounts.covered"
    TOKEN_MINTED = "accounts.token_minted"  # noqa: S105 (an event's name)
    TOKEN_REVOKED = "accounts.token_revoked"  # noqa: S105 (an event's name)
    SIGNED_IN = "accounts.signed_in"
    SIGN_IN_FAILED = "accounts.sign_in_failed"
    LIMITED = "accounts.limited"
    SIGNED_OUT = "accounts.signed_out"
    PASSWORD_CHANGED = "accounts.password_changed"  # noqa: S105 (an event's name)
    PASSWORD_LINK_MADE = "accounts.password_link_made"  # noqa: S105 (an event's name)
    ADDRESS_CHANGED = "accounts.address_changed"
    SESSIONS_ENDED = "accounts.sessions_ended"
    DEACTIVATED = "accounts.deactivated"
    REACTIVATED = "accounts.reactivated"


@dataclass(frozen=True)
class Held:
    """One role in force: its place, what it permits, and the day it ends (exclusive)."""

    path: str
    permissions: frozenset[str]
    valid_to: date


def fitting_roles(kind: str) -> list[Role]:
    """The roles that may be held at a unit of this kind, in the usual order."""
    return [role for role in Role if kind in FITS[role]]


def may_hold(role: Role, *, kind: str, held: Collection[str]) -> Decision:
    """Whether a person who holds `held` may be given a role at a unit of this kind."""
    if kind not in FITS[role]:
        return Decision(False, _("This role does not exist at a unit of this kind."))
    if role in APART and any(other in APART and other != role for other in held):
        return Decision(
            False,
            _("Who administers accounts cannot audit them too: give one of the two to another."),
        )
    return Decision(True)


def may_cover(role: str) -> Decision:
    """Whether a role may be handed to a colleague for a while without an administrator."""
    if role in APART:
        return Decision(False, _("Another administrator has to give this role."))
    return Decision(True)


def carried_until(permissions: Iterable[str], path: str, held: Iterable[Held]) -> datetime | None:
    """The moment until which someone's roles carry all the permissions at a place.

    None when a permission is not held there at all.
    """
    roles = [role for role in held if path.startswith(role.path)]
    ends = []
    for permission in permissions:
        carrying = [role.valid_to for role in roles if permission in role.permissions]
        if not carrying:
            return None
        ends.append(max(carrying))
    return midnight(min(ends)) if ends else None


def lock_after(failures: int) -> timedelta:
    """How long sign-in pauses after so many wrong passwords in a row: 1, 2, 4 … 15 minutes."""
    if failures < FREE_TRIES:
        return timedelta(0)
    return min(LOCK_LONGEST, timedelta(minutes=2 ** min(failures - FREE_TRIES, 4)))


def new_secret() -> str:
    """A secret of 256 random bits, fit for a header or a link."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def fingerprint(secret: str) -> bytes:
    """What is stored of a secret: SHA-256 is enough, since the secret is random, not chosen."""
    return hashlib.sha256(secret.encode()).digest()
