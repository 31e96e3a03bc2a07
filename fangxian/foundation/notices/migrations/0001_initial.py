from datetime import time

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

NOTICE = """
CREATE SEQUENCE notice_id_seq AS bigint;
CREATE TABLE notice (
    id         bigint       NOT NULL DEFAULT nextval('notice_id_seq'),
    user_id    bigint       NOT NULL,
    created_at timestamptz  NOT NULL,
    day        date         NOT NULL,
    urgent     boolean      NOT NULL,
    read_at    timestamptz,
    acked_at   timestamptz,
    path       varchar(200) COLLATE "C" NOT NULL,
    kind       varchar(60)  COLLATE "C" NOT NULL,
    dedupe     varchar(120) COLLATE "C" NOT NULL,
    link       varchar(300) NOT NULL DEFAULT '',
    context    jsonb        NOT NULL DEFAULT '{}',
    PRIMARY KEY (day, id),
    CONSTRAINT notice_once UNIQUE (day, user_id, dedupe),
    CONSTRAINT notice_link_stays_here CHECK (link = '' OR link ~ '^/([^/]|$)')
) PARTITION BY RANGE (day);
COMMENT ON TABLE notice IS 'day partitions: fillfactor=90';
ALTER SEQUENCE notice_id_seq OWNED BY notice.id;
CREATE INDEX notice_unread ON notice (user_id) WHERE read_at IS NULL;
"""

# `not_before` is the domain's time, `retry_at` the machine's.
DELIVERY = """
CREATE SEQUENCE delivery_id_seq AS bigint;
CREATE TABLE delivery (
    id          bigint       NOT NULL DEFAULT nextval('delivery_id_seq'),
    notice_id   bigint       NOT NULL,
    user_id     bigint       NOT NULL,
    robot_id    bigint,
    created_at  timestamptz  NOT NULL,
    not_before  timestamptz  NOT NULL,
    retry_at    timestamptz,
    sent_at     timestamptz,
    day         date         NOT NULL,
    attempts    smallint     NOT NULL DEFAULT 0,
    interrupted smallint     NOT NULL DEFAULT 0,
    urgent      boolean      NOT NULL,
    is_test     boolean      NOT NULL DEFAULT false,
    channel     varchar(10)  COLLATE "C" NOT NULL,
    state       varchar(10)  COLLATE "C" NOT NULL DEFAULT 'queued',
    lane        varchar(120) COLLATE "C" NOT NULL,
    path        varchar(200) COLLATE "C" NOT NULL,
    dedupe      varchar(120) COLLATE "C" NOT NULL DEFAULT '',
    last_error  varchar(300) NOT NULL DEFAULT '',
    PRIMARY KEY (day, id),
    CONSTRAINT delivery_state
        CHECK (state IN ('queued', 'sending', 'sent', 'given_up', 'suppressed')),
    CONSTRAINT delivery_sent_has_time CHECK ((state = 'sent') = (sent_at IS NOT NULL)),
    CONSTRAINT delivery_sending_ends CHECK (state <> 'sending' OR retry_at IS NOT NULL)
) PARTITION BY RANGE (day);
COMMENT ON TABLE delivery IS 'day partitions: fillfactor=80';
ALTER SEQUENCE delivery_id_seq OWNED BY delivery.id;
CREATE INDEX delivery_pending ON delivery (lane, not_before) WHERE state IN ('queued', 'sending');
CREATE INDEX delivery_user ON delivery (user_id);
CREATE UNIQUE INDEX delivery_robot_once ON delivery (day, robot_id, dedupe)
    WHERE robot_id IS NOT NULL;
"""

