"""`fangxian migrate`: Django's, and afterwards the rights of the roles that serve people."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.commands.migrate import Command as DjangoMigrate

from fangxian.console import roles


class Command(DjangoMigrate):
    """Django's own command, followed by the grants."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, then grant."""
        super().handle(*args, **options)
        if not (options["plan"] or options["check_unapplied"]):
            roles.grant(settings.FANGXIAN)
