"""What is declared about days, at a unit for it and everything below: terms, single days,
suspensions, staggered returns. What follows from it: `days`."""

from typing import ClassVar

from django.db import models

from fangxian.foundation.schooldays.rules import SEASONS
from fangxian.foundation.units.models import Unit
from fangxian.kernel import privacy
from fangxian.kernel.places import FIRST_GRADE, LAST_GRADE


class DayException(models.Model):
    """One day on which a unit and everything below it is open, or closed, with the reason."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="day_exceptions")
    day = models.DateField()
    is_open = models.BooleanField()
    reason = models.CharField(max_length=120)

    classified: ClassVar = privacy.fields(
        public="id unit day is_open reason",
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["day", "unit"], name="dayexception_once"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.unit_id} {'+' if self.is_open else '-'}"


class Term(models.Model):
    """A term of a school year, from its first day to its last; the nearest unit's dates count."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="terms")
    school_year = models.PositiveSmallIntegerField()
    season = models.CharField(max_length=6, choices=list(SEASONS.items()))
    first_day = models.DateField()
    last_day = models.DateField()
    document = models.CharField(max_length=200)

    classified: ClassVar = privacy.fields(
        public="id unit school_year season first_day last_day document",
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit", "school_year", "season"], name="term_once_a_unit"
            ),
            models.CheckConstraint(
                condition=models.Q(first_day__lte=models.F("last_day")), name="term_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school_year} {self.season} {self.unit_id}"


class Suspension(models.Model):
    """Lessons are suspended from a day until another, or until further notice (no last day)."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="suspensions")
    first_day = models.DateField()
    last_day = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=120)
    document = models.CharField(max_length=200, default="", blank=True)

    classified: ClassVar = privacy.fields(
        public="id unit first_day last_day reason document",
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(last_day__isnull=True)
                | models.Q(first_day__lte=models.F("last_day")),
                name="suspension_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_day} {self.unit_id}"


class EarlyReturn(models.Model):
    """A part of a suspended unit that has lessons before the whole does."""

    suspension = models.ForeignKey(Suspension, models.CASCADE, related_name="early_returns")
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+")
    first_day = models.DateField()
    last_day = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=120)

    classified: ClassVar = privacy.fields(
        public="id suspension unit first_day last_day reason",
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["suspension", "unit"], name="earlyreturn_once"),
            models.CheckConstraint(
                condition=models.Q(last_day__isnull=True)
                | models.Q(first_day__lte=models.F("last_day")),
                name="earlyreturn_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.suspension_id} {self.unit_id}"


class StaggeredReturn(models.Model):
    """Grades that begin a term on days of their own; the nearest unit's plan counts whole."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="staggered_returns")
    school_year = models.PositiveSmallIntegerField()
    season = models.CharField(max_length=6, choices=list(SEASONS.items()))
    document = models.CharField(max_length=200)

    classified: ClassVar = privacy.fields(
        public="id unit school_year season document",
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit", "school_year", "season"], name="staggeredreturn_once_a_unit"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school_year} {self.season} {self.unit_id}"


class GradeStart(models.Model):
    """The first day of a grade in a staggered return; no grade: of every other grade."""

    plan = models.ForeignKey(StaggeredReturn, models.CASCADE, related_name="starts")
    grade = models.SmallIntegerField(null=True)
    first_day = models.DateField()

    classified: ClassVar = privacy.fields(
        public="id plan grade first_day",
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["plan", "grade"], nulls_distinct=False, name="gradestart_once"
            ),
            models.CheckConstraint(
                condition=models.Q(grade__isnull=True)
                | models.Q(grade__gte=FIRST_GRADE, grade__lte=LAST_GRADE),
                name="gradestart_in_scale",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grade} {self.first_day}"
