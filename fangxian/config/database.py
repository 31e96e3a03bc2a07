"""How a process of a given role reaches the database."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit, urlunsplit

from fangxian.config.environment import DatabaseRole, Environment
from fangxian.config.keys import password

EMBEDDED_PORT = 5432
# The address of a Unix socket holds 107 bytes, of which "/.s.PGSQL.5432" takes 14.
LONGEST_SOCKET_DIRECTORY = 92


@dataclass(frozen=True)
class Address:
    """Where a server listens: a socket directory or a host, and a port."""

    host: str
    port: int

    @property
    def is_socket(self) -> bool:
        """Whether the server is reached through the file system."""
        return self.host.startswith("/")


@dataclass(frozen=True)
class Login:
    """Everything needed to connect."""

    host: str
    port: int
    name: str
    user: str
    password: str
    options: dict[str, str]


def embedded_address(home: Path) -> Address:
    """Where the embedded server of `home` listens; a port is only known while it runs."""
    noted = home / "run" / "address.json"
    if fits_socket(home):
        return Address(str(home / "run"), EMBEDDED_PORT)
    try:
        return Address(**json.loads(noted.read_text()))
    except FileNotFoundError:
        return Address("127.0.0.1", 0)


def note_address(home: Path, address: Address) -> None:
    """Leave the address for the other processes of this home."""
    noted = home / "run" / "address.json"
    draft = noted.with_suffix(".new")
    draft.write_text(json.dumps(asdict(address)))
    draft.replace(noted)


def fits_socket(home: Path) -> bool:
    """Whether a Unix socket under `home` has a path short enough."""
    return len(str(home / "run").encode()) <= LONGEST_SOCKET_DIRECTORY


def role_name(database: str, role: DatabaseRole) -> str:
    """What a role is called in the server, where roles are shared by all databases."""
    return f"{database}_{role}"


def login(environment: Environment, role: DatabaseRole) -> Login:
    """How a process of this role connects: the web through the pool where there is one."""
    if role is DatabaseRole.WEB and not environment.embedded:
        own_url = environment.database_web_url
        through = from_url(own_url or environment.database_url)
        return through if own_url else _as(environment, role, through)
    return direct_login(environment, role)


def direct_login(environment: Environment, role: DatabaseRole) -> Login:
    """How this role reaches the server itself, past any pool."""
    if environment.embedded:
        address = embedded_address(environment.home)
        to = Login(address.host, address.port, environment.database_name, "", "", {})
        return _as(environment, role, to)
    server = from_url(environment.server_url)
    if role is DatabaseRole.OWNER:
        return server
    if role is DatabaseRole.WORKER and environment.database_worker_url:
        return from_url(environment.database_worker_url)
    if role is DatabaseRole.WEB and environment.database_web_url:
        web = from_url(environment.database_web_url)
        return replace(server, user=web.user, password=web.password)
    return _as(environment, role, server)


def _as(environment: Environment, role: DatabaseRole, to: Login) -> Login:
    """The same place, as the role that is named after the database."""
    user = role_name(environment.database_name, role)
    told = environment.database_password if role is environment.db_role else ""
    return replace(to, user=user, password=told or password(environment.home, user))


def from_url(url: str) -> Login:
    """Take a postgresql:// address apart."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    return Login(
        host=options.pop("host", "") or unquote(parts.hostname or ""),
        port=parts.port or int(options.pop("port", EMBEDDED_PORT)),
        name=unquote(parts.path.strip("/")),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        options=options,
    )


def without_password(url: str) -> str:
    """The address for those who need not know the owner's password."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(unquote(parts.username or ''))}@{place}"))


def django_database(environment: Environment) -> dict[str, Any]:
    """Django's DATABASES["default"] for this process.

    Nothing here is a setting of the session: a pool hands one session to many. What the web's
    sessions need is set with its role (`console.roles`).
    """
    role = environment.db_role
    to = login(environment, role)
    pooled = environment.pooled and role is DatabaseRole.WEB
    # Django turns prepared statements off unless told; the hot path prepares. With None, psycopg
    # prepares nothing, asked or not.
    prepares = not pooled or environment.pool_prepares
    options = {**to.options, "prepare_threshold": 5 if prepares else None}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": to.host,
        "PORT": to.port,
        "NAME": to.name,
        "USER": to.user,
        "PASSWORD": to.password,
        # The web server's threads live as long as it does, and so do their connections.
        "CONN_MAX_AGE": None if role is DatabaseRole.WEB else 0,
        "DISABLE_SERVER_SIDE_CURSORS": pooled,
        "OPTIONS": {"application_name": f"fangxian {role}", **options},
    }
