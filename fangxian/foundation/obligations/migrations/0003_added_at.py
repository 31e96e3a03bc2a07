from django.db import migrations, models

# At the end of the row, so that nothing else moves; without a default, so that nothing is rewritten.
ADD = "ALTER TABLE obligation ADD COLUMN added_at timestamptz"


class Migration(migrations.Migration):
    dependencies = [("obligations", "0002_chase_path")]

    operations = [
        migrations.RunSQL(
            ADD,
            "ALTER TABLE obligation DROP COLUMN added_at",
            state_operations=[
                migrations.AddField("obligation", "added_at", models.DateTimeField(null=True)),
            ],
        ),
    ]
