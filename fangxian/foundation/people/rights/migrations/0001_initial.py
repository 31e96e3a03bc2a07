import django.db.models.deletion
from django.db import migrations, models

import fangxian.kernel.secrets.fields

UNIT = {
    "db_constraint": False,
    "db_index": False,
    "on_delete": django.db.models.deletion.PROTECT,
    "related_name": "+",
    "to": "units.unit",
}
ASKED_BY = [
    ("person", "the person"),
    ("guardian", "a guardian"),
    ("school", "the school itself, which found a mistake"),
]


class Migration(migrations.Migration):
    initial = True
    dependencies = [("people", "0003_promotion"), ("units", "0005_no_import_draft")]

    operations = [
        migrations.CreateModel(
            name="Correction",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("path", models.CharField(db_collation="C", max_length=200)),
                ("name", models.CharField(db_collation="C", max_length=20)),
                ("before", fangxian.kernel.secrets.fields.SealedField()),
                ("after", fangxian.kernel.secrets.fields.SealedField()),
                ("asked_by", models.CharField(choices=ASKED_BY, max_length=10)),
                ("reason", models.CharField(max_length=200)),
                ("by_id", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="corrections",
                        to="people.person",
                    ),
                ),
                ("school", models.ForeignKey(**UNIT)),
            ],
            options={"abstract": False},
        ),
    ]
