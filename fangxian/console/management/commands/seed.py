"""`fangxian seed`: units, groups, people and accounts of a demonstration, without its morning."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fangxian.console.demo import cards, load
from fangxian.console.demo.scenarios import Refused, scenario
from fangxian.kernel import clock


class Command(BaseCommand):
    """Load the invented province, or one county of it, for today."""

    help = "Load the invented province (or a county): units, people of one county, accounts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--scope and --accounts."""
        parser.add_argument("--scope", choices=["province", "county"], default="province")
        parser.add_argument("--accounts", action="store_true", help="print accounts and tokens")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, each step only where it is missing."""
        at = clock.real_now()
        chosen = scenario(load.scope(options["scope"]), at.date())
        try:
            load.seed(chosen, at=at, say=self.stderr.write)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        if options["accounts"]:
            found = cards.accounts_of_demo(at=clock.now())
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=2))
