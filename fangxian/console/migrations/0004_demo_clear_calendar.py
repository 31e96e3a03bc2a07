"""Taking a demonstration's morning back takes back what was declared about its days, too."""

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
    -- What was declared about days since is taken back; the demonstration's own stays.
    DELETE FROM schooldays_earlyreturn;
    DELETE FROM schooldays_suspension;
    DELETE FROM schooldays_gradestart;
    DELETE FROM schooldays_staggeredreturn;
    DELETE FROM schooldays_dayexception WHERE reason <> '示例数据的一天';
    DELETE FROM schooldays_term WHERE document <> '示例校历';
    DELETE FROM situations_responselevel WHERE valid_from >= wanted;
    UPDATE situations_responselevel SET valid_to = DATE '9999-12-31' WHERE valid_to >= wanted;
    DELETE FROM obligation WHERE day = wanted AND added_at IS NOT NULL;
    UPDATE obligation
    SET told_at = NULL, received_at = NULL, answered_by = NULL, channel = NULL,
        on_behalf_of = NULL, accounted = NULL, excused_at = NULL, excused_by = NULL,
        cancelled_at = NULL, reason = NULL
    WHERE day = wanted
      AND (told_at IS NOT NULL OR excused_at IS NOT NULL OR cancelled_at IS NOT NULL);
    UPDATE obligation_day d SET expected = (
        SELECT count(*) FROM obligation o WHERE o.day = d.day AND o.kind = d.kind)
    WHERE d.day = wanted;
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
        ("console", "0003_demo_clear_messages"),
        ("obligations", "0003_added_at"),
        ("schooldays", "0002_terms_and_suspensions"),
        ("situations", "0001_initial"),
    ]

    operations = [migrations.RunSQL(CLEAR_DAY, migrations.RunSQL.noop)]
