"""The table is a pattern: every import of people gets one like it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("roster", "0001_initial"), ("intake", "0002_tables_of_an_import")]
    operations = [
        migrations.RunSQL(
            "COMMENT ON TABLE roster_row IS 'intake pattern'", "COMMENT ON TABLE roster_row IS NULL"
        )
    ]
