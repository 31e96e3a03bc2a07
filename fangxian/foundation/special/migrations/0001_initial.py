import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = [("units", "0005_no_import_draft")]

    operations = [
        migrations.CreateModel(
            name="Collection",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("path", models.CharField(db_collation="C", max_length=200)),
                ("name", models.CharField(max_length=80, unique=True)),
                ("purpose", models.CharField(max_length=200)),
                ("ground", models.CharField(max_length=200)),
                ("opened_on", models.DateField()),
                ("destroy_by", models.DateField()),
                ("opened_by_id", models.BigIntegerField()),
                ("destroyed_at", models.DateTimeField(null=True)),
                ("destroyed_by_id", models.BigIntegerField(null=True)),
                ("second_id", models.BigIntegerField(null=True)),
                ("reason", models.CharField(default="", max_length=200)),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="units.unit",
                    ),
                ),
            ],
            options={
                "db_table": "special_collection",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("destroyed_at__isnull", True), ("destroyed_by_id__isnull", True)
                        )
                        | models.Q(
                            ("destroyed_at__isnull", False),
                            ("destroyed_by_id__isnull", False),
                            ("second_id__isnull", False),
                        ),
                        name="special_collection_destroyed_by_two",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Line",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("path", models.CharField(db_collation="C", max_length=200)),
                ("sealed", models.BinaryField()),
                ("by_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "collection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="special.collection",
                    ),
                ),
                (
                    "revises",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="revised_by",
                        to="special.line",
                    ),
                ),
            ],
            options={"db_table": "special_line"},
        ),
    ]
