"""`fangxian retention`: what has expired, what was removed, and removing it now."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.timezone import localtime

from fangxian.foundation.retention import actions, queries
from fangxian.foundation.retention.actions import Counted
from fangxian.kernel import clock
from fangxian.kernel.access import system


class Command(BaseCommand):
    """One line a term; a dry run says exactly what a run would."""

    help = "Keep nothing longer than its term: look, remove, or report."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do; nothing is removed unless `run` is said."""
        parser.add_argument("what", nargs="?", choices=["run", "report"], default="report")
        parser.add_argument(
            "--dry-run", action="store_true", help="count what a run would take, and change nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it and say how much."""
        at, real = clock.now(), clock.real_now()
        if options["dry_run"]:
            self._say(actions.rehearse(at=at, real=real), "would go")
        elif options["what"] == "run":
            self._say(actions.run(at=at, real=real, by=system("retention", [])), "gone")
        else:
            self._report()

    def _say(self, found: list[Counted], verb: str) -> None:
        for one in found:
            days = f" in {one.days} whole days" if one.days else ""
            self.stdout.write(f"{one.code:<16} before {one.before}: {one.rows} {verb}{days}")
        self.stdout.write(f"{sum(one.rows for one in found)} rows {verb}")

    def _report(self) -> None:
        found = queries.reports(today=clock.today())
        for report in found:
            run = report.run
            ended = f"{localtime(run.ended_at):%Y-%m-%d %H:%M}" if run.ended_at else "broken off"
            self.stdout.write(f"{run.day} {run.document}: {report.rows} rows, ended {ended}")
            for line in report.lines:
                days = f", {line.taken.days} whole days" if line.taken.days else ""
                self.stdout.write(
                    f"  {line.code:<16} before {line.taken.before}: {line.taken.count}{days}"
                )
        if not found:
            self.stdout.write("No run yet.")
