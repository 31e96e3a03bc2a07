"""What the environment may set, read once; a bad value ends in one line a person can act on."""

from __future__ import annotations

import difflib
import os
import re
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "FANGXIAN_"
SECRET = re.compile("url|secret|password|token")
EMBEDDED_DATABASE = "fangxian"
# Read by the test run and the Makefile, not by the product.
ELSEWHERE = {"FANGXIAN_NO_BROWSER"}


class BadSetting(Exception):
    """A setting that cannot be used; the message names it and says what to write."""


class DatabaseRole(StrEnum):
    """The three roles of the database: who migrates, who works behind, who answers pages."""

    OWNER = "owner"
    WORKER = "worker"
    WEB = "web"


class LogFormat(StrEnum):
    """Log lines for people, or as JSON for programs."""

    LINES = "lines"
    JSON = "json"


class Demo(StrEnum):
    """Which demonstration to load and run; empty is a real system."""

    NONE = ""
    PROVINCE = "province"
    HOLIDAY = "holiday"
    COUNTY = "county"


class SmtpSecurity(StrEnum):
    """How the connection to the mail server is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


def _site_url(value: str) -> str:
    parts = urlsplit(value)
    if value and not (parts.scheme in ("http", "https") and parts.hostname):
        raise ValueError("not the address of a site")
    return value.rstrip("/")


def _postgres_url(value: str) -> str:
    parts = urlsplit(value)
    if value and not (
        parts.scheme in ("postgresql", "postgres") and parts.path.strip("/") and parts.username
    ):
        raise ValueError("not a PostgreSQL address")
    return value


def _words(value: object) -> object:
    return value.replace(",", " ").split() if isinstance(value, str) else value


def _networks(values: list[str]) -> list[str]:
    return [str(ip_network(value)) for value in values]


SiteURL = Annotated[str, AfterValidator(_site_url)]
PostgresURL = Annotated[str, AfterValidator(_postgres_url)]
Words = Annotated[list[str], NoDecode, BeforeValidator(_words)]
Networks = Annotated[Words, AfterValidator(_networks)]
POSTGRES_URL = "write postgresql://user:password@host:5432/name"
SWITCH = "write 1 or 0"
WHOLE_NUMBER = "write a whole number"

# What to write, for each variable, where the default alone does not show it.
ADVICE = {
    "port": "write a port between 1 and 65535",
    "demo": "write province, holiday or county, or leave it empty",
    "database_url": POSTGRES_URL,
    "database_direct_url": POSTGRES_URL,
    "database_web_url": POSTGRES_URL,
    "database_worker_url": POSTGRES_URL,
    "pool_prepares": SWITCH,
    "db_role": "write owner, worker or web",
    "debug": SWITCH,
    "https": SWITCH,
    "web_workers": f"{WHOLE_NUMBER} from 1 to 64",
    "web_threads": f"{WHOLE_NUMBER} from 1 to 256",
    "log_format": "write lines or json",
    "access_log": SWITCH,
    "metrics_token": "write at least 16 characters that nobody can guess, or leave it out",
    "grace_seconds": f"{WHOLE_NUMBER} from 1 to 300",
    "board_cache_seconds": "write seconds from 0 (keep nothing) to 3",
    "idle_minutes": f"{WHOLE_NUMBER} from 5 to 1440",
    "session_hours": f"{WHOLE_NUMBER} from 1 to 168",
    "school_idle_hours": f"{WHOLE_NUMBER} from 1 to 720",
    "school_session_days": f"{WHOLE_NUMBER} from 1 to 90",
    "group_idle_days": f"{WHOLE_NUMBER} from 1 to 60",
    "group_session_days": f"{WHOLE_NUMBER} from 1 to 200",
    "proxies": "write addresses or networks of proxies, such as 127.0.0.1 172.16.0.0/12",
    "bind": "write an address such as 127.0.0.1 or 0.0.0.0",
    "public_url": "write the address that people type, such as https://fangxian.example.cn",
    "smtp_port": "write a port between 1 and 65535",
    "smtp_security": "write starttls, tls or none",
    "smtp_from": "write an e-mail address, such as fangxian@example.cn",
    "robots_anywhere": SWITCH,
    "secret_key": "write at least 32 characters that nobody can guess, or leave it out",
}


class Environment(BaseSettings):
    """Every variable the product reads, with its default."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", populate_by_name=True)

    home: Path = Path("var")
    database_url: PostgresURL = ""
    database_direct_url: PostgresURL = ""
    database_web_url: PostgresURL = ""
    database_worker_url: PostgresURL = ""
    database_password: str = ""  # of the role below; `up` tells it to who serves
    pool_prepares: bool = False
    db_role: DatabaseRole = DatabaseRole.WORKER
    bind: str = Field("127.0.0.1", min_length=1)
    port: int = Field(8000, ge=1, le=65535, validation_alias="PORT")
    secret_key: str = Field("", pattern=r"^$|^.{32,}$")
    demo: Demo = Demo.NONE
    debug: bool = False
    https: bool = False
    allowed_hosts: Words = []
    web_workers: int = Field(2, ge=1, le=64)
    web_threads: int = Field(2, ge=1, le=256)
    log_format: LogFormat = LogFormat.LINES
    access_log: bool = False
    metrics_token: str = Field("", pattern=r"^$|^.{16,}$")
    grace_seconds: int = Field(10, ge=1, le=300)
    board_cache_seconds: float = Field(2, ge=0, le=3)
    #: how long a sign-in lasts unused, and at most: above schools, at schools, of a group's teacher
    idle_minutes: int = Field(30, ge=5, le=1440)
    session_hours: int = Field(12, ge=1, le=168)
    school_idle_hours: int = Field(72, ge=1, le=720)
    school_session_days: int = Field(14, ge=1, le=90)
    group_idle_days: int = Field(10, ge=1, le=60)
    group_session_days: int = Field(60, ge=1, le=200)
    #: whose word on a client's address (X-Forwarded-For) is taken
    proxies: Networks = ["127.0.0.0/8", "::1"]
    #: what the links in messages begin with; where nothing is said, this machine's own address
    public_url: SiteURL = ""
    smtp_host: str = ""
    smtp_port: int = Field(587, ge=1, le=65535)
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_security: SmtpSecurity = SmtpSecurity.STARTTLS
    smtp_from: str = Field("", pattern=r"^$|^[^@\s]+@[^@\s]+$")
    #: let robots and webhooks be at any address, private ones too
    robots_anywhere: bool = False

    @property
    def norms(self) -> Path:
        """Where an installation keeps its own documents of norms."""
        return self.home / "norms"

    @property
    def longest_session_seconds(self) -> int:
        """How long the longest sign-in of all lasts."""
        days = max(self.group_session_days, self.school_session_days)
        return 3600 * max(24 * days, self.session_hours)

    @property
    def embedded(self) -> bool:
        """Whether the product runs a PostgreSQL of its own."""
        return not self.database_url

    @property
    def pooled(self) -> bool:
        """Whether the web goes through a pool that hands one session to many."""
        return bool(self.database_direct_url)

    @property
    def server_url(self) -> str:
        """The external server itself, as its owner."""
        return self.database_direct_url or self.database_url

    @property
    def database_name(self) -> str:
        """The database's name; its roles are named after it."""
        if self.embedded:
            return EMBEDDED_DATABASE
        return unquote(urlsplit(self.server_url).path.strip("/"))

    @property
    def site(self) -> str:
        """What links that leave the site begin with."""
        return self.public_url or self.address

    @property
    def address(self) -> str:
        """Where the pages are, as one types it into a browser on this machine."""
        host = "127.0.0.1" if self.bind in ("0.0.0.0", "::") else self.bind  # noqa: S104 (compared)
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"


