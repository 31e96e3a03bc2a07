"""The roll call of a group. Every revision is kept; one is current per (unit, day, session).

Partitioned by day; both tables carry the school and the path as of that day. A check adds up:
on a school day present + absent ill + absent other + not known = enrolled; at home reached and
well + reached and ill + not reached = enrolled. The database holds it.
"""

from datetime import date
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models

from fangxian.kernel import privacy
from fangxian.kernel.access import ScopedQuerySet


class CheckQuerySet(ScopedQuerySet["Check"]):
    def current(self) -> Self:
        """The revision that holds now."""
        return self.filter(is_current=True)

    def on(self, day: date, session: str) -> Self:
        """One session of a day."""
        return self.filter(day=day, session=session)


class Check(models.Model):
    """One revision of a group's check: counts of people. None where the session has no such count.

    `absent_unknown` are absent without a known cause; `not_known` nobody could say whether they
    are there. `fever` counts lines with 37.3 °C or more, or fever named. `digest` is the SHA-256
    of the normalised content: equal content is the same check.
    """

    pk = models.CompositePrimaryKey("day", "unit_id", "session", "revision", "school_id")
    id = models.BigIntegerField(help_text="from the sequence check_revision_id_seq")
    day = models.DateField()
    unit_id = models.BigIntegerField()
    session = models.CharField(max_length=8, db_collation="C")
    revision = models.SmallIntegerField()
    is_current = models.BooleanField(default=True)
    revises = models.BigIntegerField(null=True)
    school_id = models.BigIntegerField()
    path = models.CharField(max_length=200, db_collation="C")
    enrolled = models.IntegerField()
    present = models.IntegerField(null=True)
    not_known = models.IntegerField(null=True)
    absent_ill = models.IntegerField(null=True)
    absent_leave = models.IntegerField(null=True)
    absent_unknown = models.IntegerField(null=True)
    absent_other = models.IntegerField(null=True)
    symptomatic_present = models.IntegerField(default=0)
    fever = models.IntegerField(default=0)
    reached_well = models.IntegerField(null=True)
    reached_ill = models.IntegerField(null=True)
    not_reached = models.IntegerField(null=True)
    at_campus = models.IntegerField(null=True)
    at_city = models.IntegerField(null=True)
    at_province = models.IntegerField(null=True)
    at_elsewhere = models.IntegerField(null=True)
    at_abroad = models.IntegerField(null=True)
    digest = models.BinaryField(max_length=32)
    recorded_by = models.BigIntegerField(null=True)
    token_id = models.BigIntegerField(null=True)
    on_behalf_of = models.CharField(max_length=60, null=True)  # noqa: DJ001
    channel = models.CharField(max_length=10)
    told_at = models.DateTimeField()
    received_at = models.DateTimeField()

    objects = CheckQuerySet.as_manager()

    classified: ClassVar = privacy.fields(
        public=(
            "id day unit_id session revision is_current revises school_id path enrolled "
            "present not_known absent_ill absent_leave absent_unknown absent_other "
            "symptomatic_present fever reached_well reached_ill not_reached at_campus "
            "at_city at_province at_elsewhere at_abroad digest token_id channel told_at "
            "received_at"
        ),
        personal="recorded_by on_behalf_of",
    )

    class Meta:
        db_table = "check_revision"

    def __str__(self) -> str:
        return f"{self.unit_id} {self.day} {self.session} {self.revision}"


class CheckLine(models.Model):
    """One person in a check who is absent, or here with symptoms. May be nameless.

    `known_at` is when this fact first became known: carried over from revision to revision.
    `temperature` in °C; None = not measured.
    """

    pk = models.CompositePrimaryKey("day", "unit_id", "session", "revision", "number", "school_id")
    day = models.DateField()
    unit_id = models.BigIntegerField()
    session = models.CharField(max_length=8, db_collation="C")
    revision = models.SmallIntegerField()
    number = models.SmallIntegerField()
    school_id = models.BigIntegerField()
    path = models.CharField(max_length=200, db_collation="C")
    person_id = models.BigIntegerField(null=True)
    name = models.CharField(max_length=60, default="")
    is_present = models.BooleanField()
    reason = models.CharField(max_length=16)
    symptoms = ArrayField(models.CharField(max_length=24), default=list)
    temperature = models.DecimalField(max_digits=3, decimal_places=1, null=True)
    known_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    classified: ClassVar = privacy.fields(
        public="day unit_id session revision number school_id path is_present known_at",
        personal="person_id name",
        health="reason symptoms temperature",
    )

    class Meta:
        db_table = "check_line"

    def __str__(self) -> str:
        return f"{self.unit_id} {self.day} {self.session} {self.revision}/{self.number}"
