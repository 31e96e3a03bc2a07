import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FIRING = """
CREATE TABLE escalation_firing (
    unit_id     bigint       NOT NULL,
    school_id   bigint       NOT NULL DEFAULT 0,
    fired_at    timestamptz  NOT NULL,
    day         date         NOT NULL,
    silent      integer      NOT NULL,
    told        integer      NOT NULL DEFAULT 0,
    gaps        integer      NOT NULL DEFAULT 0,
    kind        varchar(24)  COLLATE "C" NOT NULL,
    rung        varchar(24)  COLLATE "C" NOT NULL,
    level       varchar(16)  COLLATE "C" NOT NULL,
    path        varchar(200) COLLATE "C" NOT NULL,
    raised_to   varchar(16)  COLLATE "C" NOT NULL DEFAULT '',
    folded_into varchar(24)  COLLATE "C" NOT NULL DEFAULT '',
    PRIMARY KEY (day, kind, rung, unit_id, school_id),
    CONSTRAINT escalation_firing_counts CHECK (silent > 0 AND told >= 0 AND gaps >= 0)
) PARTITION BY RANGE (day);
CREATE INDEX escalation_firing_path ON escalation_firing (path, kind);
"""

KEY = {"blank": True, "editable": False, "primary_key": True, "serialize": False}
ROLES = [
    ("school_reporter", "School reporter"),
    ("head", "Head of school"),
    ("county_officer", "County officer"),
    ("city_officer", "City officer"),
    ("province_officer", "Province officer"),
]


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ("accounts", "0001_initial"),
        ("obligations", "0001_initial"),
        ("units", "0001_initial"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(FIRING, "DROP TABLE escalation_firing")],
            state_operations=[
                migrations.CreateModel(
                    name="Firing",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "day", "kind", "rung", "unit_id", "school_id", **KEY
                            ),
                        ),
                        ("day", models.DateField()),
                        ("kind", models.CharField(db_collation="C", max_length=24)),
                        ("rung", models.CharField(db_collation="C", max_length=24)),
                        ("unit_id", models.BigIntegerField()),
                        ("level", models.CharField(db_collation="C", max_length=16)),
                        ("school_id", models.BigIntegerField(default=0)),
                        ("path", models.CharField(db_collation="C", max_length=200)),
                        ("fired_at", models.DateTimeField()),
                        ("silent", models.IntegerField()),
                        ("told", models.IntegerField(default=0)),
                        ("gaps", models.IntegerField(default=0)),
                        (
                            "raised_to",
                            models.CharField(db_collation="C", default="", max_length=16),
                        ),
                        (
                            "folded_into",
                            models.CharField(db_collation="C", default="", max_length=24),
                        ),
                    ],
                    options={"db_table": "escalation_firing"},
                ),
            ],
        ),
        migrations.CreateModel(
            name="Decided",
            fields=[
                ("pk", models.CompositePrimaryKey("day", "kind", "rung", "due_at", **KEY)),
                ("day", models.DateField()),
                ("kind", models.CharField(db_collation="C", max_length=24)),
                ("rung", models.CharField(db_collation="C", max_length=24)),
                ("due_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField()),
            ],
            options={"db_table": "escalation_decided"},
        ),
        migrations.CreateModel(
            name="Acknowledgement",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("day", models.DateField()),
                ("kind", models.CharField(db_collation="C", max_length=24)),
                ("unit_id", models.BigIntegerField()),
                ("school_id", models.BigIntegerField(default=0)),
                ("path", models.CharField(db_collation="C", max_length=200)),
                (
                    "levels",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=16), size=None
                    ),
                ),
                (
                    "bureaus",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), size=None
                    ),
                ),
                ("at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "escalation_acknowledgement",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("day", "kind", "unit_id", "by"),
                        name="acknowledgement_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Substitute",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("role", models.CharField(choices=ROLES, max_length=20)),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("set_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "set_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="substitutes",
                        to="units.unit",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="substitutes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "escalation_substitute",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("first_day__lte", models.F("last_day"))),
                        name="substitute_days_in_order",
                    )
                ],
            },
        ),
    ]
