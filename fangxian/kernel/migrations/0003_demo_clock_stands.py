from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kernel", "0002_ensure_day")]

    operations = [
        migrations.RemoveConstraint(model_name="installation", name="installation_speed_positive"),
        migrations.AddConstraint(
            model_name="installation",
            constraint=models.CheckConstraint(
                condition=models.Q(("clock_speed__gte", 0)), name="installation_speed_not_negative"
            ),
        ),
        migrations.AddField(
            model_name="installation",
            name="clock_stop_at",
            field=models.DateTimeField(null=True),
        ),
    ]
