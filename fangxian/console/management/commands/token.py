"""`fangxian token`: a bearer token for a person's programs, printed once."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fangxian.foundation.accounts import actions as accounts
from fangxian.foundation.accounts.models import RoleAssignment, User
from fangxian.foundation.accounts.rules import TOKEN_DAYS, AccountPermission
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel import access, clock
from fangxian.kernel.errors import DomainError


class Command(BaseCommand):
    """Everything that the person's roles at one unit hold, in one token."""

    help = "Mint an API token for a person and print it; it is never shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Who, at which unit, under which name, how long."""
        parser.add_argument("--user", required=True, help="whose token: the username")
        parser.add_argument("--unit", help="code of the unit; needed with roles at several")
        parser.add_argument("--name", default="fangxian token", help="which program will use it")
        parser.add_argument("--days", type=int, default=TOKEN_DAYS, help="how long it lasts")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the token alone, so that a script can take it."""
        at = clock.now()
        user = User.objects.filter(username__iexact=options["user"]).first()
        if user is None:
            raise CommandError(f"There is no account “{options['user']}”.")
        held = RoleAssignment.objects.in_force(at.date()).filter(user=user).select_related("unit")
        codes = dict(
            UnitVersion.objects.as_of(at.date())
            .filter(unit_id__in=held.values("unit_id"))
            .values_list("unit_id", "code")
        )
        chosen = [role for role in held if options["unit"] in (None, codes.get(role.unit_id))]
        if len({role.unit_id for role in chosen}) != 1:
            known = ", ".join(sorted(codes.values())) or "none"
            raise CommandError(f"Say with --unit at which unit (roles are held at: {known}).")
        permissions = {held for role in chosen for held in access.granted(role.role)}
        try:
            secret = accounts.mint_token(
                user=user,
                unit=chosen[0].unit,
                name=options["name"],
                permissions=permissions,
                expires_at=at + timedelta(days=options["days"]),
                by=access.system("token", [AccountPermission.MANAGE]),
                at=at,
            )
        except DomainError as refusal:
            fields = getattr(refusal, "fields", {})
            raise CommandError(" ".join([str(refusal), *sum(fields.values(), [])])) from None
        self.stdout.write(secret)
