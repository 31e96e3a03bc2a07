"""`fangxian migrate`: Django's, and afterwards the rights of the roles that serve people."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import connections

from fangxian.config.database import login
from fangxian.config.environment import DatabaseRole
from fangxian.console import roles


class Command(DjangoMigrate):
    """Django's own command, followed by the grants."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, then grant."""
        super().handle(*args, **options)
        if not (options["plan"] or options["check_unapplied"]):
            self._grant(connections[options["database"]].settings_dict)

    def _grant(self, to: dict[str, Any]) -> None:
        # Where Django is connected, not where the settings say: tests use another database.
        owner = replace(
            login(settings.FANGXIAN, DatabaseRole.OWNER),
            name=to["NAME"],
            host=to["HOST"],
            port=to["PORT"],
        )
        roles.grant(owner, [login(settings.FANGXIAN, role).user for role in roles.SERVING])
