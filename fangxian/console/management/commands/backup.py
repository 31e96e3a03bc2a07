"""`fangxian backup`: everything, whole, and proven if wished."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from fangxian.config.environment import BadSetting
from fangxian.console.backups import restoring, taking
from fangxian.console.backups.manifest import Damaged
from fangxian.console.backups.programs import ProgramFailed
from fangxian.kernel import clock

LATEST = "latest.json"
MIB = 1024 * 1024


class Command(BaseCommand):
    """Dump the database and copy the files, with a checksum of every table and file."""

    help = "Back up the database and the files of FANGXIAN_HOME; people go on working meanwhile."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to, what, how."""
        parser.add_argument(
            "directory", nargs="?", type=Path, help="where (FANGXIAN_HOME/backups by default)"
        )
        parser.add_argument("--jobs", type=int, default=2, help="tables at a time (2)")
        parser.add_argument("--no-files", action="store_true", help="only the database")
        parser.add_argument(
            "--keys", action="store_true", help="the secret key too: keep the backup as secret"
        )
        parser.add_argument(
            "--verify", action="store_true", help="restore it into a scratch database and compare"
        )
        parser.add_argument(
            "--only-verify", action="store_true", help="verify the backup that directory is"
        )
        parser.add_argument(
            "--keep", type=int, default=0, metavar="N", help="remove all but the newest N"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Take it; prove it; forget old ones only then."""
        try:
            self._handle(options)
        except (BadSetting, Damaged, ProgramFailed) as error:
            raise CommandError(str(error)) from None

    def _handle(self, options: dict[str, Any]) -> None:
        environment, jobs = settings.FANGXIAN, max(1, options["jobs"])
        parent = options["directory"] or environment.home / "backups"
        begun, at = time.monotonic(), clock.real_now()
        if options["only_verify"]:
            self._prove(parent, jobs)
            return
        choice = taking.Choice(jobs, not options["no_files"], options["keys"])
        made = taking.take(
            environment, parent, choice, at=at, version=version("fangxian"), say=self._say
        )
        seconds, size = time.monotonic() - begun, taking.size(made)
        self._say(f"{made}: {size / MIB:.0f} MiB in {seconds:.0f} s")
        if options["verify"]:
            self._prove(made, jobs)
        for old in taking.forget_old(parent, options["keep"]):
            self._say(f"Removed {old}")
        told = {
            "at": at.isoformat(),
            "path": str(made),
            "bytes": size,
            "seconds": round(seconds, 1),
            "verified": options["verify"],
        }
        note = environment.home / "backups" / LATEST
        note.parent.mkdir(mode=0o700, exist_ok=True)
        note.write_text(json.dumps(told) + "\n")

    def _prove(self, made: Path, jobs: int) -> None:
        begun = time.monotonic()
        told = restoring.prove(settings.FANGXIAN, made, jobs=jobs, say=self._say)
        self._say(
            f"Verified: {len(told.tables)} tables with {told.rows} rows came back the same, "
            f"in {time.monotonic() - begun:.0f} s"
        )

    def _say(self, line: str) -> None:
        self.stderr.write(line)
