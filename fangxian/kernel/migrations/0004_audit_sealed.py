"""The audit trail is only ever added to, says more of each event, and is sealed in segments.

Nothing is asked of an insert that was not asked before: what seals reads afterwards. A segment
holds the hash of some events of one day and of the segment before, so that whoever changes or
removes a row, or a segment, is found out by `fangxian audit verify`. Web and worker may read
segments only: `audit_seal` makes them, of the rows that there are, with the owner's powers.
"""

import django.contrib.postgres.fields
from django.db import migrations, models

COLUMNS = """
ALTER TABLE audit_event
    ADD COLUMN acting  varchar(200) NOT NULL DEFAULT '',
    ADD COLUMN address inet,
    ADD COLUMN purpose varchar(200) NOT NULL DEFAULT '',
    ADD COLUMN persons bigint[];
"""

SEGMENT = """
CREATE TABLE audit_segment (
    number    bigint      PRIMARY KEY,
    day       date        NOT NULL,
    after_id  bigint      NOT NULL,
    upto_id   bigint      NOT NULL,
    events    integer     NOT NULL,
    rows_hash bytea       NOT NULL,
    previous  bytea       NOT NULL,
    hash      bytea       NOT NULL UNIQUE,
    sealed_at timestamptz NOT NULL,
    forgotten boolean     NOT NULL DEFAULT false,
    CONSTRAINT audit_segment_goes_forward CHECK (after_id <= upto_id AND events >= 0)
);
CREATE INDEX audit_segment_day ON audit_segment (day, number);
"""

STAYS = r"""
CREATE FUNCTION public.audit_stays() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $body$
BEGIN
    -- A demonstration may begin anew; an installation that was begun for good may not.
    IF TG_OP = 'TRUNCATE'
       AND NOT EXISTS (SELECT FROM public.kernel_installation WHERE NOT is_demo) THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'the audit trail is only ever added to'
        USING ERRCODE = 'insufficient_privilege';
END
$body$;
CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION public.audit_stays();
CREATE TRIGGER audit_stays_whole BEFORE TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION public.audit_stays();
CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE ON audit_segment
    FOR EACH ROW EXECUTE FUNCTION public.audit_stays();
CREATE TRIGGER audit_stays_whole BEFORE TRUNCATE ON audit_segment
    FOR EACH STATEMENT EXECUTE FUNCTION public.audit_stays();
DO $body$
DECLARE
    child regclass;
BEGIN
    FOR child IN SELECT inhrelid::regclass FROM pg_inherits
                 WHERE inhparent = 'public.audit_event'::regclass LOOP
        EXECUTE format('CREATE TRIGGER audit_stays_whole BEFORE TRUNCATE ON %s '
                       'FOR EACH STATEMENT EXECUTE FUNCTION public.audit_stays()', child);
    END LOOP;
END
$body$;
"""

# As before, and what guards a parent against TRUNCATE guards its partitions: a trigger for rows
# comes with the partition by itself, one for statements does not.
ENSURE_DAY = r"""
CREATE OR REPLACE FUNCTION public.ensure_day(wanted date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $body$
DECLARE
    parent record;
    guard record;
    child text;
    made integer := 0;
BEGIN
    IF wanted IS NULL OR wanted NOT BETWEEN '2000-01-01' AND '2100-12-31' THEN
        RAISE EXCEPTION 'no partition is made for the day %', wanted;
    END IF;
    FOR parent IN
        SELECT c.oid, c.relname::text AS name,
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
        FOR guard IN
            SELECT t.tgname, t.tgfoid::regproc AS calls FROM pg_trigger t
            WHERE t.tgrelid = parent.oid AND NOT t.tgisinternal AND t.tgtype & 32 <> 0
        LOOP
            EXECUTE format('CREATE TRIGGER %I BEFORE TRUNCATE ON public.%I '
                           'FOR EACH STATEMENT EXECUTE FUNCTION %s()',
                           guard.tgname, child, guard.calls);
        END LOOP;
        EXECUTE format(
            'ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
            parent.name, child, wanted, wanted + 1);
        made := made + 1;
    END LOOP;
    RETURN made;
END
$body$;
"""

