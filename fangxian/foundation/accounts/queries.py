"""Who acts: a user or a token becomes an `Actor` with the places held today."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import connection

from fangxian.foundation.accounts.models import ApiToken, RoleAssignment, User
from fangxian.foundation.accounts.rules import fingerprint
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel.access import ANONYMOUS, Actor, Holding, granted


def actor_for(user: User, *, today: date) -> Actor:
    """The person with every role in force today."""
    if not user.is_active:
        return ANONYMOUS
    held = list(
        RoleAssignment.objects.in_force(today).filter(user=user).values_list("role", "unit_id")
    )
    paths = _paths({unit_id for _role, unit_id in held}, today)
    holdings = tuple(
        Holding(role, unit_id, paths[unit_id], granted(role))
        for role, unit_id in held
        if unit_id in paths
    )
    return Actor(user.pk, str(user), holdings)


def actor_by_token(secret: str, *, at: datetime, today: date) -> Actor | None:
    """The token's owner, narrowed to what the token carries; None when it opens nothing."""
    token = (
        ApiToken.objects.in_force(at)
        .filter(hash=fingerprint(secret))
        .select_related("user")
        .first()
    )
    if token is None:
        return None
    paths = _paths({token.unit_id}, today)
    if token.unit_id not in paths:
        return None
    held = Holding(
        "token", token.unit_id, paths[token.unit_id], frozenset(token.permissions)
    )
    return Actor(token.user_id, str(token.user), (held,), token_id=token.pk)


def _paths(unit_ids: Iterable[int], day: date) -> dict[int, str]:
    return dict(
        UnitVersion.objects.as_of(day)
        .filter(unit_id__in=unit_ids)
        .values_list("unit_id", "path")
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


def has_other_approver(
    *, school_path: str, user_id: int, roles: Iterable[str], today: date
) -> bool:
    """Whether somebody else at the school holds one of these roles today."""
    ids = [int(part) for part in school_path.strip("/").split("/")][-1:]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT EXISTS (
                SELECT FROM accounts_roleassignment r JOIN accounts_user u ON u.id = r.user_id
                WHERE r.unit_id = ANY(%s) AND r.role = ANY(%s) AND r.user_id <> %s
                  AND u.is_active AND r.valid_from <= %s AND r.valid_to > %s)
            """,
            [ids, list(roles), user_id, today, today],
        )
        return bool(cursor.fetchone()[0])
