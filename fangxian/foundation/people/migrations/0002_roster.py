"""People become records of their school: numbers, guardians, cohorts, transfers."""

import datetime

import django.db.models.deletion
from django.db import migrations, models

# Until now a number belonged to a person in a group: seat 7 of two classes. A number is the
# school's now: one that stands twice gets the group's own number before it.
NUMBERS = """
CREATE TEMPORARY TABLE people_as_they_were ON COMMIT DROP AS
WITH last AS (
    SELECT DISTINCT ON (m.person_id) m.person_id, m.school_id, s.path, m.phone,
           CASE u.population WHEN 'staff' THEN 'staff' WHEN 'contractors' THEN 'contractor'
                ELSE 'student' END AS kind,
           m.number, split_part(v.code, '-', 2) AS ending, u.opened_on,
           nullif(m.valid_to, '9999-12-31') AS left_on
    FROM people_membership m
    JOIN units_unit u ON u.id = m.group_id
    JOIN LATERAL (SELECT code FROM units_unitversion v WHERE v.unit_id = m.group_id
                  ORDER BY v.valid_to DESC LIMIT 1) v ON true
    JOIN LATERAL (SELECT path FROM units_unitversion s WHERE s.unit_id = m.school_id
                  ORDER BY s.valid_to DESC LIMIT 1) s ON true
    ORDER BY m.person_id, m.valid_to DESC
), counted AS (
    SELECT *, count(*) OVER same AS times,
           row_number() OVER (PARTITION BY school_id, kind, number, ending ORDER BY person_id) AS n
    FROM last WINDOW same AS (PARTITION BY school_id, kind, number)
)
SELECT person_id, school_id, path, phone, kind, opened_on, left_on,
       CASE WHEN number = '' OR times = 1 THEN number
            WHEN n = 1 THEN left(ending || '-' || number, 30)
            ELSE left(ending || '-' || number || '-' || person_id, 30) END AS number
FROM counted
"""
PEOPLE = """
UPDATE people_person p SET school_id = w.school_id, path = w.path, kind = w.kind,
       number = w.number, left_on = w.left_on, created_at = w.opened_on, updated_at = w.opened_on,
       phone = CASE WHEN w.kind = 'student' THEN '' ELSE w.phone END
FROM people_as_they_were w WHERE w.person_id = p.id
"""
TELEPHONES = """
INSERT INTO people_guardian (person_id, school_id, path, relation, name, phone, position)
SELECT person_id, school_id, path, '', '', phone, 1
FROM people_as_they_were WHERE kind = 'student' AND phone <> ''
"""
# Entered and taken off on the same day: in no school ever.
GONE = "DELETE FROM people_person WHERE school_id IS NULL"


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0001_initial"),
        ("units", "0004_grade"),
    ]

    operations = [
        migrations.AlterField(
            model_name="membership",
            name="group",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="memberships",
                to="units.unit",
            ),
        ),
        migrations.AlterField(
            model_name="membership",
            name="person",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="memberships",
                to="people.person",
            ),
        ),
        migrations.AlterField(
            model_name="membership",
            name="school",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="units.unit",
            ),
        ),
        migrations.CreateModel(
            name="Cohort",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("path", models.CharField(db_collation="C", max_length=200)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("dormitory", "Dormitory room"),
                            ("bus", "School bus"),
                            ("canteen", "Canteen table"),
                            ("club", "Club"),
                        ],
                        db_collation="C",
                        max_length=10,
                    ),
                ),
                ("name", models.CharField(db_collation="C", max_length=60)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(default=datetime.date(9999, 12, 31))),
            ],
        ),
        migrations.CreateModel(
            name="CohortMembership",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("path", models.CharField(db_collation="C", max_length=200)),
                ("place", models.CharField(blank=True, default="", max_length=20)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(default=datetime.date(9999, 12, 31))),
            ],
        ),
        migrations.CreateModel(
            name="Guardian",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("path", models.CharField(db_collation="C", max_length=200)),
                (
                    "relation",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "—"),
                            ("mother", "Mother"),
                            ("father", "Father"),
                            ("grandparent", "Grandparent"),
                            ("other", "Other guardian"),
                        ],
                        default="",
                        max_length=12,
                    ),
                ),
                ("name", models.CharField(blank=True, default="", max_length=60)),
                ("phone", models.CharField(db_collation="C", max_length=30)),
                ("position", models.SmallIntegerField(default=1)),
            ],
        ),
        migrations.CreateModel(
            name="Transfer",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("from_path", models.CharField(db_collation="C", max_length=200)),
                ("to_path", models.CharField(db_collation="C", max_length=200)),
                (
                    "asked_by_side",
                    models.CharField(
                        choices=[
                            ("giving", "the school the person is at"),
                            ("receiving", "the school the person goes to"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "waiting for an answer"),
                            ("accepted", "accepted"),
                            ("refused", "refused"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("effective_on", models.DateField()),
                (
                    "number",
                    models.CharField(blank=True, db_collation="C", default="", max_length=30),
                ),
                ("asked_by_id", models.BigIntegerField(null=True)),
                ("asked_at", models.DateTimeField()),
                ("answered_by_id", models.BigIntegerField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("answer", models.CharField(blank=True, default="", max_length=200)),
                ("done_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="membership",
            name="membership_once",
        ),
        migrations.AddField(
            model_name="person",
            name="born",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="person",
            name="created_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="person",
            name="id_kind",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "—"),
                    ("id_card", "Resident identity card"),
                    ("passport", "Passport"),
                    ("permit", "Travel or residence permit"),
                    ("other", "Other document"),
                ],
                default="",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="person",
            name="id_number",
            field=models.CharField(blank=True, db_collation="C", default="", max_length=30),
        ),
        migrations.AddField(
            model_name="person",
            name="kind",
            field=models.CharField(
                choices=[
                    ("student", "Student"),
                    ("staff", "Member of staff"),
                    ("contractor", "Contractor"),
                ],
                db_collation="C",
                null=True,
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="person",
            name="left_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="person",
            name="number",
            field=models.CharField(blank=True, db_collation="C", default="", max_length=30),
        ),
        migrations.AddField(
            model_name="person",
            name="path",
            field=models.CharField(db_collation="C", null=True, max_length=200),
        ),
        migrations.AddField(
            model_name="person",
            name="phone",
            field=models.CharField(blank=True, db_collation="C", default="", max_length=30),
        ),
        migrations.AddField(
            model_name="person",
            name="school",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="units.unit",
            ),
        ),
        migrations.AddField(
            model_name="person",
            name="sex",
            field=models.CharField(
                blank=True,
                choices=[("", "—"), ("female", "Female"), ("male", "Male")],
                default="",
                max_length=6,
            ),
        ),
        migrations.AddField(
            model_name="person",
            name="updated_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="person",
            name="name",
            field=models.CharField(db_collation="C", max_length=60),
        ),
        migrations.AddField(
            model_name="cohort",
            name="school",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="units.unit",
            ),
        ),
        migrations.AddField(
            model_name="cohortmembership",
            name="cohort",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="members",
                to="people.cohort",
            ),
        ),
        migrations.AddField(
            model_name="cohortmembership",
            name="person",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="cohorts",
                to="people.person",
            ),
        ),
        migrations.AddField(
            model_name="cohortmembership",
            name="school",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="units.unit",
            ),
        ),
        migrations.AddField(
            model_name="guardian",
            name="person",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="guardians",
                to="people.person",
            ),
        ),
        migrations.AddField(
            model_name="guardian",
            name="school",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="units.unit",
            ),
        ),
        migrations.AddField(
            model_name="transfer",
            name="from_school",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="units.unit",
            ),
        ),
        migrations.AddField(
            model_name="transfer",
            name="person",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="transfers",
                to="people.person",
            ),
        ),
        migrations.AddField(
            model_name="transfer",
            name="to_group",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="units.unit",
            ),
        ),
        migrations.AddField(
            model_name="transfer",
            name="to_school",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="units.unit",
            ),
        ),
        migrations.RunSQL([NUMBERS, PEOPLE, TELEPHONES, GONE], migrations.RunSQL.noop),
        migrations.RemoveField(
            model_name="membership",
            name="number",
        ),
        migrations.RemoveField(
            model_name="membership",
            name="phone",
        ),
        migrations.AlterField(
            model_name="person",
            name="created_at",
            field=models.DateTimeField(),
        ),
        migrations.AlterField(
            model_name="person",
            name="kind",
            field=models.CharField(
                choices=[
                    ("student", "Student"),
                    ("staff", "Member of staff"),
                    ("contractor", "Contractor"),
                ],
                db_collation="C",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="person",
            name="path",
            field=models.CharField(db_collation="C", max_length=200),
        ),
        migrations.AlterField(
            model_name="person",
            name="school",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="units.unit",
            ),
        ),
        migrations.AlterField(
            model_name="person",
            name="updated_at",
            field=models.DateTimeField(),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["path", "name", "id"], name="person_name"),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                condition=models.Q(("phone", ""), _negated=True),
                fields=["phone"],
                name="person_phone",
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                condition=models.Q(
                    models.Q(("id_number", ""), _negated=True), ("left_on__isnull", False)
                ),
                fields=["id_number"],
                name="person_id_number_left",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                fields=("person", "valid_to"), name="membership_person_to"
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.UniqueConstraint(
                condition=models.Q(models.Q(("id_number", ""), _negated=True), ("left_on", None)),
                fields=("id_number",),
                name="person_id_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.UniqueConstraint(
                condition=models.Q(models.Q(("number", ""), _negated=True), ("left_on", None)),
                fields=("number", "path", "kind"),
                name="person_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("id_kind", ""), ("id_number", "")),
                    models.Q(
                        models.Q(("id_kind", ""), _negated=True),
                        models.Q(("id_number", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="person_id_of_a_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="person_named"
            ),
        ),
        migrations.AddConstraint(
            model_name="cohort",
            constraint=models.UniqueConstraint(
                condition=models.Q(("valid_to", datetime.date(9999, 12, 31))),
                fields=("path", "kind", "name"),
                name="cohort_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="cohort",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_from__lte", models.F("valid_to"))),
                name="cohort_dates_in_order",
            ),
        ),
        migrations.AddIndex(
            model_name="cohortmembership",
            index=models.Index(fields=["cohort", "valid_to"], name="cohort_member"),
        ),
        migrations.AddConstraint(
            model_name="cohortmembership",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_from__lt", models.F("valid_to"))),
                name="cohort_member_dates_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="cohortmembership",
            constraint=models.UniqueConstraint(
                fields=("person", "cohort", "valid_to"), name="cohort_member_once"
            ),
        ),
        migrations.AddIndex(
            model_name="guardian",
            index=models.Index(fields=["phone"], name="guardian_phone"),
        ),
        migrations.AddConstraint(
            model_name="guardian",
            constraint=models.UniqueConstraint(
                fields=("person", "position"), name="guardian_position"
            ),
        ),
        migrations.AddConstraint(
            model_name="guardian",
            constraint=models.CheckConstraint(
                condition=models.Q(("position__gte", 1)), name="guardian_position_from_1"
            ),
        ),
        migrations.AddIndex(
            model_name="transfer",
            index=models.Index(fields=["from_path"], name="transfer_from"),
        ),
        migrations.AddIndex(
            model_name="transfer",
            index=models.Index(fields=["to_path"], name="transfer_to"),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("done_at", None), ("state__in", ["asked", "accepted"])),
                fields=("person",),
                name="transfer_one_under_way",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(("from_school", models.F("to_school")), _negated=True),
                name="transfer_between_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answered_at", None), ("state", "asked")),
                    models.Q(
                        models.Q(("state", "asked"), _negated=True), ("answered_at__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="transfer_answered_when",
            ),
        ),
    ]