APPEND = r"""
CREATE FUNCTION public.audit_append(
    of_day date, from_id bigint, to_id bigint, counted integer, hashed bytea, gone boolean
) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $body$
DECLARE
    before record;
    next_number bigint;
    before_hash bytea;
    at timestamptz := clock_timestamp();
BEGIN
    SELECT number, hash INTO before FROM audit_segment ORDER BY number DESC LIMIT 1;
    next_number := coalesce(before.number, 0) + 1;
    before_hash := coalesce(before.hash, ''::bytea);
    INSERT INTO audit_segment
        (number, day, after_id, upto_id, events, rows_hash, previous, hash, sealed_at, forgotten)
    VALUES (next_number, of_day, from_id, to_id, counted, hashed, before_hash,
        sha256(convert_to(json_build_array(
            next_number, of_day, from_id, to_id, counted, encode(hashed, 'hex'),
            encode(before_hash, 'hex'), at AT TIME ZONE 'UTC', gone)::text, 'UTF8')),
        at, gone);
END
$body$;
REVOKE ALL ON FUNCTION public.audit_append(date, bigint, bigint, integer, bytea, boolean)
    FROM PUBLIC;
"""

# Which events can no longer gain a neighbour: a transaction that writes to the trail holds its
# lock on it from before it draws an id until after its rows are seen by others. So once all who
# held that lock after the last id was read have gone, every row up to that id is there or never
# will be. Nobody is kept waiting: the lock is only looked at.
SEAL = r"""
CREATE FUNCTION public.audit_seal() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $body$
DECLARE
    most CONSTANT integer := 5000;
    ids_at_once CONSTANT bigint := 200000;
    looks integer := 250;
    tables oid[];
    writers text[];
    sealed bigint;
    given bigint;
    upto bigint;
    first_id bigint;
    first_of_all bigint;
    last_id bigint;
    from_id bigint;
    counted integer;
    hashed bytea;
    part record;
    days text[] := '{}';
    part_name text;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'the audit trail is sealed in a transaction that sees what others commit';
    END IF;
    IF NOT pg_try_advisory_xact_lock(hashtext('audit_seal')) THEN
        RETURN NULL;
    END IF;
    SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END INTO given
    FROM audit_event_id_seq;
    SELECT array_agg(oid) INTO tables FROM (
        SELECT 'public.audit_event'::regclass::oid AS oid
        UNION SELECT inhrelid FROM pg_inherits WHERE inhparent = 'public.audit_event'::regclass) t;
    SELECT array_agg(DISTINCT virtualtransaction) INTO writers FROM pg_locks
    WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND relation = ANY (tables) AND mode = 'RowExclusiveLock' AND granted
      AND pid IS DISTINCT FROM pg_backend_pid();
    WHILE EXISTS (
        SELECT FROM pg_locks WHERE virtualtransaction = ANY (writers)
          AND relation = ANY (tables) AND mode = 'RowExclusiveLock' AND granted)
    LOOP
        looks := looks - 1;
        IF looks < 0 THEN
            RETURN NULL;
        END IF;
        PERFORM pg_sleep(0.02);
    END LOOP;
    SELECT coalesce(max(upto_id), 0) INTO sealed FROM audit_segment;
    FOR part IN
        SELECT c.relname::text AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'public.audit_event'::regclass ORDER BY c.relname
    LOOP
        EXECUTE format(
            'SELECT id FROM public.%I WHERE day = %L AND id > $1 AND id <= $2 ORDER BY id LIMIT 1',
            part.name, to_date(right(part.name, 8), 'YYYYMMDD'))
        INTO first_id USING sealed, given;
        CONTINUE WHEN first_id IS NULL;
        days := days || part.name;
        first_of_all := least(first_of_all, first_id);
    END LOOP;
    IF first_of_all IS NULL THEN
        RETURN 0;
    END IF;
    upto := least(given, first_of_all - 1 + ids_at_once);
    FOREACH part_name IN ARRAY days LOOP
        from_id := sealed;
        LOOP
            EXECUTE format($query$
                SELECT count(*), max(id),
                       sha256(string_agg(sha256(convert_to(line, 'UTF8')), ''::bytea ORDER BY id))
                FROM (
                    SELECT id, json_build_array(day, id, at AT TIME ZONE 'UTC', event, by_id,
                               token_id, unit_id, path, subject, detail, acting, address,
                               purpose, persons)::text AS line
                    FROM public.%I WHERE day = %L AND id > $1 AND id <= $2
                    ORDER BY id LIMIT $3) one
                $query$, part_name, to_date(right(part_name, 8), 'YYYYMMDD'))
            INTO counted, last_id, hashed USING from_id, upto, most;
            EXIT WHEN counted = 0;
            IF counted < most THEN
                last_id := upto;
            END IF;
            PERFORM audit_append(
                to_date(right(part_name, 8), 'YYYYMMDD'), from_id, last_id, counted, hashed, false);
            from_id := last_id;
            EXIT WHEN last_id = upto;
        END LOOP;
    END LOOP;
    RETURN given - upto;
END
$body$;
REVOKE ALL ON FUNCTION public.audit_seal() FROM PUBLIC;
COMMENT ON FUNCTION public.audit_seal() IS
    'Seals the events that can no longer gain a neighbour. Returns how many ids are left for '
    'another call, or NULL where somebody else seals or a long transaction is in the way.';
"""

