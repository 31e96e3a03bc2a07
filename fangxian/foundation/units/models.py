"""The tree of units. What a unit is never changes; what is said of it carries dates.

`Unit` is the identity. `UnitVersion` holds everything that can change (code, names, line of
reporting, territory, path, person in charge) for the days on which it held, so that the tree
can be asked as of any day and the past is never rewritten.
"""

from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from fangxian.kernel import privacy
from fangxian.kernel.access import ScopedQuerySet

OPEN_END = date(9999, 12, 31)
TREE_LOCK = 5_104_001  # who writes versions holds this advisory lock until commit


class UnitKind(models.TextChoices):
    PROVINCE = "province", _("Province")
    CITY = "city", _("City")
    COUNTY = "county", _("County")
    ZONE = "zone", _("Functional zone")
    CENTRE_SCHOOL = "centre_school", _("Centre school")
    SCHOOL = "school", _("School")
    TEACHING_POINT = "teaching_point", _("Teaching point")
    CAMPUS = "campus", _("Campus")
    COLLEGE = "college", _("College or university")
    TRAINING = "training", _("Training institution")
    GROUP = "group", _("Roll-call group")


class Stage(models.TextChoices):
    NONE = "", "—"
    KINDERGARTEN = "kindergarten", _("Kindergarten")
    PRIMARY = "primary", _("Primary school")
    JUNIOR = "junior", _("Junior secondary school")
    SENIOR = "senior", _("Senior secondary school")
    NINE_YEAR = "nine_year", _("Nine-year school")
    COMPLETE_SECONDARY = "complete_secondary", _("Complete secondary school")
    VOCATIONAL = "vocational", _("Vocational school")
    SPECIAL = "special", _("Special education school")
    UNIVERSITY = "university", _("University or college")
    TRAINING = "training", _("Training institution")


class Population(models.TextChoices):
    NONE = "", "—"
    STUDENTS = "students", _("Students")
    STAFF = "staff", _("Staff")
    CONTRACTORS = "contractors", _("Contractors")


#: the kinds that sign a daily report; their id is `school_id` in every large table
SCHOOL_KINDS = frozenset(
    {UnitKind.SCHOOL, UnitKind.CENTRE_SCHOOL, UnitKind.COLLEGE, UnitKind.TRAINING}
)
BUREAU_KINDS = frozenset({UnitKind.PROVINCE, UnitKind.CITY, UnitKind.COUNTY, UnitKind.ZONE})


