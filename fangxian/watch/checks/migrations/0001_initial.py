from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

TABLES = """
CREATE SEQUENCE check_revision_id_seq AS bigint;
CREATE TABLE check_revision (
    day                 date         NOT NULL,
    unit_id             bigint       NOT NULL,
    id                  bigint       NOT NULL DEFAULT nextval('check_revision_id_seq'),
    revises             bigint,
    school_id           bigint       NOT NULL,
    recorded_by         bigint,
    token_id            bigint,
    told_at             timestamptz  NOT NULL,
    received_at         timestamptz  NOT NULL,
    enrolled            integer      NOT NULL,
    present             integer,
    not_known           integer,
    absent_ill          integer,
    absent_leave        integer,
    absent_unknown      integer,
    absent_other        integer,
    symptomatic_present integer      NOT NULL,
    fever               integer      NOT NULL,
    reached_well        integer,
    reached_ill         integer,
    not_reached         integer,
    at_campus           integer,
    at_city             integer,
    at_province         integer,
    at_elsewhere        integer,
    at_abroad           integer,
    revision            smallint     NOT NULL,
    is_current          boolean      NOT NULL DEFAULT true,
    session             varchar(8)   COLLATE "C" NOT NULL,
    path                varchar(200) COLLATE "C" NOT NULL,
    digest              bytea        NOT NULL,
    channel             varchar(10)  NOT NULL,
    on_behalf_of        varchar(60),
    PRIMARY KEY (day, unit_id, session, revision, school_id),
    CONSTRAINT check_counts CHECK (
        enrolled >= 0 AND symptomatic_present >= 0 AND fever >= 0 AND revision >= 1
        AND least(present, not_known, absent_ill, absent_leave, absent_unknown, absent_other,
                  reached_well, reached_ill, not_reached,
                  at_campus, at_city, at_province, at_elsewhere, at_abroad) >= 0),
    CONSTRAINT check_adds_up CHECK (
        CASE WHEN session = 'home'
            THEN reached_well + reached_ill + not_reached = enrolled AND present IS NULL
                 AND at_campus + at_city + at_province + at_elsewhere + at_abroad
                     BETWEEN reached_well + reached_ill AND enrolled
            ELSE present + absent_ill + absent_leave + absent_unknown + absent_other + not_known
                     = enrolled
                 AND reached_well IS NULL AND symptomatic_present <= present
        END IS TRUE),
    CONSTRAINT check_told_before_received CHECK (told_at <= received_at),
    CONSTRAINT check_first_revises_nothing CHECK ((revision = 1) = (revises IS NULL))
) PARTITION BY RANGE (day);
COMMENT ON TABLE check_revision IS 'day partitions: fillfactor=90';
ALTER SEQUENCE check_revision_id_seq OWNED BY check_revision.id;
CREATE UNIQUE INDEX check_one_current ON check_revision (day, unit_id, session, school_id)
    WHERE is_current;
CREATE INDEX check_school ON check_revision (school_id, day);

CREATE TABLE check_line (
    day         date         NOT NULL,
    unit_id     bigint       NOT NULL,
    school_id   bigint       NOT NULL,
    person_id   bigint,
    known_at    timestamptz  NOT NULL,
    revision    smallint     NOT NULL,
    number      smallint     NOT NULL,
    is_present  boolean      NOT NULL,
    session     varchar(8)   COLLATE "C" NOT NULL,
    path        varchar(200) COLLATE "C" NOT NULL,
    name        varchar(60)  NOT NULL DEFAULT '',
    reason      varchar(16)  NOT NULL,
    symptoms    varchar(24)[] NOT NULL DEFAULT '{}',
    temperature numeric(3, 1),
    PRIMARY KEY (day, unit_id, session, revision, number, school_id),
    CONSTRAINT check_line_temperature CHECK (temperature BETWEEN 30 AND 45)
) PARTITION BY RANGE (day);
CREATE INDEX check_line_school ON check_line (school_id, day);
CREATE INDEX check_line_person ON check_line (person_id, day) WHERE person_id IS NOT NULL;
"""

