"""`fangxian migrate`: Django's, patient with others, and afterwards the rights of who serves."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import OperationalError, connections

from fangxian.config.database import direct_login, login
from fangxian.config.environment import DatabaseRole
from fangxian.console import roles

# Who waits for a lock makes everybody after them wait too: so not for long, but again.
LOCK_TIMEOUT = "5s"
TRIES = 6
PAUSE_SECONDS = 2.0


class Command(DjangoMigrate):
    """Django's own command, that gives up on a lock and tries again, followed by the grants."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, then grant."""
        self._migrate(*args, **options)
        if not (options["plan"] or options["check_unapplied"]):
            self._grant(connections[options["database"]].settings_dict)

    def _migrate(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        for left in reversed(range(TRIES)):
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', %s, false)", [LOCK_TIMEOUT])
            try:
                super().handle(*args, **options)
                break
            except OperationalError as error:
                if not isinstance(error.__cause__, psycopg.errors.LockNotAvailable):
                    raise
                if not left:
                    raise CommandError(
                        "A table stayed in use by others. What was migrated so far stays; "
                        "see `fangxian doctor` for long transactions, then try again."
                    ) from None
                self.stderr.write(
                    f"A table is in use by others; trying again in {PAUSE_SECONDS} s."
                )
                time.sleep(PAUSE_SECONDS)
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', '0', false)")

    def _grant(self, to: dict[str, Any]) -> None:
        # Where Django is connected, not where the settings say: tests use another database.
        owner = replace(
            login(settings.FANGXIAN, DatabaseRole.OWNER),
            name=to["NAME"],
            host=to["HOST"],
            port=to["PORT"],
        )
        serving = [direct_login(settings.FANGXIAN, role).user for role in roles.SERVING]
        roles.grant(owner, serving)
