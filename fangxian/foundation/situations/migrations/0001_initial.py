import datetime

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("units", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ResponseLevel",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("level", models.PositiveSmallIntegerField()),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(default=datetime.date(9999, 12, 31))),
                ("home_checks", models.BooleanField(default=False)),
                ("noon_checks", models.BooleanField(default=False)),
                ("document", models.CharField(blank=True, default="", max_length=200)),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="response_levels",
                        to="units.unit",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("level__gte", 1), ("level__lte", 4)),
                        name="responselevel_one_to_four",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("valid_from__lt", models.F("valid_to"))),
                        name="responselevel_dates_in_order",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("valid_to", datetime.date(9999, 12, 31))),
                        fields=("unit",),
                        name="responselevel_one_open",
                    ),
                ],
            },
        ),
        # two levels at one unit never overlap; the ranges need no extension
        migrations.RunSQL(
            sql="""
                ALTER TABLE situations_responselevel
                ADD CONSTRAINT responselevel_no_overlap EXCLUDE USING gist (
                    int8range(unit_id, unit_id, '[]') WITH &&,
                    daterange(valid_from, valid_to) WITH &&
                )
            """,
            reverse_sql="""
                ALTER TABLE situations_responselevel DROP CONSTRAINT responselevel_no_overlap
            """,
        ),
    ]
