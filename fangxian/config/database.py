"""How a process of a given role reaches the database."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

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
    """How a process of this role connects."""
    name = environment.database_name
    if environment.embedded:
        address = embedded_address(environment.home)
        user = role_name(name, role)
        secret = password(environment.home, user)
        return Login(address.host, address.port, name, user, secret, {})
    own_url = {
        DatabaseRole.OWNER: environment.database_url,
        DatabaseRole.WEB: environment.database_web_url,
        DatabaseRole.WORKER: environment.database_worker_url,
    }[role]
    if own_url:
        return from_url(own_url)
    owner = from_url(environment.database_url)
    user = role_name(name, role)
    secret = password(environment.home, user)
    return Login(owner.host, owner.port, owner.name, user, secret, owner.options)


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


def django_database(environment: Environment) -> dict[str, Any]:
    """Django's DATABASES["default"] for this process."""
    role = environment.db_role
    to = login(environment, role)
    # Django turns prepared statements off unless told; the hot path prepares.
    options: dict[str, Any] = {**to.options, "prepare_threshold": 5}
    if role is DatabaseRole.WEB:
        # Only the hot path prepares, and its day is a literal: a plan made once is right for all.
        options["options"] = "-c plan_cache_mode=force_generic_plan"
    return {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": to.host,
        "PORT": to.port,
        "NAME": to.name,
        "USER": to.user,
        "PASSWORD": to.password,
        # The web server's threads live as long as it does, and so do their connections.
        "CONN_MAX_AGE": None if role is DatabaseRole.WEB else 0,
        "OPTIONS": {"application_name": f"fangxian {role}", **options},
    }
