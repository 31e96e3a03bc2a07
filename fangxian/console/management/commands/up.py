"""`fangxian up`: everything that serves people, in one process tree."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import get_commands
from django.core.management.base import BaseCommand

from fangxian.console import service


class Command(BaseCommand):
    """Run the database, the web server and the worker until SIGTERM or Ctrl-C."""

    help = "Run the database (where it is ours), the web server and the worker."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--demo loads the demo first."""
        parser.add_argument("--demo", action="store_true", help="load the demo where it is not")

    def handle(self, *args: Any, **options: Any) -> None:
        """Stay until told to end."""
        status = service.up(settings.FANGXIAN, demo=options["demo"], commands=set(get_commands()))
        if status:
            raise SystemExit(status)
