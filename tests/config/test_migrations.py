"""Migrations that people may work through: what locks for long is seen, and none waits long."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.contrib.postgres.operations import AddIndexConcurrently
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, migrations, models
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState

from fangxian.console.management.commands import migrate
from tools.check_migrations import judge

INDEX = models.Index(fields=["name"], name="thing_name")


def state() -> ProjectState:
    fields: list[tuple[str, models.Field[Any, Any]]] = [
        ("id", models.BigAutoField(primary_key=True)),
        ("name", models.CharField(max_length=20, null=True)),
    ]
    made = ProjectState()
    made.add_model(ModelState("units", "Thing", fields))
    return made


def said(*operations: Operation) -> list[str]:
    migration = migrations.Migration("0009_next", "units")
    migration.operations = list(operations)  # type: ignore[misc]
    return list(judge(migration, state()))


def field(made: models.Field[Any, Any], name: str = "more") -> migrations.AddField:
    return migrations.AddField("Thing", name, made)


@pytest.mark.parametrize(
    ("operation", "word"),
    [
        (migrations.AddIndex("Thing", INDEX), "AddIndexConcurrently"),
        (field(models.IntegerField(default=0)), "db_default"),
        (migrations.RemoveField("Thing", "name"), "a release after"),
        (migrations.AlterField("Thing", "name", models.CharField(max_length=20)), "NOT NULL"),
        (migrations.AlterField("Thing", "name", models.TextField(null=True)), "another type"),
        (
            migrations.AlterField("Thing", "name", models.CharField(max_length=9, null=True)),
            "another type",
        ),
        (
            migrations.AddConstraint(
                "Thing", models.CheckConstraint(condition=models.Q(id__gt=0), name="positive")
            ),
            "AddConstraintNotValid",
        ),
        (migrations.RunSQL("CREATE INDEX i ON units_thing (name)"), "CONCURRENTLY"),
        (migrations.RunSQL("ALTER TABLE units_thing ADD CONSTRAINT c CHECK (true)"), "NOT VALID"),
        (migrations.RunSQL("ALTER TABLE units_thing ALTER COLUMN name TYPE text"), "another type"),
        (migrations.RunSQL("ALTER TABLE t ALTER name SET NOT NULL"), "NOT NULL"),
        (migrations.RunSQL("LOCK TABLE units_thing"), "lock on a whole table"),
    ],
)
def test_what_would_stop_people_is_seen(operation: Operation, word: str) -> None:
    (line,) = said(operation)
    assert word in line


@pytest.mark.parametrize(
    "operation",
    [
        AddIndexConcurrently("Thing", INDEX),
        field(models.CharField(max_length=9, db_default="")),
        field(models.IntegerField(db_default=0)),
        migrations.AlterField("Thing", "name", models.CharField(max_length=40, null=True)),
        migrations.RunSQL("CREATE TABLE fresh (id int);\nCREATE INDEX i ON fresh (id)"),
        migrations.RunSQL("ALTER TABLE t ADD CONSTRAINT c CHECK (true) NOT VALID"),
    ],
)
def test_what_stops_nobody_is_fine(operation: Operation) -> None:
    assert said(operation) == []


def test_a_table_made_in_the_same_migration_has_no_rows() -> None:
    created = migrations.CreateModel("Fresh", [("id", models.BigAutoField(primary_key=True))])
    index = models.Index(fields=["id"], name="fresh_id")
    assert said(created, migrations.AddIndex("Fresh", index)) == []


@pytest.fixture
def in_use(web_role: psycopg.Connection) -> Iterator[None]:
    """Somebody reads the table of migrations in a long transaction, and so holds its lock."""
    with web_role.transaction():
        web_role.execute("SELECT count(*) FROM audit_event")
        yield


def test_a_migration_gives_up_on_a_lock(in_use: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "LOCK_TIMEOUT", "100ms")
    monkeypatch.setattr(migrate, "TRIES", 2)
    monkeypatch.setattr(migrate, "PAUSE_SECONDS", 0)

    def handle(self: object, *args: object, **options: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE audit_event ADD COLUMN more integer")

    monkeypatch.setattr(migrate.Command.__base__, "handle", handle)
    with pytest.raises(CommandError, match="in use by others"):
        call_command("migrate", verbosity=0)
    connection.close()
