from django.db import migrations, models

# Columns of fixed width come first: a board reads all rows of a day, and finds them by offset.
OBLIGATION = """
CREATE TABLE obligation (
    unit_id      bigint       NOT NULL,
    school_id    bigint       NOT NULL,
    bureau_id    bigint       NOT NULL,
    due_at       timestamptz  NOT NULL,
    day          date         NOT NULL,
    roll         integer,
    told_at      timestamptz,
    received_at  timestamptz,
    excused_at   timestamptz,
    cancelled_at timestamptz,
    accounted    integer,
    answered_by  bigint,
    excused_by   bigint,
    kind         varchar(24)  COLLATE "C" NOT NULL,
    path         varchar(200) COLLATE "C" NOT NULL,
    subject      varchar(40)  COLLATE "C" NOT NULL DEFAULT '',
    channel      varchar(10),
    on_behalf_of varchar(60),
    reason       varchar(200),
    PRIMARY KEY (day, kind, unit_id, subject, school_id),
    CONSTRAINT obligation_answer_paired CHECK ((told_at IS NULL) = (received_at IS NULL)),
    CONSTRAINT obligation_told_before_received CHECK (told_at <= received_at),
    CONSTRAINT obligation_excuse_has_reason
        CHECK ((excused_at IS NULL AND cancelled_at IS NULL) OR reason IS NOT NULL),
    CONSTRAINT obligation_counts CHECK (roll >= 0 AND accounted >= 0)
) PARTITION BY RANGE (day);
COMMENT ON TABLE obligation IS 'day partitions: fillfactor=70';
CREATE INDEX obligation_path ON obligation (kind, path);
"""

KEY = {"blank": True, "editable": False, "primary_key": True, "serialize": False}


class Migration(migrations.Migration):
    initial = True
    dependencies = [("kernel", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(OBLIGATION, "DROP TABLE obligation")],
            state_operations=[
                migrations.CreateModel(
                    name="Obligation",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "day", "kind", "unit_id", "subject", "school_id", **KEY
                            ),
                        ),
                        ("day", models.DateField()),
                        ("kind", models.CharField(db_collation="C", max_length=24)),
                        ("unit_id", models.BigIntegerField()),
                        (
                            "subject",
                            models.CharField(db_collation="C", default="", max_length=40),
                        ),
                        ("school_id", models.BigIntegerField()),
                        ("bureau_id", models.BigIntegerField()),
                        ("path", models.CharField(db_collation="C", max_length=200)),
                        ("due_at", models.DateTimeField()),
                        ("roll", models.IntegerField(null=True)),
                        ("told_at", models.DateTimeField(null=True)),
                        ("received_at", models.DateTimeField(null=True)),
                        ("answered_by", models.BigIntegerField(null=True)),
                        (
                            "channel",
                            models.CharField(
                                choices=[
                                    ("web", "On this system"),
                                    ("api", "From another program"),
                                    ("phone", "By telephone"),
                                    ("paper", "On paper"),
                                    ("message", "By message"),
                                    ("in_person", "In person"),
                                ],
                                max_length=10,
                                null=True,
                            ),
                        ),
                        ("on_behalf_of", models.CharField(max_length=60, null=True)),
                        ("accounted", models.IntegerField(null=True)),
                        ("excused_at", models.DateTimeField(null=True)),
                        ("excused_by", models.BigIntegerField(null=True)),
                        ("reason", models.CharField(max_length=200, null=True)),
                        ("cancelled_at", models.DateTimeField(null=True)),
                    ],
                    options={"db_table": "obligation"},
                ),
            ],
        ),
        migrations.CreateModel(
            name="ObligationDay",
            fields=[
                ("pk", models.CompositePrimaryKey("day", "kind", **KEY)),
                ("day", models.DateField()),
                ("kind", models.CharField(db_collation="C", max_length=24)),
                ("expected", models.IntegerField()),
                ("made_at", models.DateTimeField()),
                ("frozen_at", models.DateTimeField()),
            ],
            options={"db_table": "obligation_day"},
        ),
        migrations.CreateModel(
            name="Chase",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("day", models.DateField()),
                ("kind", models.CharField(db_collation="C", max_length=24)),
                ("unit_id", models.BigIntegerField()),
                ("school_id", models.BigIntegerField()),
                ("path", models.CharField(db_collation="C", max_length=200)),
                ("chased_at", models.DateTimeField()),
                ("chased_by", models.BigIntegerField(null=True)),
                ("from_name_zh", models.CharField(max_length=120)),
                ("from_name_en", models.CharField(default="", max_length=160)),
            ],
            options={
                "db_table": "obligation_chase",
                "indexes": [
                    models.Index(fields=["day", "kind", "unit_id"], name="chase_unit"),
                    models.Index(fields=["day", "school_id"], name="chase_school"),
                ],
            },
        ),
    ]
