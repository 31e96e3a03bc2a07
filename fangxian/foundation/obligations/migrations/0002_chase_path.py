from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("obligations", "0001_initial")]

    operations = [
        migrations.AddIndex(
            model_name="chase",
            index=models.Index(fields=["day", "kind", "path", "chased_at"], name="chase_path"),
        ),
    ]
