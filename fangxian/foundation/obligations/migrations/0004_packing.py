"""Months long past: one row for each school and kind; and letting go of emptied partitions.

Web and worker own nothing, so they call `drop_obligation_day`, which runs as the owner. It
refuses a partition that holds a row, and gives up rather than keep the morning waiting.
"""

from django.db import migrations

MONTH = """
CREATE TABLE obligation_month (
    month         date         NOT NULL,
    school_id     bigint       NOT NULL,
    packed_at     timestamptz  NOT NULL,
    kind          varchar(24)  COLLATE "C" NOT NULL,
    path          varchar(200) COLLATE "C" NOT NULL,
    day_numbers   smallint[]   NOT NULL,
    unit_ids      bigint[]     NOT NULL,
    bureau_ids    bigint[]     NOT NULL,
    paths         text[]       COLLATE "C" NOT NULL,
    subjects      text[]       COLLATE "C" NOT NULL,
    due_ats       timestamptz[] NOT NULL,
    rolls         integer[]    NOT NULL,
    told_ats      timestamptz[] NOT NULL,
    received_ats  timestamptz[] NOT NULL,
    accounteds    integer[]    NOT NULL,
    channels      text[]       NOT NULL,
    excused_ats   timestamptz[] NOT NULL,
    reasons       text[]       NOT NULL,
    added_ats     timestamptz[] NOT NULL,
    PRIMARY KEY (month, kind, school_id)
);
CREATE INDEX obligation_month_path ON obligation_month (month, kind, path);
"""

DROP_DAY = r"""
CREATE FUNCTION public.drop_obligation_day(wanted date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET lock_timeout = '2s'
AS $body$
DECLARE
    partition text := 'obligation' || to_char(wanted, '"_p"YYYYMMDD');
    found boolean;
BEGIN
    IF to_regclass('public.' || quote_ident(partition)) IS NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', partition) INTO found;
    IF found THEN
        RETURN false;
    END IF;
    EXECUTE format('LOCK TABLE public.%I IN ACCESS EXCLUSIVE MODE', partition);
    EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', partition) INTO found;
    IF found THEN
        RETURN false;
    END IF;
    EXECUTE format('DROP TABLE public.%I', partition);
    RETURN true;
EXCEPTION WHEN lock_not_available THEN
    RETURN false;
END
$body$;
REVOKE ALL ON FUNCTION public.drop_obligation_day(date) FROM PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = [("obligations", "0003_added_at")]
    operations = [
        migrations.RunSQL(MONTH, "DROP TABLE obligation_month"),
        migrations.RunSQL(DROP_DAY, "DROP FUNCTION public.drop_obligation_day(date)"),
    ]
