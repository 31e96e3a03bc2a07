"""The runs of the daily job, and letting go of whole days.

Web and worker own nothing, so they call `drop_expired_day`, which runs as the owner. It knows
the tables of which a day may go, refuses a day that is not long past by the server's own clock,
and gives up rather than keep the morning waiting.
"""

import django.db.models.deletion
from django.db import migrations, models

DROP_DAY = r"""
CREATE FUNCTION public.drop_expired_day(parent text, wanted date) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET lock_timeout = '2s'
AS $body$
DECLARE
    partition text := parent || to_char(wanted, '"_p"YYYYMMDD');
    counted bigint;
BEGIN
    IF parent IS NULL OR parent NOT IN ('check_line', 'notice', 'delivery') THEN
        RAISE EXCEPTION 'no day of the table % is let go of', parent;
    END IF;
    IF wanted IS NULL OR wanted > (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date - 30 THEN
        RAISE EXCEPTION 'the day % is not long past and stays', wanted;
    END IF;
    IF to_regclass('public.' || quote_ident(partition)) IS NULL THEN
        RETURN 0;
    END IF;
    EXECUTE format('LOCK TABLE public.%I IN ACCESS EXCLUSIVE MODE', parent);
    EXECUTE format('SELECT count(*) FROM public.%I', partition) INTO counted;
    EXECUTE format('DROP TABLE public.%I', partition);
    RETURN counted;
EXCEPTION WHEN lock_not_available THEN
    RETURN NULL;
END
$body$;
REVOKE ALL ON FUNCTION public.drop_expired_day(text, date) FROM PUBLIC;
COMMENT ON FUNCTION public.drop_expired_day(text, date) IS
    'Drops a day of a table whose days expire whole. Returns how many rows went, or NULL where '
    'somebody was reading and the next run has to try again.';
"""


class Migration(migrations.Migration):
    reviewed = "the tables are new; the function locks one for a moment at night, or gives up"
    initial = True
    dependencies = [("kernel", "0002_ensure_day")]

    operations = [
        migrations.CreateModel(
            name="Run",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("day", models.DateField()),
                ("document", models.CharField(max_length=200)),
                ("began_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "retention_run",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("day",),
                        name="retention_run_one_under_way",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Taken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(db_collation="C", max_length=40)),
                ("before", models.DateField()),
                ("count", models.BigIntegerField(default=0)),
                ("days", models.IntegerField(default=0)),
                ("done", models.BooleanField(default=False)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="taken",
                        to="retention.run",
                    ),
                ),
            ],
            options={
                "db_table": "retention_taken",
                "constraints": [
                    models.UniqueConstraint(fields=("run", "code"), name="retention_taken_once"),
                    models.CheckConstraint(
                        condition=models.Q(("count__gte", 0), ("days__gte", 0)),
                        name="retention_taken_counts",
                    ),
                ],
            },
        ),
        migrations.RunSQL(DROP_DAY, "DROP FUNCTION public.drop_expired_day(text, date)"),
    ]
