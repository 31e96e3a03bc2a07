"""An index of the few roll calls that somebody told for another, whose name has to go one day."""

from django.db import migrations

INDEX = """
CREATE INDEX check_behalf ON check_revision (id) WHERE on_behalf_of IS NOT NULL;
"""


class Migration(migrations.Migration):
    reviewed = "partial, over the few rows with a name; nothing is released with many of them yet"
    dependencies = [("checks", "0001_initial")]
    operations = [migrations.RunSQL(INDEX, "DROP INDEX check_behalf")]
