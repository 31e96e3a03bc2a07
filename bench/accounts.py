"""People, tokens and sessions for the load, written straight into the tables in bulk."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql

if TYPE_CHECKING:
    from django.db.models import Model

LIFE = timedelta(days=2)
USER_COLUMNS = ("id", "username", "password", "display_name", "created_at")
ROLE_COLUMNS = ("user_id", "role", "unit_id", "valid_from", "given_at")
TOKEN_COLUMNS = (
    "user_id",
    "unit_id",
    "name",
    "hash",
    "permissions",
    "created_at",
    "expires_at",
)
SESSION_COLUMNS = (
    "session_key",
    "session_data",
    "expire_date",
    "ends_at",
    "began_at",
    "seen_at",
    "user_id",
)
Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class Holder:
    """A person who holds one role at one unit, with a token that carries what the role may do."""

    user_id: int
    unit_id: int
    secret: str

    @property
    def bearer(self) -> str:
        """The line of the request that shows the token."""
        return f"Authorization: Bearer {self.secret}"


def enrol(connection: Connection, role: str, places: Sequence[int], at: datetime) -> list[Holder]:
    """A new person with this role at each of these units; nobody twice."""
    from fangxian.foundation.accounts.models import ApiToken, RoleAssignment, User
    from fangxian.foundation.accounts.rules import fingerprint
    from fangxian.kernel.access import granted

    last = connection.execute("SELECT coalesce(max(id), 0) FROM accounts_user").fetchone()
    first = last[0] + 1 if last else 1
    holders = [
        Holder(first + step, place, f"fx_{secrets.token_urlsafe(32)}")
        for step, place in enumerate(places)
    ]
    people = ((h.user_id, f"bench-{h.user_id}", "!", f"Bench {h.user_id}", at) for h in holders)
    _copy(connection, User, USER_COLUMNS, people)
    since = at.date() - LIFE
    held = ((h.user_id, role, h.unit_id, since, at) for h in holders)
    _copy(connection, RoleAssignment, ROLE_COLUMNS, held)
    carried = sorted(granted(role))
    tokens = (
        (h.user_id, h.unit_id, "bench", fingerprint(h.secret), carried, at, at + LIFE)
        for h in holders
    )
    _copy(connection, ApiToken, TOKEN_COLUMNS, tokens)
    connection.execute("ANALYZE accounts_user, accounts_apitoken, accounts_roleassignment")
    return holders


def sign_in(connection: Connection, holders: Sequence[Holder]) -> dict[int, str]:
    """A session for each, as if they had signed in: the line with its cookie by person."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.utils import timezone

    from fangxian.foundation.accounts.models import Session, User
    from fangxian.foundation.accounts.sessions import SessionStore

    store, now = SessionStore(), timezone.now()
    ends = now + LIFE
    proof = User(password="!").get_session_auth_hash()
    keys = {holder.user_id: secrets.token_hex(16) for holder in holders}
    rows = (
        (
            key,
            store.encode(
                {
                    SESSION_KEY: str(user_id),
                    BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
                    HASH_SESSION_KEY: proof,
                }
            ),
            ends,
            ends,
            now,
            now,
            user_id,
        )
        for user_id, key in keys.items()
    )
    _copy(connection, Session, SESSION_COLUMNS, rows)
    name = settings.SESSION_COOKIE_NAME
    return {user_id: f"Cookie: {name}={key}" for user_id, key in keys.items()}


def _copy(
    connection: Connection,
    model: type[Model],
    columns: Sequence[str],
    rows: Iterable[tuple[object, ...]],
) -> None:
    """COPY rows of some columns; the others get the model's own defaults."""
    defaults = _defaults(model, columns)
    names = [*columns, *defaults]
    rest = tuple(defaults.values())
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    with connection.transaction(), connection.cursor() as cursor:
        with cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row((*row, *rest))
        if "id" in columns:
            cursor.execute(
                sql.SQL("SELECT setval(pg_get_serial_sequence({}, 'id'), max(id)) FROM {}").format(
                    sql.Literal(model._meta.db_table), sql.Identifier(model._meta.db_table)
                )
            )


def _defaults(model: type[Model], given: Sequence[str]) -> Mapping[str, object]:
    """What the model says of the columns not given; the database numbers the rows itself."""
    return {
        field.column: field.get_default()
        for field in model._meta.concrete_fields
        if field.column is not None and field.column not in given and field.column != "id"
    }