def _check_mail(environment: Environment) -> None:
    if environment.smtp_host and not environment.smtp_from:
        raise BadSetting(f"{PREFIX}SMTP_FROM is missing: {ADVICE['smtp_from']}")
    if environment.smtp_password and environment.smtp_security is SmtpSecurity.NONE:
        raise BadSetting(
            f"{PREFIX}SMTP_PASSWORD would be sent readable by all: "
            f"write {PREFIX}SMTP_SECURITY=starttls or tls, or leave the password out"
        )


def load(**overrides: Any) -> Environment:
    """Read the environment, or raise BadSetting with one line on what to change."""
    _refuse_unknown()
    try:
        environment = Environment(**overrides)
    except ValidationError as error:
        raise BadSetting(_one_line(error)) from None
    if environment.database_direct_url and not environment.database_url:
        raise BadSetting(
            f"{PREFIX}DATABASE_DIRECT_URL goes with a pool: write the pool's address "
            f"in {PREFIX}DATABASE_URL, or the server's there and leave this one out"
        )
    environment.home = environment.home.expanduser().absolute()
    _check_mail(environment)
    if environment.debug and not environment.bind.startswith(("127.", "localhost", "::1")):
        raise BadSetting(
            f"{PREFIX}DEBUG shows the inside of the system to whoever causes an error: "
            f"leave it out, or serve this machine only with {PREFIX}BIND=127.0.0.1"
        )
    return environment


def variable(field: str) -> str:
    """The environment variable that sets a field."""
    alias = Environment.model_fields[field].validation_alias
    return alias if isinstance(alias, str) else f"{PREFIX}{field.upper()}"


def _one_line(error: ValidationError) -> str:
    first = error.errors()[0]
    location = str(first["loc"][0])
    field = location if location in Environment.model_fields else location.lower()
    name = variable(field)
    given = "" if SECRET.search(field) else f" is {first['input']!r}, which"
    return f"{name}{given} cannot be used: {ADVICE.get(field, first['msg'])}"


def _refuse_unknown() -> None:
    known = {variable(field) for field in Environment.model_fields} | ELSEWHERE
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in known:
            near = difflib.get_close_matches(name, sorted(known), n=1)
            meant = f"did you mean {near[0]}?" if near else f"known are {', '.join(sorted(known))}"
            raise BadSetting(f"{name} is not a setting of Fangxian: {meant}")
