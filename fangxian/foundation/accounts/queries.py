"""Who acts: a user or a token becomes an `Actor` with the places held today."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import connection
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from fangxian.foundation.accounts.models import (
    Invitation,
    PasswordLink,
    RoleAssignment,
    User,
)
from fangxian.foundation.accounts.rules import Held, fingerprint
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel.access import ANONYMOUS, Actor, Holding, granted
from fangxian.kernel.errors import Forbidden, NotFound


def actor_for(user: User, *, today: date) -> Actor:
    """The person with every role in force today."""
    if not user.is_active:
        return ANONYMOUS
    held = list(
        RoleAssignment.objects.in_force(today)
        .filter(user=user)
        .order_by("pk")
        .values_list("role", "unit_id")
    )
    paths = _paths({unit_id for _role, unit_id in held}, today)
    holdings = tuple(
        Holding(role, unit_id, paths[unit_id], granted(role))
        for role, unit_id in held
        if unit_id in paths
    )
    return Actor(user.pk, str(user), holdings)


def actor_by_id(user_id: int, day: date) -> Actor:
    """The person with this id, with every role in force on a day; nobody where there is none."""
    user = User.objects.filter(pk=user_id).first()
    return actor_for(user, today=day) if user else ANONYMOUS


OWNER_AND_PLACE = """
SELECT t.id, t.user_id, coalesce(nullif(u.display_name, ''), u.username), t.unit_id,
       t.permissions, v.path
FROM accounts_apitoken t
JOIN accounts_user u ON u.id = t.user_id AND u.is_active
JOIN units_unitversion v ON v.unit_id = t.unit_id AND v.valid_from <= %(today)s
 AND v.valid_to > %(today)s
WHERE t.hash = %(hash)s AND t.revoked_at IS NULL AND t.expires_at > %(at)s
"""


def actor_by_token(secret: str, *, at: datetime, today: date) -> Actor | None:
    """The token's owner, narrowed to what the token carries; None when it opens nothing.

    One statement, as every call of every program begins with it.
    """
    with connection.cursor() as cursor:
        cursor.execute(OWNER_AND_PLACE, {"hash": fingerprint(secret), "at": at, "today": today})
        row = cursor.fetchone()
    if row is None:
        return None
    token_id, user_id, name, unit_id, permissions, path = row
    held = Holding("token", unit_id, path, frozenset(permissions))
    return Actor(user_id, name, (held,), token_id=token_id)


def _paths(unit_ids: Iterable[int], day: date) -> dict[int, str]:
    return dict(
        UnitVersion.objects.as_of(day).filter(unit_id__in=unit_ids).values_list("unit_id", "path")
    )


def holders(role: str, *, unit_id: int, today: date) -> list[User]:
    """The people who hold a role at exactly this unit today."""
    return list(
        User.objects.filter(
            pk__in=RoleAssignment.objects.in_force(today)
            .filter(role=role, unit_id=unit_id)
            .values("user_id")
        ).order_by("pk")
    )


def in_person(by: Actor) -> int:
    """The id of who acts in person; nobody's account is changed by a token or a stranger."""
    if by.user_id is None or by.token_id is not None:
        raise Forbidden(_("Sign in yourself for that."))
    return by.user_id


def place(unit_id: int, *, day: date, or_last: bool = False) -> UnitVersion:
    """Where a unit stood on a day; with `or_last`, where it stood last if it has closed."""
    versions = UnitVersion.objects.filter(unit_id=unit_id)
    found = versions.as_of(day).first()
    if found is None and or_last:
        found = versions.order_by("-valid_from").first()
    if found is None:
        raise NotFound(_("There is no such unit within your scope."))
    return found


def roles_held(user_id: int, *, today: date) -> list[Held]:
    """The roles in force of a person, with what each permits where and until when."""
    rows = list(
        RoleAssignment.objects.in_force(today)
        .filter(user_id=user_id)
        .values_list("role", "unit_id", "valid_to")
    )
    paths = _paths({unit_id for _role, unit_id, _to in rows}, today)
    return [
        Held(paths[unit_id], granted(role), valid_to)
        for role, unit_id, valid_to in rows
        if unit_id in paths
    ]


def role_paths(user_id: int, *, today: date) -> list[str]:
    """The places at which a person holds a role today."""
    return [held.path for held in roles_held(user_id, today=today)]


def first_place(user_id: int, *, today: date) -> tuple[int | None, str]:
    """The unit of a person's oldest role in force, and its path; (None, "") without any."""
    rows = RoleAssignment.objects.in_force(today).filter(user_id=user_id).order_by("pk")
    for unit_id in rows.values_list("unit_id", flat=True):
        if unit_id in (paths := _paths({unit_id}, today)):
            return unit_id, paths[unit_id]
    return None, ""


def colleagues(own: RoleAssignment, *, today: date) -> list[User]:
    """Who could stand in for a role: everyone with a role at the same unit, or same school."""
    at_unit = place(own.unit_id, day=today)
    within = UnitVersion.objects.as_of(today).filter(unit_id=own.unit_id)
    if at_unit.school_id is not None:
        within = UnitVersion.objects.as_of(today).filter(school_id=at_unit.school_id)
    roles = RoleAssignment.objects.in_force(today).filter(unit_id__in=within.values("unit_id"))
    people = User.objects.filter(pk__in=roles.values("user_id"), is_active=True)
    return list(people.exclude(pk=own.user_id).order_by("display_name", "pk"))


def open_invitation(secret: str, *, at: datetime, lock: bool = False) -> Invitation:
    """The invitation that a link opens; the same refusal whatever is wrong with the link."""
    rows = Invitation.objects.select_for_update() if lock else Invitation.objects.all()
    found = rows.filter(hash=fingerprint(secret), used_at=None, expires_at__gt=at).first()
    if found is None:
        raise NotFound(_("This link has been used or has expired. Ask for a new one."))
    return found


def open_password_link(secret: str, *, at: datetime, lock: bool = False) -> PasswordLink:
    """The link by which an open account gets a new password, while it is good."""
    links = PasswordLink.objects.select_for_update(of=("self",)) if lock else PasswordLink.objects
    found = links.filter(
        hash=fingerprint(secret), used_at=None, expires_at__gt=at, user__is_active=True
    ).first()
    if found is None:
        raise NotFound(_("This link has been used or has expired. Ask for a new one."))
    return found


def name_of(version: UnitVersion) -> str:
    """A unit's name in the reader's language."""
    english = (get_language() or "").startswith("en")
    return version.name_en if english and version.name_en else version.name_zh


def workplace(actor: Actor, *, today: date) -> str:
    """The name of the unit an actor works at, for the frame of the page."""
    if not actor.holdings:
        return ""
    found = UnitVersion.objects.as_of(today).filter(unit_id=actor.holdings[0].unit_id).first()
    return name_of(found) if found else ""
