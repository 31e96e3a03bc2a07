"""A school's year-end promotion; an index for the days on which people leave groups."""

import datetime

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0002_roster"),
        ("units", "0004_grade"),
    ]

    operations = [
        migrations.CreateModel(
            name="Promotion",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("path", models.CharField(db_collation="C", max_length=200)),
                ("effective_on", models.DateField()),
                ("steps", models.JSONField()),
                ("opened", models.JSONField(default=list)),
                ("by_id", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField()),
                ("undone_by_id", models.BigIntegerField(null=True)),
                ("undone_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddIndex(
            model_name="membership",
            index=models.Index(
                condition=models.Q(("valid_to__lt", datetime.date(9999, 12, 31))),
                fields=["valid_to"],
                name="membership_ended",
            ),
        ),
        migrations.AddField(
            model_name="promotion",
            name="school",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="units.unit",
            ),
        ),
        migrations.AddConstraint(
            model_name="promotion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undone_at", None)),
                fields=("path", "effective_on"),
                name="promotion_once",
            ),
        ),
    ]
