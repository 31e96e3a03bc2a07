"""The one piece of DDL that a running system needs: a new day's partitions.

Web and worker own nothing, so they call this function, which runs as the owner. It attaches
a finished table rather than creating it with PARTITION OF: that would lock out every reader
of the parent table until the caller's transaction ends.
"""

from django.db import migrations

ENSURE_DAY = r"""
CREATE FUNCTION public.ensure_day(wanted date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $body$
DECLARE
    parent record;
    child text;
    made integer := 0;
BEGIN
    IF wanted IS NULL OR wanted NOT BETWEEN '2000-01-01' AND '2100-12-31' THEN
        RAISE EXCEPTION 'no partition is made for the day %', wanted;
    END IF;
    FOR parent IN
        SELECT c.relname::text AS name,
               substring(obj_description(c.oid, 'pg_class')
                         FROM 'day partitions: ([a-z0-9_.=, ]+)') AS storage
        FROM pg_partitioned_table p
        JOIN pg_class c ON c.oid = p.partrelid
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = p.partattrs[0]
        WHERE c.relnamespace = 'public'::regnamespace
          AND p.partstrat = 'r' AND p.partnatts = 1 AND a.attname = 'day'
          AND to_regclass(format('public.%I', c.relname || to_char(wanted, '"_p"YYYYMMDD'))) IS NULL
        ORDER BY c.relname
    LOOP
        PERFORM pg_advisory_xact_lock(hashtext('ensure_day'));
        child := parent.name || to_char(wanted, '"_p"YYYYMMDD');
        CONTINUE WHEN to_regclass(format('public.%I', child)) IS NOT NULL;
        EXECUTE format(
            'CREATE TABLE public.%I (LIKE public.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS '
            'INCLUDING GENERATED INCLUDING STORAGE INCLUDING COMPRESSION)%s',
            child, parent.name, coalesce(' WITH (' || parent.storage || ')', ''));
        EXECUTE format(
            'ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
            parent.name, child, wanted, wanted + 1);
        made := made + 1;
    END LOOP;
    RETURN made;
END
$body$;
REVOKE ALL ON FUNCTION public.ensure_day(date) FROM PUBLIC;
COMMENT ON FUNCTION public.ensure_day(date) IS
    'Makes the partition of that day for every table partitioned by range of its column day. '
    'A table''s comment may say how: "day partitions: fillfactor=70".';
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]
    operations = [migrations.RunSQL(ENSURE_DAY, "DROP FUNCTION public.ensure_day(date)")]
