"""Each import has tables of its own, made like a pattern and dropped at its end.

Unlogged, so that a million rows which nobody has approved yet cost no write-ahead log. Web and
worker own nothing and may make no tables: these functions make just these, for them.
"""

from django.db import migrations

FUNCTIONS = r"""
COMMENT ON TABLE intake_row IS 'intake pattern';
COMMENT ON TABLE intake_said IS 'intake pattern';

CREATE FUNCTION public.intake_open(intake bigint, patterns text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $body$
DECLARE
    pattern text;
    made text;
    reader name;
BEGIN
    FOREACH pattern IN ARRAY patterns LOOP
        IF obj_description(to_regclass(format('public.%I', pattern)), 'pg_class')
           IS DISTINCT FROM 'intake pattern' THEN
            RAISE EXCEPTION '% is no pattern of an import', pattern;
        END IF;
        made := pattern || '_' || intake;
        EXECUTE format('DROP TABLE IF EXISTS public.%I', made);
        EXECUTE format('CREATE UNLOGGED TABLE public.%I (LIKE public.%I INCLUDING DEFAULTS '
                       'INCLUDING CONSTRAINTS INCLUDING INDEXES) WITH (autovacuum_enabled = off)',
                       made, pattern);
        FOR reader IN
            SELECT DISTINCT r.rolname
            FROM pg_class c, aclexplode(c.relacl) a JOIN pg_roles r ON r.oid = a.grantee
            WHERE c.oid = to_regclass(format('public.%I', pattern))
              AND a.privilege_type = 'INSERT' AND a.grantee <> c.relowner
        LOOP
            EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON public.%I TO %I',
                           made, reader);
        END LOOP;
    END LOOP;
END
$body$;
REVOKE ALL ON FUNCTION public.intake_open(bigint, text[]) FROM PUBLIC;

CREATE FUNCTION public.intake_tables(intake bigint) RETURNS SETOF text
LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp
AS $body$
    SELECT c.relname || '_' || intake FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace
      AND obj_description(c.oid, 'pg_class') = 'intake pattern'
      AND to_regclass(format('public.%I', c.relname || '_' || intake)) IS NOT NULL
$body$;

CREATE FUNCTION public.intake_close(intake bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $body$
DECLARE
    made text;
BEGIN
    FOR made IN SELECT public.intake_tables(intake) LOOP
        EXECUTE format('DROP TABLE public.%I', made);
    END LOOP;
END
$body$;
REVOKE ALL ON FUNCTION public.intake_close(bigint) FROM PUBLIC;

-- What the planner must know of a million fresh rows; only an owner may gather it.
CREATE FUNCTION public.intake_analyze(intake bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $body$
DECLARE
    made text;
BEGIN
    FOR made IN SELECT public.intake_tables(intake) LOOP
        EXECUTE format('ANALYZE public.%I', made);
    END LOOP;
END
$body$;
REVOKE ALL ON FUNCTION public.intake_analyze(bigint) FROM PUBLIC;
"""
GONE = """
DROP FUNCTION public.intake_analyze(bigint);
DROP FUNCTION public.intake_close(bigint);
DROP FUNCTION public.intake_tables(bigint);
DROP FUNCTION public.intake_open(bigint, text[]);
"""


class Migration(migrations.Migration):
    dependencies = [("intake", "0001_initial")]
    operations = [migrations.RunSQL(FUNCTIONS, GONE)]
