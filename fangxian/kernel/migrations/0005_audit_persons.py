"""Who looked at whom is found without reading whole days.

Only events that name persons stand in these indexes: a check of a group pays for neither.
"""

from django.db import migrations

INDEXES = """
CREATE INDEX audit_event_persons ON audit_event USING gin (persons) WHERE persons IS NOT NULL;
CREATE INDEX audit_event_shown ON audit_event (path, id) WHERE persons IS NOT NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0004_audit_sealed")]

    operations = [
        migrations.RunSQL(INDEXES, "DROP INDEX audit_event_persons; DROP INDEX audit_event_shown")
    ]
