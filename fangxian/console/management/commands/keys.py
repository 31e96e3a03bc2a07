"""`fangxian keys`: which keys seal personal data, whether they are the right ones, a new one."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from fangxian.config.environment import BadSetting
from fangxian.console import rotating
from fangxian.kernel import clock
from fangxian.kernel.secrets import BadKeys, ring
from fangxian.kernel.secrets.rotation import used_numbers
from fangxian.kernel.secrets.standing import require_right_keys


class Command(BaseCommand):
    """Never shows a key itself."""

    help = "Look after the keys of sealed fields."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """A verb."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("show", help="the keys by number, and how many values each has sealed")
        verbs.add_parser("check", help="whether these are the keys of this database")
        verbs.add_parser("rotate", help="a new key, everything sealed anew, the old one retired")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what the verb says."""
        verbs = {"show": self._show, "check": self._check, "rotate": self._rotate}
        try:
            verbs[options["verb"]]()
        except (BadKeys, BadSetting) as error:
            raise CommandError(str(error)) from None

    def _show(self) -> None:
        keys = ring(anew=True)
        self.stdout.write(f"index  {keys.index_fingerprint.hex()[:12]}")
        for number in sorted(keys.masters):
            seals = "  seals" if number == keys.writes else ""
            self.stdout.write(f"{number:>5}  {keys.fingerprint(number).hex()[:12]}{seals}")
        for label, counts in used_numbers().items():
            told = ", ".join(f"key {number}: {count:,}" for number, count in sorted(counts.items()))
            self.stdout.write(f"{label}: {told or 'nothing yet'}")

    def _check(self) -> None:
        require_right_keys()
        self.stdout.write("These are the keys of this database.")

    def _rotate(self) -> None:
        file = None if settings.FIELD_KEYS else settings.FIELD_KEYS_FILE
        found = rotating.rotate(file, at=clock.real_now(), say=self.stderr.write)
        for number in found.retired:
            self.stdout.write(f"Key {number} is retired: nothing here needs it. Backups made "
                              "until now do: keep the old file as long as them.")  # fmt: skip
        if found.waiting:
            raise CommandError(
                f"Everything is sealed with key {found.writes}, but {found.waiting}."
            )
        self.stdout.write(f"Everything is sealed with key {found.writes}.")
