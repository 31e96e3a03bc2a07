"""`fangxian init`: an empty system of the real divisions, and its first administrator's link."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.urls import reverse

from fangxian.foundation.accounts import actions as accounts
from fangxian.foundation.accounts.rules import INVITATION_VALID
from fangxian.foundation.units import actions as units
from fangxian.foundation.units.models import UnitKind, UnitVersion
from fangxian.foundation.units.rules import UnitPermission
from fangxian.kernel import access, clock
from fangxian.kernel.errors import DomainError
from fangxian.kernel.models import Installation


class Command(BaseCommand):
    """Divisions, no schools; whoever opens the link becomes the administrator."""

    help = "Load the real divisions and print the first administrator's one-time link."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--unit: where the first administrator works."""
        parser.add_argument(
            "--unit", help="code of the unit to administer (default: the whole province)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run again before the link was used: a new link, the old one ends."""
        at = clock.real_now()
        try:
            with transaction.atomic():
                installed, made = Installation.objects.get_or_create(
                    id=1, defaults={"is_demo": False, "created_at": at}
                )
                if installed.is_demo:
                    raise CommandError(
                        "This database holds a demonstration: use another FANGXIAN_HOME."
                    )
                if made:
                    units.load_divisions(by=access.system("init", [UnitPermission.MANAGE]), at=at)
                secret = accounts.first_administrator(
                    unit_id=self._unit(options["unit"], at.date()).unit_id, at=at
                )
        except DomainError as refusal:
            raise CommandError(str(refusal)) from None
        link = reverse("accounts:invitation", args=[secret])
        self.stdout.write(f"{settings.FANGXIAN.address}{link}")
        self.stderr.write(
            f"Open it within {INVITATION_VALID.days} days, once, while fangxian up runs."
        )

    def _unit(self, code: str | None, day: Any) -> UnitVersion:
        tree = UnitVersion.objects.as_of(day)
        found = (tree.filter(code=code) if code else tree.filter(kind=UnitKind.PROVINCE)).first()
        if found is None:
            raise CommandError(f"There is no unit with the code {code}.")
        return found
