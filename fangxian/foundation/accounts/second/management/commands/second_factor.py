"""`fangxian second_factor reset NAME`: for the administrator above whom there is none."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fangxian.foundation.accounts.models import User
from fangxian.foundation.accounts.rules import AccountPermission
from fangxian.foundation.accounts.second import actions
from fangxian.kernel import access, clock
from fangxian.kernel.errors import DomainError


class Command(BaseCommand):
    """Whoever runs the installation takes away a second factor that was lost; recorded."""

    help = "Take away the two-step sign-in of a person who lost phone and recovery codes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do, and the person's user name."""
        parser.add_argument("what", choices=["reset"])
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        """Reset it, or say why not."""
        user = User.objects.named(options["username"])
        if user is None:
            raise CommandError(f"Nobody has the user name {options['username']}.")
        by = access.system("second_factor", [AccountPermission.MANAGE])
        try:
            actions.reset(user_id=user.pk, by=by, at=clock.now())
        except DomainError as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"{user.username} signs in with the password alone, or sets it up anew.")
