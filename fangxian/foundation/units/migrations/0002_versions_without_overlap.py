"""No unit and no code twice on one day, without an exclusion constraint (docs/adr/0004).

The check runs once a statement, over the rows it wrote. The lock makes those who write versions
wait for each other, so that each sees what the one before has written; its number is `models.TREE_LOCK`.
"""

from django.db import migrations, models

NO_OVERLAP = """
CREATE FUNCTION unitversion_refuse_overlap() RETURNS trigger LANGUAGE plpgsql
    SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE twice record;
BEGIN
    PERFORM pg_advisory_xact_lock(5104001);
    SELECT f.unit_id, f.code, f.valid_from INTO twice
      FROM fresh f JOIN units_unitversion v ON v.unit_id = f.unit_id AND v.id <> f.id
       AND v.valid_to > f.valid_from AND v.valid_from < f.valid_to LIMIT 1;
    IF FOUND THEN
        RAISE exclusion_violation USING CONSTRAINT = 'unitversion_unit_overlap',
            MESSAGE = format('unit %s has two versions on one day, from %s', twice.unit_id,
                             twice.valid_from);
    END IF;
    SELECT f.unit_id, f.code, f.valid_from INTO twice
      FROM fresh f JOIN units_unitversion v ON v.code = f.code AND v.id <> f.id
       AND v.valid_to > f.valid_from AND v.valid_from < f.valid_to LIMIT 1;
    IF FOUND THEN
        RAISE exclusion_violation USING CONSTRAINT = 'unitversion_code_overlap',
            MESSAGE = format('code %s is borne by two units on one day, from %s', twice.code,
                             twice.valid_from);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER unitversion_no_overlap_inserted AFTER INSERT ON units_unitversion
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
    EXECUTE FUNCTION unitversion_refuse_overlap();
CREATE TRIGGER unitversion_no_overlap_updated AFTER UPDATE ON units_unitversion
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
    EXECUTE FUNCTION unitversion_refuse_overlap();
"""
OVERLAP_AGAIN = """
DROP TRIGGER unitversion_no_overlap_updated ON units_unitversion;
DROP TRIGGER unitversion_no_overlap_inserted ON units_unitversion;
DROP FUNCTION unitversion_refuse_overlap();
"""
BY_EXCLUSION = """
ALTER TABLE units_unitversion ADD CONSTRAINT unitversion_no_overlap EXCLUDE USING gist (
    int8range(unit_id, unit_id, '[]') WITH &&, daterange(valid_from, valid_to) WITH &&)
"""


class Migration(migrations.Migration):
    dependencies = [("units", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE units_unitversion DROP CONSTRAINT unitversion_no_overlap", BY_EXCLUSION
        ),
        migrations.RemoveConstraint(model_name="unitversion", name="unitversion_one_open"),
        migrations.RemoveConstraint(model_name="unitversion", name="unitversion_code_open"),
        migrations.RemoveIndex(model_name="unitversion", name="unitversion_code"),
        migrations.AlterField(
            model_name="unitversion",
            name="unit",
            field=models.ForeignKey(
                db_index=False,
                on_delete=models.deletion.CASCADE,
                related_name="versions",
                to="units.unit",
            ),
        ),
        migrations.AlterField(
            model_name="unitversion",
            name="reports_to",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=models.deletion.PROTECT,
                related_name="+",
                to="units.unit",
            ),
        ),
        migrations.AddConstraint(
            model_name="unitversion",
            constraint=models.UniqueConstraint(
                fields=("unit", "valid_to"), name="unitversion_unit_to"
            ),
        ),
        migrations.AddConstraint(
            model_name="unitversion",
            constraint=models.UniqueConstraint(
                fields=("code", "valid_to"), name="unitversion_code_to"
            ),
        ),
        migrations.AddIndex(
            model_name="unitversion",
            index=models.Index(fields=["reports_to", "code"], name="unitversion_children"),
        ),
        migrations.AddIndex(
            model_name="unitversion",
            index=models.Index(
                condition=models.Q(("kind", "group"), _negated=True),
                fields=["path"],
                include=(
                    "name_zh",
                    "name_en",
                    "pinyin",
                    "initials",
                    "code",
                    "kind",
                    "unit",
                    "valid_from",
                    "valid_to",
                ),
                name="unitversion_named",
            ),
        ),
        migrations.AddIndex(
            model_name="unitversion",
            index=models.Index(
                condition=models.Q(("school", models.F("unit"))),
                fields=["territorial"],
                name="unitversion_standing_in",
            ),
        ),
        migrations.RunSQL(NO_OVERLAP, OVERLAP_AGAIN),
    ]
