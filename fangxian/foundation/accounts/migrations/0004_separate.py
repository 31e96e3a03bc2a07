import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_tries"),
        ("units", "0005_no_import_draft"),
    ]

    operations = [
        migrations.AddField(
            model_name="invitation",
            name="confirmed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="invitation",
            name="confirmed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="invitation",
            name="role",
            field=models.CharField(
                choices=[
                    ("group_teacher", "Group teacher"),
                    ("school_reporter", "School reporter"),
                    ("health_officer", "School health officer"),
                    ("head", "Head of school"),
                    ("county_officer", "County officer"),
                    ("city_officer", "City officer"),
                    ("province_officer", "Province officer"),
                    ("inspector", "Inspector"),
                    ("cdc_liaison", "CDC liaison"),
                    ("unit_admin", "Unit administrator"),
                    ("system_admin", "System administrator"),
                    ("security_admin", "Security administrator"),
                    ("auditor", "Auditor"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="roleassignment",
            name="role",
            field=models.CharField(
                choices=[
                    ("group_teacher", "Group teacher"),
                    ("school_reporter", "School reporter"),
                    ("health_officer", "School health officer"),
                    ("head", "Head of school"),
                    ("county_officer", "County officer"),
                    ("city_officer", "City officer"),
                    ("province_officer", "Province officer"),
                    ("inspector", "Inspector"),
                    ("cdc_liaison", "CDC liaison"),
                    ("unit_admin", "Unit administrator"),
                    ("system_admin", "System administrator"),
                    ("security_admin", "Security administrator"),
                    ("auditor", "Auditor"),
                ],
                max_length=20,
            ),
        ),
        AddConstraintNotValid(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confirmed_by__isnull", True), ("confirmed_at__isnull", False), _connector="OR"
                ),
                name="invitation_confirmed_by_somebody_when",
            ),
        ),
    ]
