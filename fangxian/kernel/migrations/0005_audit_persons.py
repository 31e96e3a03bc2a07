"""Who looked at whom is found without reading whole days.

Only events that name persons stand in the index: a check of a group does not pay for it. It goes by
place, as a policy on the rows lets no index on the persons themselves be asked first.
"""

from django.db import migrations

INDEX = """
CREATE INDEX audit_event_shown ON audit_event (path, id) WHERE persons IS NOT NULL;
"""


class Migration(migrations.Migration):
    reviewed = (
        "no index is made CONCURRENTLY on partitions together, and it is before the first release"
    )
    dependencies = [("kernel", "0004_audit_sealed")]

    operations = [
        migrations.RunSQL(INDEX, "DROP INDEX audit_event_shown"),
    ]
