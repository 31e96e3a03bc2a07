"""`fangxian bench`: the measurements of docs/performance.md, from a checkout."""

from __future__ import annotations

import subprocess
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    """Runs in a home of its own, so that nothing it needs may run here already."""

    help = "Measure speed and memory; every option is passed on to `python -m bench`."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whatever `python -m bench --help` tells of."""
        parser.add_argument("--only", help="names with commas between")
        parser.add_argument("--json", metavar="FILE", help="write the figures there as well")
        parser.add_argument("--quick", action="store_true", help="a short run, for trying")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit as the bench does."""
        if not (settings.BASE_DIR / "bench").is_dir():
            raise CommandError("The bench is part of a checkout: run this from one.")
        words = [sys.executable, "-m", "bench"]
        for name in ("only", "json"):
            if options[name]:
                words += [f"--{name}", options[name]]
        if options["quick"]:
            words.append("--quick")
        done = subprocess.run(words, cwd=settings.BASE_DIR, check=False)
        if done.returncode:
            raise SystemExit(done.returncode)
