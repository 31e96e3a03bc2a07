"""Migrations that may run while people work: no long lock, nothing that running code misses.

Everything after the baseline is looked at: tools/migrations.txt, the last migration of each app in
a release, written by `python -m tools.check_migrations --release`. `fangxian up` migrates before
it replaces its processes, so for a while old code meets new tables. A migration that was thought
through all the same says why:

    class Migration(migrations.Migration):
        reviewed = "the table has one row"
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
from django.db import models
from django.db.migrations import AddConstraint, AddField, AddIndex, AlterField, Migration, RunSQL
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import (
    AlterUniqueTogether,
    CreateModel,
    DeleteModel,
    RemoveField,
    RenameField,
    RenameModel,
)
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

BASELINE = Path(__file__).with_name("migrations.txt")
OURS = "fangxian."
GONE = (DeleteModel, RemoveField, RenameField, RenameModel)
CREATED = re.compile(
    r"(?i)CREATE\s+(?:UNLOGGED\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(?:\w+\.)?(\w+)"
)
ALTER = r"(?is)ALTER\s+TABLE\s+(?:ONLY\s+)?(\w+)\s+"
COLUMN = rf"{ALTER}ALTER\s+(?:COLUMN\s+)?\w+\s+"
INDEX = r"(?is)CREATE\s+(?:UNIQUE\s+)?INDEX\s+(?!CONCURRENTLY).*?\bON\s+(?:ONLY\s+)?(\w+)"
STATEMENTS = {
    INDEX: "an index made without CONCURRENTLY stops all writing",
    rf"{ALTER}ADD\s+CONSTRAINT\b(?!.*NOT\s+VALID)": (
        "a constraint added without NOT VALID reads the whole table under a lock"
    ),
    rf"{COLUMN}(?:SET\s+DATA\s+)?TYPE": "another type writes the whole table anew under a lock",
    rf"{COLUMN}SET\s+NOT\s+NULL": "SET NOT NULL reads the whole table under a lock",
    r"(?is)\bLOCK\s+TABLE\s+(\w+)": "nobody may wait for a lock on a whole table",
    r"(?is)\bVACUUM\s+FULL\s+(\w+)": "VACUUM FULL locks everybody out",
}


def main() -> int:
    """Print what is wrong; 1 when something is."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fangxian.config.settings")
    django.setup(set_prefix=False)
    loader = MigrationLoader(None, ignore_no_migrations=True)
    if "--release" in sys.argv:
        BASELINE.write_text(_released(loader))
    found = list(problems(loader, _baseline()))
    for line in found:
        print(line)
    print(f"migrations: {'fine' if not found else f'{len(found)} to look at'}")
    return 1 if found else 0


def problems(loader: MigrationLoader, baseline: dict[str, str]) -> Iterator[str]:
    """Everything after the baseline that locks for long or leaves running code behind."""
    from django.apps import apps

    for (app, name), migration in sorted(loader.disk_migrations.items()):
        ours = apps.get_app_config(app).name.startswith(OURS)
        if ours and name > baseline.get(app, "") and not getattr(migration, "reviewed", ""):
            before = loader.project_state((app, name), at_end=False)
            yield from (f"{app}.{name}: {said}" for said in judge(migration, before))


def judge(migration: Migration, state: ProjectState) -> Iterator[str]:
    """What one migration would do to those who work meanwhile."""
    fresh: set[str] = set()
    for operation in migration.operations:
        if isinstance(operation, CreateModel):
            fresh.add(operation.name_lower)
        model = getattr(operation, "model_name_lower", getattr(operation, "name_lower", ""))
        if isinstance(operation, RunSQL):
            yield from _sql(operation, fresh)
        elif model not in fresh:
            yield from _operation(operation, migration.app_label, state)
        state = state.clone()
        operation.state_forwards(migration.app_label, state)


def _operation(operation: Operation, app: str, state: ProjectState) -> Iterator[str]:
    said = operation.describe()
    if isinstance(operation, GONE):
        yield f"{said}: running code still asks for it; remove it a release after its last use"
    elif isinstance(operation, AddIndex) and type(operation) is AddIndex:
        yield f"{said}: it stops all writing; use AddIndexConcurrently"
    elif isinstance(operation, AddConstraint) and type(operation) is AddConstraint:
        yield f"{said}: it reads the whole table under a lock; use AddConstraintNotValid"
    elif isinstance(operation, AlterUniqueTogether):
        yield f"{said}: it stops all writing; make a unique index concurrently"
    elif isinstance(operation, AddField) and _must_be_filled(operation.field):
        yield f"{said}: running code does not fill it; give it null=True or a db_default"
    elif isinstance(operation, AlterField):
        old = state.models[app, operation.model_name_lower].fields[operation.name]
        yield from _altered(said, old, operation.field)


def _altered(said: str, old: Any, new: Any) -> Iterator[str]:
    from django.db import connection

    if old.null and not new.null:
        yield f"{said}: NOT NULL reads the whole table under a lock"
    if not _is_widened(old, new) and _type(old, connection) != _type(new, connection):
        yield f"{said}: another type writes the whole table anew under a lock"


def _is_widened(old: Any, new: Any) -> bool:
    longest = (getattr(old, "max_length", None), getattr(new, "max_length", None))
    if type(old) is not type(new) or not isinstance(old, models.CharField):
        return False
    return longest[1] is None or (longest[0] is not None and longest[1] >= longest[0])


def _type(field: Any, connection: Any) -> str:
    """The column's type as the database writes it; a key has its target's, which stays."""
    return "key" if field.remote_field else str(field.db_type(connection))


def _must_be_filled(field: Any) -> bool:
    has_default = field.db_default is not models.NOT_PROVIDED
    return not (field.null or field.many_to_many or has_default)


def _sql(operation: RunSQL, fresh: set[str]) -> Iterator[str]:
    parts = operation.sql if isinstance(operation.sql, (list, tuple)) else [operation.sql]
    text = "\n".join(part if isinstance(part, str) else str(part[0]) for part in parts)
    made = {name.lower() for name in CREATED.findall(text)}
    for statement in re.split(r";\s*\n", text):
        for pattern, said in STATEMENTS.items():
            match = re.search(pattern, statement)
            if match and match.group(1).lower() not in made | fresh:
                yield f"{match.group(1)}: {said}"


def _released(loader: MigrationLoader) -> str:
    from django.apps import apps

    last = {
        app: name
        for app, name in sorted(loader.disk_migrations)
        if apps.get_app_config(app).name.startswith(OURS)
    }
    return "".join(f"{app} {name}\n" for app, name in last.items())


def _baseline() -> dict[str, str]:
    lines = BASELINE.read_text().split("\n") if BASELINE.exists() else []
    pairs = (line.split() for line in lines if line.strip() and not line.startswith("#"))
    return {app: name for app, name in pairs}


if __name__ == "__main__":
    sys.exit(main())
