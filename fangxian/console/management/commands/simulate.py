"""`fangxian simulate`: the simulated morning of a demonstration; `up` runs it beside the web."""

from __future__ import annotations

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fangxian.console.demo import simulation
from fangxian.console.models import DemoMorning

NICER = 10


class Command(BaseCommand):
    """Follow the demo's clock until ended."""

    help = "Play the simulated morning of a demonstration, following its clock."

    def handle(self, *args: Any, **options: Any) -> None:
        """Stay; whoever looks at the pages comes first."""
        if not DemoMorning.objects.exists():
            raise CommandError("There is no demonstration in this database: run fangxian demo.")
        os.nice(NICER)
        simulation.run()
