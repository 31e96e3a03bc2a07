from django.db import migrations, models

AUDIT = """
CREATE SEQUENCE audit_event_id_seq AS bigint;
CREATE TABLE audit_event (
    day      date        NOT NULL,
    id       bigint      NOT NULL DEFAULT nextval('audit_event_id_seq'),
    at       timestamptz NOT NULL,
    event    varchar(60) NOT NULL,
    by_id    bigint,
    token_id bigint,
    unit_id  bigint,
    path     varchar(200) COLLATE "C" NOT NULL DEFAULT '',
    subject  varchar(200) NOT NULL DEFAULT '',
    detail   jsonb       NOT NULL DEFAULT '{}',
    PRIMARY KEY (day, id)
) PARTITION BY RANGE (day);
ALTER SEQUENCE audit_event_id_seq OWNED BY audit_event.id;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Installation",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("is_demo", models.BooleanField()),
                ("scenario", models.CharField(default="", max_length=20)),
                ("created_at", models.DateTimeField()),
                ("clock_real_at", models.DateTimeField(null=True)),
                ("clock_demo_at", models.DateTimeField(null=True)),
                ("clock_speed", models.FloatField(default=1.0)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="installation_is_one"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("clock_demo_at__isnull", True), ("clock_real_at__isnull", True)
                        )
                        | models.Q(
                            ("clock_demo_at__isnull", False),
                            ("clock_real_at__isnull", False),
                            ("is_demo", True),
                        ),
                        name="installation_clock_paired_and_demo_only",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("clock_speed__gt", 0)),
                        name="installation_speed_positive",
                    ),
                ],
            },
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(AUDIT, "DROP TABLE audit_event")],
            state_operations=[
                migrations.CreateModel(
                    name="AuditEvent",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "day",
                                "id",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        (
                            "id",
                            models.BigIntegerField(
                                help_text="from the sequence audit_event_id_seq"
                            ),
                        ),
                        ("day", models.DateField()),
                        ("at", models.DateTimeField()),
                        ("event", models.CharField(max_length=60)),
                        ("by_id", models.BigIntegerField(null=True)),
                        ("token_id", models.BigIntegerField(null=True)),
                        ("unit_id", models.BigIntegerField(null=True)),
                        (
                            "path",
                            models.CharField(db_collation="C", default="", max_length=200),
                        ),
                        ("subject", models.CharField(default="", max_length=200)),
                        ("detail", models.JSONField(default=dict)),
                    ],
                    options={"db_table": "audit_event"},
                ),
            ],
        ),
    ]
