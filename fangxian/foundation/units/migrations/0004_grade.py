"""The year of a group: which grade it is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("units", "0003_import_draft"),
    ]

    operations = [
        migrations.AddField(
            model_name="unitversion",
            name="grade",
            field=models.SmallIntegerField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name="unitversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("grade__isnull", True),
                    models.Q(
                        ("grade__range", (-4, 30)),
                        ("kind", "group"),
                        models.Q(("grade", 0), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="unitversion_grade_of_a_group",
            ),
        ),
    ]
