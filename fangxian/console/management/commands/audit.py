"""`fangxian audit`: prove the audit trail, seal it now, let go of days that are old enough."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import date
from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from fangxian.config.database import direct_login
from fangxian.config.environment import DatabaseRole
from fangxian.console.roles import connect
from fangxian.kernel import clock
from fangxian.kernel.audit import sealing, verifying

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
        verbs.add_parser("seal", help="seal what was done until now")
        forget = verbs.add_parser("forget", help="drop the events of days more than 6 months ago")
        forget.add_argument("--before", type=_day, required=True, help="all days before this one")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what the verb says."""
        {"verify": self._verify, "seal": self._seal, "forget": self._forget}[options["verb"]](
            options
        )

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


def _day(text: str) -> date:
    return date.fromisoformat(text)
