from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

TABLES = """
CREATE TABLE daily_report (
    day        date         NOT NULL,
    school_id  bigint       NOT NULL,
    bureau_id  bigint       NOT NULL,
    signed_by  bigint,
    signed_at  timestamptz,
    decided_by bigint,
    decided_at timestamptz,
    revision   smallint     NOT NULL DEFAULT 0,
    state      varchar(8)   COLLATE "C" NOT NULL,
    path       varchar(200) COLLATE "C" NOT NULL,
    comment    varchar(500) NOT NULL DEFAULT '',
    PRIMARY KEY (day, school_id),
    CONSTRAINT daily_report_state
        CHECK (state IN ('draft', 'signed', 'returned', 'accepted', 'revised')),
    CONSTRAINT daily_report_signed CHECK (
        (signed_at IS NULL) = (state = 'draft') AND (revision = 0) = (state = 'draft')
        AND revision >= 0 AND (signed_by IS NULL OR signed_at IS NOT NULL)),
    CONSTRAINT daily_report_decided CHECK (
        (state NOT IN ('accepted', 'returned') OR decided_at IS NOT NULL)
        AND (decided_by IS NULL OR decided_at IS NOT NULL)),
    CONSTRAINT daily_report_returned_with_comment CHECK (state <> 'returned' OR comment <> ''),
    CONSTRAINT daily_report_own_signature
        CHECK (state <> 'accepted' OR decided_by IS DISTINCT FROM signed_by OR signed_by IS NULL)
) PARTITION BY RANGE (day);
COMMENT ON TABLE daily_report IS 'day partitions: fillfactor=80';
CREATE INDEX daily_report_path ON daily_report (path);
CREATE INDEX daily_report_waiting ON daily_report (bureau_id, state);

CREATE TABLE report_revision (
    day                date         NOT NULL,
    school_id          bigint       NOT NULL,
    bureau_id          bigint       NOT NULL,
    signed_by          bigint,
    signed_at          timestamptz  NOT NULL,
    cutoff_from        timestamptz  NOT NULL,
    cutoff_at          timestamptz  NOT NULL,
    dictionary_version integer      NOT NULL,
    groups_expected    integer      NOT NULL,
    groups_answered    integer      NOT NULL,
    people_total       integer,
    people_accounted   integer,
    zero_total         integer,
    revision           smallint     NOT NULL,
    is_full_zero       boolean      NOT NULL,
    path               varchar(200) COLLATE "C" NOT NULL,
    figures            integer[]    NOT NULL,
    entered            jsonb        NOT NULL DEFAULT '[]',
    PRIMARY KEY (day, school_id, revision),
    CONSTRAINT report_revision_counts CHECK (
        revision >= 1 AND groups_answered BETWEEN 0 AND groups_expected
        AND people_total >= 0 AND people_accounted >= 0 AND people_accounted <= people_total
        AND zero_total >= 0 AND 0 <= ALL (figures)),
    CONSTRAINT report_revision_window CHECK (cutoff_from <= cutoff_at),
    CONSTRAINT report_revision_full_zero CHECK (
        is_full_zero = ((groups_expected > 0 AND groups_answered = groups_expected
                         AND zero_total = 0) IS TRUE)),
    CONSTRAINT report_revision_entered CHECK (jsonb_typeof(entered) = 'array')
) PARTITION BY RANGE (day);
COMMENT ON TABLE report_revision IS 'day partitions: fillfactor=100';

CREATE TABLE report_decision (
    day        date         NOT NULL,
    school_id  bigint       NOT NULL,
    decided_by bigint,
    decided_at timestamptz  NOT NULL,
    revision   smallint     NOT NULL,
    accepted   boolean      NOT NULL,
    path       varchar(200) COLLATE "C" NOT NULL,
    comment    varchar(500) NOT NULL DEFAULT '',
    PRIMARY KEY (day, school_id, revision),
    CONSTRAINT report_decision_return_has_comment CHECK (accepted OR comment <> '')
) PARTITION BY RANGE (day);

CREATE FUNCTION report_revision_stands() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION 'what was signed or decided is never changed; it is only succeeded'
        USING ERRCODE = 'restrict_violation';
END
$body$;
CREATE TRIGGER report_revision_stands BEFORE UPDATE OR DELETE ON report_revision
    FOR EACH ROW EXECUTE FUNCTION report_revision_stands();
CREATE TRIGGER report_decision_stands BEFORE UPDATE OR DELETE ON report_decision
    FOR EACH ROW EXECUTE FUNCTION report_revision_stands();
"""

