"""`fangxian doctor`: how the installation is, and what to do where it is not well."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from fangxian.console.doctor import machine
from fangxian.console.doctor.database import database
from fangxian.console.doctor.findings import Finding, State
from fangxian.kernel import clock

SIGNS = {State.OK: "ok  ", State.WARN: "look", State.FAIL: "BAD "}
WIDTH = 13


class Command(BaseCommand):
    """Exit status 0 when nothing is wrong, else 1; with --strict also when something is worth a
    look."""

    help = "Say how the installation is, and what to do where something is wrong."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """For people or for programs."""
        parser.add_argument("--json", action="store_true", help="as JSON, for other programs")
        parser.add_argument(
            "--strict", action="store_true", help="what is worth a look counts as wrong"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Look at everything; what cannot be asked does not stop the rest."""
        found = list(_findings())
        if options["json"]:
            told = {"at": clock.real_now().isoformat(), "findings": [f.as_record() for f in found]}
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=1))
        else:
            self._show(found)
        wrong = {State.FAIL, State.UNKNOWN} | ({State.WARN} if options["strict"] else set())
        if any(one.state in wrong for one in found):
            raise SystemExit(1)

    def _show(self, found: list[Finding]) -> None:
        for one in found:
            if one.state is State.UNKNOWN:
                continue
            self.stdout.write(f"{SIGNS[one.state]}  {one.name:<{WIDTH}} {one.says}")
            if one.do:
                self.stdout.write(f"{'':{WIDTH + 6}} → {one.do}")
        if unasked := [one.name for one in found if one.state is State.UNKNOWN]:
            self.stdout.write(f"?     {'not asked':<{WIDTH}} {', '.join(unasked)}")
        counts = Counter(one.state for one in found)
        self.stdout.write(
            f"{counts[State.FAIL]} wrong, {counts[State.WARN]} worth a look, "
            f"{counts[State.OK]} fine"
        )


def _findings() -> list[Finding]:
    environment, at = settings.FANGXIAN, clock.real_now()
    return [
        *machine.settings(environment),
        *machine.disk(environment),
        *database(environment, at=at),
        *machine.web(environment),
        *machine.backup(environment, at),
    ]
