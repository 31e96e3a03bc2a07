"""Taking a demonstration's morning back takes its messages back, too: they are to come again."""

from django.db import migrations

CLEAR_DAY = r"""
CREATE OR REPLACE FUNCTION public.demo_clear_day(wanted date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $body$
DECLARE
    parent text;
    partition text;
BEGIN
    IF NOT EXISTS (SELECT FROM kernel_installation WHERE is_demo) THEN
        RAISE EXCEPTION 'a day can be cleared in a demonstration only';
    END IF;
    UPDATE obligation
    SET told_at = NULL, received_at = NULL, answered_by = NULL, channel = NULL,
        on_behalf_of = NULL, accounted = NULL, excused_at = NULL, excused_by = NULL,
        cancelled_at = NULL, reason = NULL
    WHERE day = wanted
      AND (told_at IS NOT NULL OR excused_at IS NOT NULL OR cancelled_at IS NOT NULL);
    DELETE FROM obligation_chase WHERE day = wanted;
    DELETE FROM check_late_arrival WHERE day = wanted;
    DELETE FROM escalation_decided WHERE day = wanted;
    DELETE FROM escalation_acknowledgement WHERE day = wanted;
    -- What was news before the day's signature is news again.
    UPDATE report_cutoff SET at = since, at_edge = since_edge, day = wanted - 1
    WHERE day = wanted;
    -- Last, since it keeps readers out until the end of the transaction.
    FOREACH parent IN ARRAY ARRAY['delivery', 'notice', 'escalation_firing', 'check_line',
                                  'check_revision', 'report_decision', 'report_revision',
                                  'daily_report']
    LOOP
        partition := parent || to_char(wanted, '"_p"YYYYMMDD');
        IF to_regclass('public.' || quote_ident(partition)) IS NOT NULL THEN
            EXECUTE format('TRUNCATE public.%I', partition);
        END IF;
    END LOOP;
END
$body$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("console", "0002_demo_clear_day"),
        ("escalation", "0001_initial"),
        ("notices", "0001_initial"),
    ]
    operations = [migrations.RunSQL(CLEAR_DAY, migrations.RunSQL.noop)]