# A check of an earlier day that comes in late is news for the next report, however old the day
# is. This list finds it without looking through all days. The condition is read before the
# trigger is queued, so that the checks of today cost nothing.
LATE = """
CREATE TABLE check_late_arrival (
    id          bigint       GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id   bigint       NOT NULL,
    check_id    bigint       NOT NULL,
    received_at timestamptz  NOT NULL,
    day         date         NOT NULL,
    path        varchar(200) COLLATE "C" NOT NULL
);
CREATE INDEX check_late_arrival_school ON check_late_arrival (school_id, received_at);
CREATE FUNCTION check_arrived_late() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    INSERT INTO check_late_arrival (school_id, check_id, received_at, day, path)
    VALUES (NEW.school_id, NEW.id, NEW.received_at, NEW.day, NEW.path);
    RETURN NULL;
END
$body$;
CREATE TRIGGER check_arrived_late AFTER INSERT ON check_revision FOR EACH ROW
    WHEN ((NEW.received_at AT TIME ZONE 'Asia/Shanghai')::date > NEW.day)
    EXECUTE FUNCTION check_arrived_late();
"""
NO_LATE = """
DROP TRIGGER check_arrived_late ON check_revision;
DROP FUNCTION check_arrived_late();
DROP TABLE check_late_arrival;
"""
NO_TABLES = """
DROP TABLE report_decision;
DROP TABLE report_revision;
DROP FUNCTION report_revision_stands();
DROP TABLE daily_report;
"""

KEY = {"blank": True, "editable": False, "primary_key": True, "serialize": False}
STATES = ("draft", "signed", "returned", "accepted", "revised")

REPORT_FIELDS = [
    ("pk", models.CompositePrimaryKey("day", "school_id", **KEY)),
    ("day", models.DateField()),
    ("school_id", models.BigIntegerField()),
    ("bureau_id", models.BigIntegerField()),
    ("path", models.CharField(db_collation="C", max_length=200)),
    ("state", models.CharField(choices=[(state, state) for state in STATES], max_length=8)),
    ("revision", models.SmallIntegerField(default=0)),
    ("signed_by", models.BigIntegerField(null=True)),
    ("signed_at", models.DateTimeField(null=True)),
    ("decided_by", models.BigIntegerField(null=True)),
    ("decided_at", models.DateTimeField(null=True)),
    ("comment", models.CharField(default="", max_length=500)),
]
REVISION_FIELDS = [
    ("pk", models.CompositePrimaryKey("day", "school_id", "revision", **KEY)),
    ("day", models.DateField()),
    ("school_id", models.BigIntegerField()),
    ("revision", models.SmallIntegerField()),
    ("bureau_id", models.BigIntegerField()),
    ("path", models.CharField(db_collation="C", max_length=200)),
    ("signed_by", models.BigIntegerField(null=True)),
    ("signed_at", models.DateTimeField()),
    ("cutoff_from", models.DateTimeField()),
    ("cutoff_at", models.DateTimeField()),
    ("dictionary_version", models.IntegerField()),
    ("groups_expected", models.IntegerField()),
    ("groups_answered", models.IntegerField()),
    ("people_total", models.IntegerField(null=True)),
    ("people_accounted", models.IntegerField(null=True)),
    ("zero_total", models.IntegerField(null=True)),
    ("is_full_zero", models.BooleanField()),
    ("figures", ArrayField(base_field=models.IntegerField(null=True), size=None)),
    ("entered", models.JSONField(default=list)),
]
DECISION_FIELDS = [
    ("pk", models.CompositePrimaryKey("day", "school_id", "revision", **KEY)),
    ("day", models.DateField()),
    ("school_id", models.BigIntegerField()),
    ("revision", models.SmallIntegerField()),
    ("path", models.CharField(db_collation="C", max_length=200)),
    ("accepted", models.BooleanField()),
    ("decided_by", models.BigIntegerField(null=True)),
    ("decided_at", models.DateTimeField()),
    ("comment", models.CharField(default="", max_length=500)),
]
CUTOFF_FIELDS = [
    ("school_id", models.BigIntegerField(primary_key=True, serialize=False)),
    ("path", models.CharField(db_collation="C", max_length=200)),
    ("day", models.DateField()),
    ("since", models.DateTimeField()),
    ("since_edge", models.JSONField(default=dict)),
    ("at", models.DateTimeField()),
    ("at_edge", models.JSONField(default=dict)),
]
DICTIONARY_FIELDS = [
    ("number", models.AutoField(primary_key=True, serialize=False)),
    ("effective_from", models.DateField()),
    ("content", models.JSONField()),
    ("digest", models.BinaryField(max_length=32)),
    ("recorded_at", models.DateTimeField()),
]


class Migration(migrations.Migration):
    initial = True
    dependencies = [("kernel", "0002_ensure_day"), ("checks", "0001_initial")]

    operations = [
        migrations.CreateModel(
            "DictionaryVersion", DICTIONARY_FIELDS, {"db_table": "report_dictionary"}
        ),
        migrations.CreateModel(
            "Cutoff",
            CUTOFF_FIELDS,
            {
                "db_table": "report_cutoff",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("since__lte", models.F("at"))),
                        name="report_cutoff_in_order",
                    )
                ],
            },
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(TABLES, NO_TABLES)],
            state_operations=[
                migrations.CreateModel("DailyReport", REPORT_FIELDS, {"db_table": "daily_report"}),
                migrations.CreateModel(
                    "ReportRevision", REVISION_FIELDS, {"db_table": "report_revision"}
                ),
                migrations.CreateModel(
                    "Decision", DECISION_FIELDS, {"db_table": "report_decision"}
                ),
            ],
        ),
        migrations.RunSQL(LATE, NO_LATE),
    ]