KEY = {"blank": True, "editable": False, "primary_key": True, "serialize": False}
COUNT = {"null": True}

CHECK_FIELDS = [
    (
        "pk",
        models.CompositePrimaryKey("day", "unit_id", "session", "revision", "school_id", **KEY),
    ),
    ("id", models.BigIntegerField(help_text="from the sequence check_revision_id_seq")),
    ("day", models.DateField()),
    ("unit_id", models.BigIntegerField()),
    ("session", models.CharField(db_collation="C", max_length=8)),
    ("revision", models.SmallIntegerField()),
    ("is_current", models.BooleanField(default=True)),
    ("revises", models.BigIntegerField(null=True)),
    ("school_id", models.BigIntegerField()),
    ("path", models.CharField(db_collation="C", max_length=200)),
    ("enrolled", models.IntegerField()),
    ("present", models.IntegerField(**COUNT)),
    ("not_known", models.IntegerField(**COUNT)),
    ("absent_ill", models.IntegerField(**COUNT)),
    ("absent_leave", models.IntegerField(**COUNT)),
    ("absent_unknown", models.IntegerField(**COUNT)),
    ("absent_other", models.IntegerField(**COUNT)),
    ("symptomatic_present", models.IntegerField(default=0)),
    ("fever", models.IntegerField(default=0)),
    ("reached_well", models.IntegerField(**COUNT)),
    ("reached_ill", models.IntegerField(**COUNT)),
    ("not_reached", models.IntegerField(**COUNT)),
    ("at_campus", models.IntegerField(**COUNT)),
    ("at_city", models.IntegerField(**COUNT)),
    ("at_province", models.IntegerField(**COUNT)),
    ("at_elsewhere", models.IntegerField(**COUNT)),
    ("at_abroad", models.IntegerField(**COUNT)),
    ("digest", models.BinaryField(max_length=32)),
    ("recorded_by", models.BigIntegerField(null=True)),
    ("token_id", models.BigIntegerField(null=True)),
    ("on_behalf_of", models.CharField(max_length=60, null=True)),
    ("channel", models.CharField(max_length=10)),
    ("told_at", models.DateTimeField()),
    ("received_at", models.DateTimeField()),
]
LINE_FIELDS = [
    (
        "pk",
        models.CompositePrimaryKey(
            "day", "unit_id", "session", "revision", "number", "school_id", **KEY
        ),
    ),
    ("day", models.DateField()),
    ("unit_id", models.BigIntegerField()),
    ("session", models.CharField(db_collation="C", max_length=8)),
    ("revision", models.SmallIntegerField()),
    ("number", models.SmallIntegerField()),
    ("school_id", models.BigIntegerField()),
    ("path", models.CharField(db_collation="C", max_length=200)),
    ("person_id", models.BigIntegerField(null=True)),
    ("name", models.CharField(default="", max_length=60)),
    ("is_present", models.BooleanField()),
    ("reason", models.CharField(max_length=16)),
    (
        "symptoms",
        ArrayField(base_field=models.CharField(max_length=24), default=list, size=None),
    ),
    ("temperature", models.DecimalField(decimal_places=1, max_digits=3, null=True)),
    ("known_at", models.DateTimeField()),
]


class Migration(migrations.Migration):
    initial = True
    dependencies = [("kernel", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(TABLES, "DROP TABLE check_line; DROP TABLE check_revision")
            ],
            state_operations=[
                migrations.CreateModel(
                    name="Check", fields=CHECK_FIELDS, options={"db_table": "check_revision"}
                ),
                migrations.CreateModel(
                    name="CheckLine", fields=LINE_FIELDS, options={"db_table": "check_line"}
                ),
            ],
        ),
    ]