class Unit(models.Model):
    """A node of the tree, for as long as it exists: `opened_on` ≤ day < `closed_on`.

    `headcount` is a group's roll as it is now: counted where it has a list of names
    (`has_roster`), else entered; None when nobody has said. Each day's obligation freezes it.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=16, choices=UnitKind.choices)
    stage = models.CharField(max_length=20, choices=Stage.choices, default="", blank=True)
    population = models.CharField(max_length=12, choices=Population.choices, default="", blank=True)
    boarding = models.BooleanField(default=False)
    headcount = models.PositiveIntegerField(null=True)
    has_roster = models.BooleanField(default=False)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True, blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged_from")

    classified: ClassVar = privacy.fields(
        public=(
            "id kind stage population boarding headcount has_roster opened_on closed_on merged_into"
        ),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(closed_on__isnull=True)
                | models.Q(closed_on__gte=models.F("opened_on")),
                name="unit_closes_after_opening",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="group") ^ models.Q(population=""),
                name="unit_population_for_groups_only",
            ),
            models.CheckConstraint(
                condition=models.Q(merged_into__isnull=True) | models.Q(closed_on__isnull=False),
                name="unit_merged_is_closed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class UnitVersionQuerySet(ScopedQuerySet["UnitVersion"]):
    def as_of(self, day: date) -> Self:
        """The tree as it stood on a day: one row a unit that was open."""
        return self.filter(valid_from__lte=day, valid_to__gt=day)

    def children_of(self, unit_id: int) -> Self:
        """The units that report to this one."""
        return self.filter(reports_to_id=unit_id)

    def schools(self) -> Self:
        """The units that sign a daily report."""
        return self.filter(school_id=models.F("unit_id"))

    def groups(self) -> Self:
        """The roll-call groups."""
        return self.filter(kind=UnitKind.GROUP)


class UnitVersion(models.Model):
    """What held of a unit from `valid_from` until the day before `valid_to`.

    `path` joins the ids of all ancestors and the unit's own, each followed by "/".
    `school_id` is the unit that signs the daily report for this one (itself, for a school);
    `bureau_id` the unit that school reports to: the level directly above. Both follow from
    the path, as does `kind` from the unit: they stand here so that large reads need no join.

    `grade` is a group's year: 1–12 the years of school, 13 and on those of study after it,
    -3 to -1 the years of kindergarten before it; None where a group has no year.
    """

    id = models.BigAutoField(primary_key=True)
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="versions", db_index=False)
    kind = models.CharField(max_length=16, choices=UnitKind.choices, db_collation="C")
    valid_from = models.DateField()
    valid_to = models.DateField(default=OPEN_END)
    code = models.CharField(max_length=24, db_collation="C")
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=160, default="", blank=True)
    short_zh = models.CharField(max_length=40, default="", blank=True)
    pinyin = models.CharField(max_length=240, default="", blank=True, db_collation="C")
    initials = models.CharField(max_length=60, default="", blank=True, db_collation="C")
    division_code = models.CharField(max_length=6, default="", blank=True, db_collation="C")
    reports_to = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    territorial = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    path = models.CharField(max_length=200, db_collation="C")
    school = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="+", db_constraint=False
    )
    bureau = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    contact_name = models.CharField(max_length=60, default="", blank=True)
    contact_phone = models.CharField(max_length=30, default="", blank=True)
    grade = models.SmallIntegerField(null=True, blank=True)

    objects = UnitVersionQuerySet.as_manager()

    classified: ClassVar = privacy.fields(
        public=(
            "id unit kind valid_from valid_to code name_zh name_en short_zh pinyin initials "
            "division_code reports_to territorial path school bureau grade"
        ),
        personal="contact_name contact_phone",
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(valid_from__lt=models.F("valid_to")),
                name="unitversion_dates_in_order",
            ),
            models.CheckConstraint(
                condition=models.Q(grade__isnull=True)
                | (models.Q(kind="group", grade__range=(-4, 30)) & ~models.Q(grade=0)),
                name="unitversion_grade_of_a_group",
            ),
            models.UniqueConstraint(fields=["unit", "valid_to"], name="unitversion_unit_to"),
            models.UniqueConstraint(fields=["code", "valid_to"], name="unitversion_code_to"),
        ]
        # That neither a unit nor a code has two versions on one day is held by a trigger in
        # migration 0002; why not by an exclusion constraint: docs/adr/0004.
        indexes: ClassVar = [
            models.Index(fields=["path"], name="unitversion_path"),
            models.Index(fields=["reports_to", "code"], name="unitversion_children"),
            models.Index(
                fields=["path"],
                condition=~models.Q(kind="group"),
                include=[
                    "name_zh",
                    "name_en",
                    "pinyin",
                    "initials",
                    "code",
                    "kind",
                    "unit",
                    "valid_from",
                    "valid_to",
                ],
                name="unitversion_named",
            ),
            models.Index(
                fields=["territorial"],
                condition=models.Q(school=models.F("unit")),
                name="unitversion_standing_in",
            ),
        ]

    def __str__(self) -> str:
        return self.name_zh


class LeadingGroupMember(models.Model):
    """A member of a unit's leading group for epidemic prevention, with post and dates."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="leading_group")
    post = models.CharField(max_length=60)
    name = models.CharField(max_length=60)
    phone = models.CharField(max_length=30, default="", blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(default=OPEN_END)

    classified: ClassVar = privacy.fields(
        public="id unit post valid_from valid_to",
        personal="name phone",
    )

    def __str__(self) -> str:
        return self.name


class TieKind(models.TextChoices):
    STREET = "street", _("Street or township office")
    CLINIC = "clinic", _("Clinic or health centre")
    CDC = "cdc", _("Centre for disease control")
    POLICE = "police", _("Police station")


class TieContact(models.Model):
    """Whom a unit calls outside the school system: street, clinic, CDC, police."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="ties")
    kind = models.CharField(max_length=8, choices=TieKind.choices)
    name = models.CharField(max_length=120)
    phone = models.CharField(max_length=30)
    valid_from = models.DateField()
    valid_to = models.DateField(default=OPEN_END)

    classified: ClassVar = privacy.fields(
        public="id unit kind valid_from valid_to",
        personal="name phone",
    )

    def __str__(self) -> str:
        return self.name
