"""Documents' numbers and telephones are sealed, and found by blind indexes."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import migrations, models
from psycopg import sql

import fangxian.foundation.people.models.persons
import fangxian.kernel.secrets.fields
from fangxian.kernel.secrets import blind, seal

PIECE = 5_000
COLUMNS = (
    ("people_person", "id_number", "id_blind", "id"),
    ("people_person", "phone", "phone_blind", "id"),
    ("people_guardian", "phone", "phone_blind", "person_id"),
)
NEXT = """
SELECT id, {bound}, {column} FROM {table} WHERE id > %s AND {column} <> '' ORDER BY id LIMIT %s
"""
WRITTEN = """
UPDATE {table} t SET {column} = v.sealed, {index} = v.blind
FROM unnest(%s::bigint[], %s::bytea[], %s::bytea[]) v (id, sealed, blind) WHERE t.id = v.id
"""


def _said(text: str, names: Mapping[str, str]) -> sql.Composed:
    return sql.SQL(text).format(**{name: sql.Identifier(word) for name, word in names.items()})


def seal_all(apps: Any, schema_editor: Any) -> None:
    """Seal what stands in the columns of before, piece by piece."""
    for table, column, index, bound in COLUMNS:
        with schema_editor.connection.cursor() as cursor:
            last = 0
            while True:
                cursor.execute(
                    f"SELECT id, {bound}, plain_{column} FROM {table} "  # noqa: S608
                    f"WHERE id > %s AND plain_{column} <> '' ORDER BY id LIMIT %s",
                    [last, PIECE],
                )
                rows = cursor.fetchall()
                if not rows:
                    break
                last = rows[-1][0]
                _write(cursor, table, column, index, rows)


def _write(cursor: Any, table: str, column: str, index: str, rows: Sequence[Any]) -> None:
    label = f"{table}.{column}"
    cursor.execute(
        _said(WRITTEN, {"table": table, "column": column, "index": index}),
        [
            [row[0] for row in rows],
            [seal(row[2], label, row[1]) for row in rows],
            [blind(row[2], label) for row in rows],
        ],
    )


class Migration(migrations.Migration):
    reviewed = "nothing is released yet: no code runs that misses the plain columns"
    dependencies = [("people", "0003_promotion"), ("units", "0005_no_import_draft")]

    operations = [
        migrations.RemoveConstraint(
            model_name="person",
            name="person_id_number",
        ),
        migrations.RemoveConstraint(
            model_name="person",
            name="person_id_of_a_kind",
        ),
        migrations.RemoveIndex(
            model_name="guardian",
            name="guardian_phone",
        ),
        migrations.RemoveIndex(
            model_name="person",
            name="person_phone",
        ),
        migrations.RemoveIndex(
            model_name="person",
            name="person_id_number_left",
        ),
        migrations.AlterField(
            model_name="person",
            name="id",
            field=models.BigAutoField(
                default=fangxian.foundation.people.models.persons.next_person,
                primary_key=True,
                serialize=False,
            ),
        ),
        migrations.RenameField(
            model_name="person", old_name="id_number", new_name="plain_id_number"
        ),
        migrations.RenameField(model_name="person", old_name="phone", new_name="plain_phone"),
        migrations.RenameField(model_name="guardian", old_name="phone", new_name="plain_phone"),
        migrations.AddField(
            model_name="person",
            name="id_number",
            field=fangxian.kernel.secrets.fields.SealedField(),
        ),
        migrations.AddField(
            model_name="person",
            name="phone",
            field=fangxian.kernel.secrets.fields.SealedField(),
        ),
        migrations.AddField(
            model_name="guardian",
            name="phone",
            field=fangxian.kernel.secrets.fields.SealedField(bound_to="person_id"),
        ),
        migrations.AddField(
            model_name="guardian",
            name="phone_blind",
            field=fangxian.kernel.secrets.fields.BlindField(of="phone"),
        ),
        migrations.AddField(
            model_name="person",
            name="id_blind",
            field=fangxian.kernel.secrets.fields.BlindField(of="id_number"),
        ),
        migrations.AddField(
            model_name="person",
            name="phone_blind",
            field=fangxian.kernel.secrets.fields.BlindField(of="phone"),
        ),
        migrations.RunPython(seal_all),
        migrations.RemoveField(model_name="person", name="plain_id_number"),
        migrations.RemoveField(model_name="person", name="plain_phone"),
        migrations.RemoveField(model_name="guardian", name="plain_phone"),
        migrations.AddIndex(
            model_name="guardian",
            index=models.Index(fields=["phone_blind"], name="guardian_phone"),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                condition=models.Q(("phone_blind__isnull", False)),
                fields=["phone_blind"],
                name="person_phone",
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                condition=models.Q(("id_blind__isnull", False), ("left_on__isnull", False)),
                fields=["id_blind"],
                name="person_id_number_left",
            ),
        ),
        migrations.AddConstraint(
            model_name="guardian",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("phone__isnull", True), ("phone_blind", None)),
                    models.Q(("phone__isnull", False), ("phone_blind__isnull", False)),
                    _connector="OR",
                ),
                name="guardian_phone_found",
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.UniqueConstraint(
                condition=models.Q(("id_blind__isnull", False), ("left_on", None)),
                fields=("id_blind",),
                name="person_id_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("id_blind", None), ("id_kind", ""), ("id_number__isnull", True)),
                    models.Q(
                        models.Q(("id_kind", ""), _negated=True),
                        ("id_blind__isnull", False),
                        ("id_number__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="person_id_of_a_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("phone__isnull", True), ("phone_blind", None)),
                    models.Q(("phone__isnull", False), ("phone_blind__isnull", False)),
                    _connector="OR",
                ),
                name="person_phone_found",
            ),
        ),
    ]
