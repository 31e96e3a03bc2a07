"""Web and worker may serve people; they may not change the house."""

from __future__ import annotations

import psycopg
import pytest
from django.db import connection

OWNED = """
SELECT count(*) FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
WHERE r.rolname = current_user"""
POWERS = """
SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb
FROM pg_roles WHERE rolname = current_user"""


def test_web_owns_nothing_and_has_no_powers(web_role: psycopg.Connection) -> None:
    assert web_role.execute(OWNED).fetchone() == (0,)
    assert web_role.execute(POWERS).fetchone() == (False, False, False, False)


def test_what_webs_sessions_begin_with_comes_with_the_role(web_role: psycopg.Connection) -> None:
    assert web_role.execute("SHOW plan_cache_mode").fetchone() == ("force_generic_plan",)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE intruder (id int)",
        "DROP TABLE audit_event",
        "DELETE FROM audit_event",
        "UPDATE audit_event SET event = 'nothing happened'",
        "TRUNCATE audit_event",
        "DELETE FROM django_migrations",
        "ALTER TABLE kernel_installation DISABLE ROW LEVEL SECURITY",
    ],
)
def test_web_is_refused(web_role: psycopg.Connection, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        web_role.execute(statement)


def test_web_writes_and_reads_an_ordinary_table(web_role: psycopg.Connection) -> None:
    web_role.execute("UPDATE kernel_installation SET scenario = '' WHERE false")
    web_role.execute("SELECT count(*) FROM audit_event")


def test_web_makes_a_days_partitions_only_through_the_function(
    web_role: psycopg.Connection,
) -> None:
    web_role.execute("SELECT ensure_day('2031-05-07')")
    web_role.execute(
        "INSERT INTO audit_event (day, at, event) VALUES ('2031-05-07', '2031-05-07', 'x')"
    )
    assert web_role.execute("SELECT ensure_day('2031-05-07')").fetchone() == (0,)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        web_role.execute("SELECT * FROM audit_event_p20310507")
    with pytest.raises(psycopg.errors.RaiseException):
        web_role.execute("SELECT ensure_day('1999-12-31')")


def test_as_web_narrows_djangos_connection(as_web: None) -> None:
    with connection.cursor() as cursor, pytest.raises(Exception, match="permission denied"):
        cursor.execute("DELETE FROM audit_event")
