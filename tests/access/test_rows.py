"""A query that forgets to ask for a scope returns nothing from elsewhere: every table, every role.

The queries here are the careless ones: all rows of a table, with the web server's own rights.
"""

from __future__ import annotations

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection

from fangxian.config.database import login
from fangxian.config.environment import DatabaseRole
from fangxian.console import tables
from fangxian.kernel.access.rowscope import NOBODY, RowScope, rows_of, scope_of
from fangxian.kernel.partitions import ensure_day
from tests.access.one_row import GUARDED, Whose, insert
from tests.cast import AT, DAY, Cast

ALL_TABLES = """
SELECT relname FROM pg_class c
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
  AND NOT relispartition"""
#: of another county, and of a school there
STRANGERS = ("outsider", "other_reporter")


@pytest.fixture
def somebodys(cast: Cast) -> Whose:
    """A row of the first school, by its reporter."""
    user = cast.users["reporter"].pk
    return Whose(cast.school.path, cast.school.id, user, DAY, AT)


def _seen(table: str, scope: RowScope) -> int:
    """How many rows a careless query of the web server sees."""
    web = login(settings.FANGXIAN, DatabaseRole.WEB).user
    with connection.cursor() as cursor, rows_of(scope):
        cursor.execute(f'SET LOCAL ROLE "{web}"')
        cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 (a table of ours)
        (seen,) = cursor.fetchone()
        cursor.execute("RESET ROLE")
    return int(seen)


@pytest.mark.parametrize("table", GUARDED)
def test_the_careless_query_shows_what_is_ones_own_only(
    table: str, cast: Cast, somebodys: Whose
) -> None:
    lookers = {name: scope_of(cast.actor(name)) for name in ("reporter", *STRANGERS)}
    before = {name: _seen(table, scope) for name, scope in lookers.items()}
    insert(table, somebodys)
    more = {name: _seen(table, scope) - before[name] for name, scope in lookers.items()}
    assert more == {"reporter": 1, **dict.fromkeys(STRANGERS, 0)}
    assert _seen(table, NOBODY) == 0


@pytest.mark.django_db
def test_every_table_says_who_may_see_its_rows() -> None:
    with connection.cursor() as cursor:
        cursor.execute(ALL_TABLES)
        there = {name for (name,) in cursor.fetchall()}
    assert there - set(tables.declared()) == set()
    for model in apps.get_models(include_auto_created=True):
        assert model._meta.db_table in tables.declared(), model


@pytest.mark.parametrize("name", sorted(set(tables.declared()) - set(GUARDED)))
def test_an_open_table_has_its_reason(name: str) -> None:
    assert len(tables.declared()[name].reason) > 10


@pytest.mark.django_db
def test_personal_data_stands_in_no_open_table_but_those_of_signing_in() -> None:
    open_to_all = {
        model._meta.db_table
        for model in apps.get_models()
        if hasattr(model, "classified")
        and not tables.declared()[model._meta.db_table].using
        and any(str(what) != "public" for what in model.classified.values())
    }
    assert open_to_all <= {
        "accounts_user", "accounts_roleassignment", "accounts_apitoken", "accounts_invitation",
        "accounts_passwordlink", "accounts_session", "accounts_tries", "accounts_usedpassword",
        "single_link",
        "units_unitversion",
        # empty patterns: what is made of them has a policy of its own
        "roster_row", "intake_row", "intake_said",
    }  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_a_session_of_the_web_server_sees_nothing_until_it_is_told(
    cast: Cast, web_role: psycopg.Connection
) -> None:
    count = "SELECT count(*) FROM people_person"
    assert web_role.execute(count).fetchone() == (0,)
    with web_role.transaction():
        web_role.execute(scope_of(cast.actor("head")).statement)
        assert web_role.execute(count).fetchone() == (len(cast.persons),)
    assert web_role.execute(count).fetchone() == (0,), "a scope ends with its transaction"
    with web_role.transaction():
        web_role.execute(scope_of(cast.actor("outsider")).statement)
        assert web_role.execute(count).fetchone() == (0,)


@pytest.mark.django_db(transaction=True)
def test_nobody_reaches_a_partition_past_its_parent(
    cast: Cast, web_role: psycopg.Connection
) -> None:
    ensure_day(DAY)
    for table in ("check_line", "obligation", "audit_event", "notice"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            web_role.execute(f"TABLE {table}_p{DAY:%Y%m%d}")


@pytest.mark.django_db(transaction=True)
def test_nobody_who_serves_may_lift_the_guard(cast: Cast, web_role: psycopg.Connection) -> None:
    for attempt in (
        "ALTER TABLE people_person DISABLE ROW LEVEL SECURITY",
        "DROP POLICY in_scope ON people_person",
        "CREATE POLICY mine ON people_person USING (true)",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            web_role.execute(attempt)
    web_role.execute("SET row_security = off")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        web_role.execute("SELECT count(*) FROM people_person")


def test_rows_are_written_in_ones_scope_only(cast: Cast) -> None:
    web = login(settings.FANGXIAN, DatabaseRole.WEB).user
    move = "UPDATE people_person SET path = %s WHERE school_id = %s"
    with rows_of(scope_of(cast.actor("head"))), connection.cursor() as cursor:
        cursor.execute(f'SET LOCAL ROLE "{web}"')
        with pytest.raises(Exception, match="row-level security"):
            cursor.execute(move, [cast.other_school.path, cast.school.id])
