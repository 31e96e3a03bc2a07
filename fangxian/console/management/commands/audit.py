"""`fangxian audit`: prove the audit trail, seal it now, let go of days that are old enough."""

from __future__ import annotations

import json
import socket
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from fangxian.config.database import direct_login
from fangxian.config.environment import DatabaseRole
from fangxian.console.roles import connect
from fangxian.foundation.accounts.models import User
from fangxian.kernel import clock
from fangxian.kernel.audit import exporting, sealing, verifying

#: of a seal that was written down, at least so much must be given
SHORTEST_SEAL = 12


class Command(BaseCommand):
    """Each verb says on one line what it did; `verify` ends with 1 where something is wrong."""

    help = "Look after the audit trail."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """A verb and what it needs."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        verify = verbs.add_parser("verify", help="whether anything was changed or removed")
        verify.add_argument("--from", dest="first", type=_day, help="look at events from this day")
        verify.add_argument("--to", dest="last", type=_day, help="look at events up to this day")
        verify.add_argument(
            "--expect", default="", metavar="HASH", help="a seal that was written down elsewhere"
        )
        verify.add_argument("--json", action="store_true", help="as JSON, for other programs")
        export = verbs.add_parser("export", help="every sealed event as a line for other systems")
        export.add_argument("--format", choices=sorted(exporting.FORMATS), default="jsonl")
        start = export.add_mutually_exclusive_group()
        start.add_argument(
            "--since", type=int, default=1, metavar="N", help="begin with segment N (1)"
        )
        start.add_argument(
            "--follow-from", type=Path, metavar="FILE",
            help="go on after the segment that the file names, and leave the last one there",
        )  # fmt: skip
        verbs.add_parser("seal", help="seal what was done until now")
        forget = verbs.add_parser("forget", help="drop the events of days more than 6 months ago")
        forget.add_argument("--before", type=_day, required=True, help="all days before this one")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what the verb says."""
        verbs = {
            "verify": self._verify,
            "export": self._export,
            "seal": self._seal,
            "forget": self._forget,
        }
        verbs[options["verb"]](options)

    def _verify(self, options: dict[str, Any]) -> None:
        expect = "".join(options["expect"].split())
        if expect and len(expect) < SHORTEST_SEAL:
            raise CommandError(f"Give at least {SHORTEST_SEAL} characters of the seal.")
        found = verifying.verify(first=options["first"], last=options["last"], expect=expect)
        if options["json"]:
            told = {"at": clock.real_now(), **asdict(found)}
            self.stdout.write(json.dumps(told, default=str, ensure_ascii=False, indent=1))
        else:
            self._say(found)
        if found.findings:
            raise SystemExit(1)

    def _say(self, found: verifying.Verdict) -> None:
        for one in found.findings:
            self.stdout.write(f"BAD  {one.says}")
        state = f"{len(found.findings)} wrong" if found.findings else "all as it was sealed"
        self.stdout.write(f"{found.events} events, {found.segments} segments: {state}")
        if found.newest:
            self.stdout.write(f"Segment {found.newest[0]} has the seal {found.newest[1]}")

    def _export(self, options: dict[str, Any]) -> None:
        mark: Path | None = options["follow_from"]
        after = _marked(mark) if mark else options["since"] - 1
        line, host = exporting.FORMATS[options["format"]], socket.gethostname()
        for segment in exporting.segments(after):
            rows = exporting.events(segment)
            users = User.objects.in_bulk({row.by_id for row in rows if row.by_id is not None})
            names = {key: user.username for key, user in users.items()}
            for row in rows:
                record = exporting.event_record(row, segment.number, names)
                self.stdout.write(line(record, host))
            self.stdout.write(line(exporting.segment_record(segment), host))
            if mark:
                self.stdout.flush()
                draft = mark.with_name(f"{mark.name}.new")
                draft.write_text(f"{segment.number}\n")
                draft.replace(mark)

    def _seal(self, options: dict[str, Any]) -> None:
        if not sealing.seal():
            raise CommandError("A long transaction is in the way: see `fangxian doctor`.")
        newest = sealing.newest()
        said = f"segment {newest.number} {newest.hash}" if newest else "nothing"
        self.stdout.write(f"Sealed: {said}")

    def _forget(self, options: dict[str, Any]) -> None:
        days = [day for day in verifying.days_kept() if day < options["before"]]
        with connect(direct_login(settings.FANGXIAN, DatabaseRole.OWNER)) as owner:
            for day in days:
                try:
                    row = owner.execute("SELECT audit_forget(%s)", [day]).fetchone()
                except psycopg.Error as error:
                    raise CommandError(str(error).splitlines()[0]) from None
                self.stdout.write(f"{day}: {row[0] if row else 0} events are gone")


def _marked(mark: Path) -> int:
    """The segment that a file names; 0 where there is no file yet."""
    try:
        return int(mark.read_text())
    except FileNotFoundError:
        return 0
    except ValueError:
        raise CommandError(f"{mark} names no segment: write the number of the last one") from None


def _day(text: str) -> date:
    return date.fromisoformat(text)
