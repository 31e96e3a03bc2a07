"""The keys of sealed fields: there, nobody else's to read, and those of this database."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import closing

import psycopg
from django.conf import settings

from fangxian.config.database import direct_login
from fangxian.config.environment import DatabaseRole, Environment
from fangxian.console.doctor.findings import Finding, fail, ok, unknown, warn
from fangxian.console.roles import connect
from fangxian.kernel.secrets.keyring import BadKeys, Ring, ring
from fangxian.kernel.secrets.standing import wrong_keys

NAME = "keys"
KNOWN = "SELECT number, fingerprint FROM secrets_secretkey WHERE retired_at IS NULL"


def keys(environment: Environment) -> Iterator[Finding]:
    """What there is, then whether it fits the database."""
    try:
        found = ring(anew=True)
    except BadKeys as error:
        yield fail(NAME, str(error), "bring the file back from where you keep keys")
        return
    yield from _file(environment)
    yield from _fitting(environment, found)
    if len(found.masters) > 1:
        do = "run fangxian keys rotate until it says that the old one is retired"
        yield warn(NAME, f"{len(found.masters)} keys: a rotation has not ended", do)


def _file(environment: Environment) -> Iterator[Finding]:
    if environment.field_keys:
        return
    file = settings.FIELD_KEYS_FILE
    mode = stat.S_IMODE(file.stat().st_mode)
    if mode & 0o027:
        yield fail(NAME, f"{file} can be read by others ({mode:o})", f"run chmod 600 {file}")


def _fitting(environment: Environment, found: Ring) -> Iterator[Finding]:
    try:
        with closing(connect(direct_login(environment, DatabaseRole.OWNER))) as connection:
            known = {number: bytes(told) for number, told in connection.execute(KNOWN)}
    except psycopg.Error:
        yield unknown(NAME, "needs the database")
        return
    wrong = list(wrong_keys(found, known))
    for line in wrong:
        yield fail(NAME, line, "bring back the keys that belong to this database: docs/operate.md")
    if not wrong:
        yield ok(NAME, f"key {found.writes} seals, and is this database's")
