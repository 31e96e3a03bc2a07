"""`fangxian demo`: load a demonstration where it is not loaded yet, or print its accounts."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from fangxian.config.environment import Demo
from fangxian.console.demo import cards, load
from fangxian.console.demo.scenarios import Refused, scenario
from fangxian.kernel import clock


class Command(BaseCommand):
    """The demonstration that FANGXIAN_DEMO names; the province when it names none."""

    help = "Load the demonstration that FANGXIAN_DEMO names (province, holiday or county)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--reset empties the database of a demonstration first; --accounts prints only."""
        parser.add_argument("--reset", action="store_true", help="begin with an empty database")
        parser.add_argument("--accounts", action="store_true", help="print accounts and tokens")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, each step only where it is missing; or print the accounts."""
        try:
            if options["accounts"]:
                found = cards.accounts_of_demo(at=clock.now())
                self.stdout.write(json.dumps(found, ensure_ascii=False, indent=2))
                return
            at = clock.real_now()
            if options["reset"]:
                load.reset()
            load.demo(scenario(self._chosen(), at.date()), at=at, say=self._say)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None

    def _chosen(self) -> Demo:
        return settings.FANGXIAN.demo or Demo.PROVINCE

    def _say(self, line: str) -> None:
        self.stderr.write(line)