FORGET = r"""
CREATE FUNCTION public.audit_forget(wanted date) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET lock_timeout = '2s'
AS $body$
DECLARE
    today date := (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
    partition text := 'audit_event' || to_char(wanted, '"_p"YYYYMMDD');
    sealed bigint;
    newest bigint;
    counted bigint;
BEGIN
    IF wanted > today - interval '6 months' THEN
        RAISE EXCEPTION 'the audit trail of % is younger than six months and stays', wanted;
    END IF;
    IF to_regclass('public.' || quote_ident(partition)) IS NULL THEN
        RAISE EXCEPTION 'there is no audit trail of %', wanted;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('audit_seal'));
    EXECUTE format('LOCK TABLE public.%I IN ACCESS EXCLUSIVE MODE', partition);
    SELECT coalesce(max(upto_id), 0) INTO sealed FROM audit_segment;
    EXECUTE format('SELECT count(*), max(id) FROM public.%I', partition) INTO counted, newest;
    IF newest > sealed THEN
        RAISE EXCEPTION 'the audit trail of % is not sealed yet', wanted;
    END IF;
    PERFORM audit_append(wanted, sealed, sealed, counted::integer, sha256(''::bytea), true);
    PERFORM ensure_day(today);
    INSERT INTO audit_event (day, at, event, detail)
    VALUES (today, clock_timestamp(), 'audit.forgotten',
            jsonb_build_object('system', session_user, 'day', wanted, 'count', counted));
    EXECUTE format('DROP TABLE public.%I', partition);
    RETURN counted;
END
$body$;
REVOKE ALL ON FUNCTION public.audit_forget(date) FROM PUBLIC;
COMMENT ON FUNCTION public.audit_forget(date) IS
    'Drops the audit trail of a day that is older than six months and sealed; for the owner.';
"""

UNDO = """
DROP FUNCTION public.audit_forget(date);
DROP FUNCTION public.audit_seal();
DROP FUNCTION public.audit_append(date, bigint, bigint, integer, bytea, boolean);
DROP FUNCTION public.audit_stays() CASCADE;
DROP TABLE audit_segment;
ALTER TABLE audit_event DROP COLUMN acting, DROP COLUMN address, DROP COLUMN purpose,
    DROP COLUMN persons;
"""


class Migration(migrations.Migration):
    reviewed = (
        "no table is written anew, and the one locked is a day that is dropped, given up after 2 s"
    )
    dependencies = [("kernel", "0003_demo_clock_stands")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    COLUMNS + SEGMENT + STAYS + ENSURE_DAY + APPEND + SEAL + FORGET, UNDO
                )
            ],
            state_operations=[
                migrations.AddField(
                    "auditevent", "acting", models.CharField(default="", max_length=200)
                ),
                migrations.AddField(
                    "auditevent", "address", models.GenericIPAddressField(null=True)
                ),
                migrations.AddField(
                    "auditevent", "purpose", models.CharField(default="", max_length=200)
                ),
                migrations.AddField(
                    "auditevent",
                    "persons",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), null=True, size=None
                    ),
                ),
                migrations.CreateModel(
                    name="AuditSegment",
                    fields=[
                        ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                        ("day", models.DateField()),
                        ("after_id", models.BigIntegerField()),
                        ("upto_id", models.BigIntegerField()),
                        ("events", models.IntegerField()),
                        ("rows_hash", models.BinaryField()),
                        ("previous", models.BinaryField()),
                        ("hash", models.BinaryField(unique=True)),
                        ("sealed_at", models.DateTimeField()),
                        ("forgotten", models.BooleanField(default=False)),
                    ],
                    options={"db_table": "audit_segment"},
                ),
            ],
        ),
    ]
