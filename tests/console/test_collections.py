"""The wipe of a special collection holds for backups taken before it, too."""

from __future__ import annotations

import shutil

from psycopg import sql

from fangxian.console.backups import contents
from fangxian.console.roles import connect
from tests.console.test_backup import Installation, two

__all__ = ["two"]

SAID = "安安一月从武汉回来"
GROWN = f"""
from datetime import timedelta
from fangxian.foundation.accounts.models import RoleAssignment, User
from fangxian.foundation.accounts.queries import actor_for
from fangxian.foundation.special import actions
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel import clock
at = clock.now()
county = UnitVersion.objects.as_of(at.date()).get(code="510104")
for name in ("first", "second"):
    user = User.objects.create(username=name, display_name=name, created_at=at)
    RoleAssignment.objects.create(
        user=user, role="county_officer", unit_id=county.unit_id, valid_from=at.date(), given_at=at
    )
by = actor_for(User.objects.get(username="first"), today=at.date())
actions.open_collection(unit=county, name="returned", purpose="x", ground="x",
                        destroy_by=at.date() + timedelta(days=30), by=by, at=at)
(line,) = actions.write(name="returned", texts=["{SAID}"], by=by, at=at)
actions.revise(name="returned", line_id=line.pk, text="{SAID}!", by=by, at=at)
"""
HALF_A_KEY = """
from fangxian.foundation.special.actions import FIELD
from fangxian.foundation.special.models import Line
from fangxian.kernel.secrets import Unopenable
from fangxian.kernel.secrets.collections import collection_key
key = collection_key("returned")
for line in Line.objects.all():
    try:
        print("OPENED", key.open_(bytes(line.sealed), FIELD, line.collection_id))
    except Unopenable as refusal:
        print("SHUT", refusal)
"""
READ = ("collection", "read", "returned", "--by", "first", "--reason", "x")


def everything(one: Installation) -> str:
    """Every row of every table, as text."""
    with one.owner() as owner, connect(owner) as connection:
        tables = list(contents.sizes(connection))
        found = []
        for name in tables:
            table = sql.Identifier(*name.split(".", 1))
            query = sql.SQL("SELECT string_agg(t::text, ' ') FROM ONLY {} t").format(table)
            found.append(str((connection.execute(query).fetchone() or ("",))[0]))
    return " ".join(found)


def test_a_restored_backup_opens_nothing_of_it(two: tuple[Installation, Installation]) -> None:
    one, other = two
    one.says("migrate", "--verbosity=0")
    one.says("init")
    one.says("shell", "--verbosity=0", "-c", GROWN)
    assert f"{SAID}!" in one.run(*READ).stdout
    one.says("backup")
    (made,) = [path for path in (one.home / "backups").iterdir() if path.is_dir()]
    assert not list(made.rglob("collections/*"))
    one.says("collection", "destroy", "returned", "--by", "first", "--second", "second",
             "--reason", "over")  # fmt: skip
    assert "destroyed" in one.is_refused(*READ)

    for kept in ("keys", "collections"):
        shutil.copytree(one.home / kept, other.home / kept)
    other.says("restore", made)
    assert "is not on this machine" in other.is_refused(*READ)
    with_half = other.run("shell", "--verbosity=0", "-c", HALF_A_KEY).stdout
    assert with_half.count("SHUT") == 2 and "OPENED" not in with_half
    rows = everything(other)
    assert "special.written" in rows, "the trail is there"
    assert SAID not in rows and SAID.encode().hex() not in rows
