"""`fangxian collection`: open a special collection, write and read lines, destroy its key."""

import sys
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fangxian.foundation.accounts.models import User
from fangxian.foundation.accounts.queries import actor_for
from fangxian.foundation.special import actions
from fangxian.foundation.special.models import Collection
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel import clock
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import DomainError
from fangxian.kernel.secrets import Unopenable


class Command(BaseCommand):
    """Whoever runs the installation does it for people of it, who are named and recorded."""

    help = "Special collections, each under a key of its own."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """A verb and what it needs."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("list", help="every collection, and by when it is to be destroyed")
        opening = verbs.add_parser("open", help="a new collection with a key of its own")
        for word, told in (("--unit", "the unit's code"), ("--purpose", "what it is for"),
                           ("--ground", "by which document")):  # fmt: skip
            opening.add_argument(word, required=True, help=told)
        opening.add_argument("--destroy-by", type=date.fromisoformat, required=True)
        writing = verbs.add_parser("write", help="a line of the standard input is a line")
        reading = verbs.add_parser("read", help="the lines as they hold now")
        wiping = verbs.add_parser("destroy", help="destroy the key: the lines are gone for ever")
        wiping.add_argument("--second", required=True, help="the second person's user name")
        for one in (opening, writing, reading, wiping):
            one.add_argument("name", help="what the collection is called")
            one.add_argument("--by", required=True, help="the user name of who does it")
        for one in (reading, wiping):
            one.add_argument("--reason", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what the verb says."""
        try:
            getattr(self, f"_{options['verb']}")(options)
        except (DomainError, Unopenable) as refusal:
            raise CommandError(str(refusal)) from None

    def _actor(self, username: str) -> Actor:
        user = User.objects.named(username)
        if user is None:
            raise CommandError(f"Nobody has the user name {username}.")
        return actor_for(user, today=clock.today())

    def _list(self, options: dict[str, Any]) -> None:
        for one in Collection.objects.order_by("opened_on", "pk"):
            state = f"destroyed {one.destroyed_at:%Y-%m-%d}" if one.destroyed_at else "open"
            late = not one.destroyed_at and one.destroy_by <= clock.today()
            mark = ", past its day" if late else ""
            self.stdout.write(f"{one.name}: {state}, to be destroyed by {one.destroy_by}{mark}")

    def _open(self, options: dict[str, Any]) -> None:
        units = UnitVersion.objects.as_of(clock.today())
        unit = units.filter(code=options["unit"]).first()
        if unit is None:
            raise CommandError(f"No unit has the code {options['unit']}.")
        actions.open_collection(
            unit=unit, name=options["name"], purpose=options["purpose"],
            ground=options["ground"], destroy_by=options["destroy_by"],
            by=self._actor(options["by"]), at=clock.now(),
        )  # fmt: skip
        self.stdout.write(f"{options['name']} is open, to be destroyed by {options['destroy_by']}")

    def _write(self, options: dict[str, Any]) -> None:
        texts = [line.strip() for line in sys.stdin if line.strip()]
        actions.write(
            name=options["name"], texts=texts, by=self._actor(options["by"]), at=clock.now()
        )
        self.stdout.write(f"{len(texts)} lines written")

    def _read(self, options: dict[str, Any]) -> None:
        by = self._actor(options["by"])
        told = actions.read(name=options["name"], reason=options["reason"], by=by, at=clock.now())
        for number, text in told:
            self.stdout.write(f"{number}\t{text}")

    def _destroy(self, options: dict[str, Any]) -> None:
        actions.destroy(
            name=options["name"], reason=options["reason"], by=self._actor(options["by"]),
            second=self._actor(options["second"]), at=clock.now(),
        )  # fmt: skip
        self.stdout.write(f"The key of {options['name']} is destroyed")