KEY = {"blank": True, "editable": False, "primary_key": True, "serialize": False}
CHANNELS = [
    ("email", "E-mail"),
    ("sms", "Text message"),
    ("wecom", "WeCom robot"),
    ("dingtalk", "DingTalk robot"),
    ("feishu", "Feishu robot"),
    ("webhook", "Webhook"),
]


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ("kernel", "0002_ensure_day"),
        ("accounts", "0001_initial"),
        ("units", "0001_initial"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(NOTICE, "DROP TABLE notice")],
            state_operations=[
                migrations.CreateModel(
                    name="Notice",
                    fields=[
                        ("pk", models.CompositePrimaryKey("day", "id", **KEY)),
                        (
                            "id",
                            models.BigIntegerField(help_text="from the sequence notice_id_seq"),
                        ),
                        ("day", models.DateField()),
                        ("user_id", models.BigIntegerField()),
                        ("path", models.CharField(db_collation="C", max_length=200)),
                        ("kind", models.CharField(db_collation="C", max_length=60)),
                        ("urgent", models.BooleanField()),
                        ("context", models.JSONField(default=dict)),
                        ("link", models.CharField(default="", max_length=300)),
                        ("dedupe", models.CharField(db_collation="C", max_length=120)),
                        ("created_at", models.DateTimeField()),
                        ("read_at", models.DateTimeField(null=True)),
                        ("acked_at", models.DateTimeField(null=True)),
                    ],
                    options={"db_table": "notice"},
                ),
            ],
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(DELIVERY, "DROP TABLE delivery")],
            state_operations=[
                migrations.CreateModel(
                    name="Delivery",
                    fields=[
                        ("pk", models.CompositePrimaryKey("day", "id", **KEY)),
                        (
                            "id",
                            models.BigIntegerField(help_text="from the sequence delivery_id_seq"),
                        ),
                        ("day", models.DateField()),
                        ("notice_id", models.BigIntegerField()),
                        ("user_id", models.BigIntegerField()),
                        ("robot_id", models.BigIntegerField(null=True)),
                        ("path", models.CharField(db_collation="C", max_length=200)),
                        (
                            "channel",
                            models.CharField(choices=CHANNELS, db_collation="C", max_length=10),
                        ),
                        ("lane", models.CharField(db_collation="C", max_length=120)),
                        ("dedupe", models.CharField(db_collation="C", default="", max_length=120)),
                        (
                            "state",
                            models.CharField(db_collation="C", default="queued", max_length=10),
                        ),
                        ("urgent", models.BooleanField()),
                        ("is_test", models.BooleanField(default=False)),
                        ("attempts", models.SmallIntegerField(default=0)),
                        ("interrupted", models.SmallIntegerField(default=0)),
                        ("created_at", models.DateTimeField()),
                        ("not_before", models.DateTimeField()),
                        ("retry_at", models.DateTimeField(null=True)),
                        ("sent_at", models.DateTimeField(null=True)),
                        ("last_error", models.CharField(default="", max_length=300)),
                    ],
                    options={"db_table": "delivery"},
                ),
            ],
        ),
        migrations.CreateModel(
            name="Lane",
            fields=[
                (
                    "name",
                    models.CharField(
                        db_collation="C", max_length=120, primary_key=True, serialize=False
                    ),
                ),
                ("failures", models.SmallIntegerField(default=0)),
                ("open_until", models.DateTimeField(null=True)),
                ("last_error", models.CharField(default="", max_length=300)),
            ],
            options={"db_table": "notices_lane"},
        ),
        migrations.CreateModel(
            name="Preference",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "channel",
                    models.CharField(choices=CHANNELS, db_collation="C", max_length=10),
                ),
                ("category", models.CharField(db_collation="C", max_length=20)),
                (
                    "wanted",
                    models.SmallIntegerField(choices=[(0, "NOTHING"), (1, "URGENT"), (2, "ALL")]),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "channel", "category"), name="preference_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="QuietHours",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("start", models.TimeField(default=time(22, 0))),
                ("end", models.TimeField(default=time(6, 30))),
            ],
        ),
        migrations.CreateModel(
            name="Robot",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "channel",
                    models.CharField(
                        choices=[pair for pair in CHANNELS if pair[0] not in ("email", "sms")],
                        max_length=10,
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("url", models.CharField(max_length=500)),
                ("secret", models.CharField(blank=True, default="", max_length=200)),
                (
                    "categories",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), size=None
                    ),
                ),
                ("only_urgent", models.BooleanField(default=False)),
                ("language", models.CharField(default="zh-hans", max_length=10)),
                ("lane", models.CharField(db_collation="C", max_length=120)),
                ("is_active", models.BooleanField(default=True)),
                ("made_at", models.DateTimeField()),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="robots",
                        to="units.unit",
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["unit"], name="robot_unit")]},
        ),
    ]
