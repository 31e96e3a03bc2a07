"""`fangxian restore`: a backup in the place of what is there."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from fangxian.config.environment import BadSetting
from fangxian.console.backups import restoring
from fangxian.console.backups.manifest import Damaged
from fangxian.console.backups.programs import ProgramFailed


class Command(BaseCommand):
    """Restore beside, compare with the manifest, and only then replace."""

    help = "Restore a backup; refuses where data would be replaced, unless told."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """From where, and what may be replaced."""
        parser.add_argument("directory", type=Path, help="the backup: a directory with a manifest")
        parser.add_argument("--jobs", type=int, default=2, help="tables at a time (2)")
        parser.add_argument(
            "--replace", action="store_true", help="replace the data and files that are there"
        )
        parser.add_argument(
            "--keys", action="store_true", help="bring back the secret key, if the backup has it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, or leave everything as it was."""
        begun = time.monotonic()
        try:
            told = restoring.restore(
                settings.FANGXIAN,
                options["directory"],
                jobs=max(1, options["jobs"]),
                replace=options["replace"],
                keys=options["keys"],
                say=self.stderr.write,
            )
        except (BadSetting, Damaged, ProgramFailed) as error:
            raise CommandError(str(error)) from None
        self.stderr.write(
            f"Restored: {len(told.tables)} tables with {told.rows} rows of {told.made_at}, "
            f"in {time.monotonic() - begun:.0f} s. Start it with fangxian up."
        )
