"""`fangxian`: every command, with the database it needs running for as long as it runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from fangxian.config.database import direct_login
from fangxian.config.environment import BadSetting, DatabaseRole, Environment, load
from fangxian.console import postgres, roles

# Commands that touch no data, `up`, which runs the database itself, and `doctor`, which looks
# whether it runs.
WITHOUT_DATABASE = {
    "bench",
    "check",
    "collectstatic",
    "compilemessages",
    "diffsettings",
    "doctor",
    "findstatic",
    "help",
    "makemessages",
    "makemigrations",
    "up",
    "version",
}
AS_OWNER = {
    "doctor",
    "backup",
    "restore",
    "migrate",
    "flush",
    "dbshell",
    "sqlmigrate",
    "demo",
    "seed",
    "init",
}

# What fills an empty database; may be the first command that anybody runs.
SET_UP = ("demo", "seed", "init")


def main() -> None:
    """Entry point of the console script: one line and exit status 2 for a bad setting."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fangxian.config.settings")
    words = sys.argv[1:] or ["help"]
    try:
        environment = load()
        _choose_role(words[0])
        with database_for(words, environment):
            run(sys.argv[:1] + words)
    except (BadSetting, postgres.ServerFailed) as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def run(argv: list[str]) -> None:
    """Run a Django management command."""
    from django.core.management import execute_from_command_line

    if argv[1] in SET_UP and "--help" not in argv:
        execute_from_command_line([argv[0], "migrate", "--no-input", "--verbosity=0"])
    execute_from_command_line(argv)


@contextmanager
def database_for(words: list[str], environment: Environment) -> Iterator[None]:
    """Have the database running, its roles made, while a command needs it."""
    if words[0].startswith("-") or words[0] in WITHOUT_DATABASE or "--help" in words:
        yield
        return
    with database(environment):
        if words[0] not in AS_OWNER and not _is_set_up(environment):
            raise BadSetting(
                "The database is empty: run fangxian up, which makes its tables, or fangxian init."
            )
        yield


def _is_set_up(environment: Environment) -> bool:
    with roles.connect(direct_login(environment, DatabaseRole.OWNER)) as connection:
        found = connection.execute("SELECT to_regclass('public.django_migrations')").fetchone()
    return found != (None,)


@contextmanager
def database(environment: Environment, *, own: bool = False) -> Iterator[postgres.Server | None]:
    """The database of this environment, embedded or not, ready for its three roles."""
    if not environment.embedded:
        roles.prepare(environment, None)
        yield None
        return
    with postgres.running(environment.home, own=own) as server:
        roles.prepare(environment, server)
        yield server


def _choose_role(command: str) -> None:
    """Commands that load or change tables wholesale work as owner, the others as worker."""
    if command in AS_OWNER:
        os.environ.setdefault("FANGXIAN_DB_ROLE", DatabaseRole.OWNER)
