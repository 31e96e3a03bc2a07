"""Which rung was told when to how many, who is on it, and who stands in for whom.

A firing is written in the transaction that makes its notices: what has a row has been told, once.
"""

from datetime import date
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models

from fangxian.foundation.accounts.models import ROLE_LABELS, User
from fangxian.foundation.escalation.rules import SUBSTITUTED
from fangxian.foundation.units.models import Unit
from fangxian.kernel import privacy
from fangxian.kernel.access import ScopedQuerySet

#: the rung's name for what came to a level because nobody holds the role at a level below
GAP = "gap."


class Firing(models.Model):
    """A rung was decided at a unit: `silent` had not answered, `told` people heard of it.

    `unit_id` is the school, for whoever answers in it too, or the bureau (then `school_id` is 0).
    Of the silent, `gaps` belong to nobody at this level; `raised_to` is the level that heard of
    them instead. `folded_into` names the rung that spoke for this one, when it was overtaken.
    """

    pk = models.CompositePrimaryKey("day", "kind", "rung", "unit_id", "school_id")
    day = models.DateField()
    kind = models.CharField(max_length=24, db_collation="C")
    rung = models.CharField(max_length=24, db_collation="C")
    unit_id = models.BigIntegerField()
    level = models.CharField(max_length=16, db_collation="C")
    school_id = models.BigIntegerField(default=0)
    path = models.CharField(max_length=200, db_collation="C")
    fired_at = models.DateTimeField()
    silent = models.IntegerField()
    told = models.IntegerField(default=0)
    gaps = models.IntegerField(default=0)
    raised_to = models.CharField(max_length=16, default="", db_collation="C")
    folded_into = models.CharField(max_length=24, default="", db_collation="C")

    objects = ScopedQuerySet.as_manager()

    classified: ClassVar = privacy.fields(
        public=(
            "day kind rung unit_id level school_id path fired_at silent told gaps raised_to "
            "folded_into"
        ),
    )

    class Meta:
        db_table = "escalation_firing"

    def __str__(self) -> str:
        return f"{self.kind} {self.day} {self.rung} {self.unit_id}"


class Decided(models.Model):
    """A rung of a day's list was decided, for every unit at once: never again."""

    pk = models.CompositePrimaryKey("day", "kind", "rung", "due_at")
    day = models.DateField()
    kind = models.CharField(max_length=24, db_collation="C")
    rung = models.CharField(max_length=24, db_collation="C")
    due_at = models.DateTimeField()
    decided_at = models.DateTimeField()

    classified: ClassVar = privacy.fields(public="day kind rung due_at decided_at")

    class Meta:
        db_table = "escalation_decided"

    def __str__(self) -> str:
        return f"{self.kind} {self.day} {self.rung}"


class AcknowledgementQuerySet(ScopedQuerySet["Acknowledgement"]):
    def of(self, kind: str, day: date) -> Self:
        """Who is on it now."""
        return self.filter(kind=kind, day=day, ended_at__isnull=True)


class Acknowledgement(models.Model):
    """Somebody said "I am on it" about what is silent at and below a unit.

    `levels` are those inside the school, `bureaus` the units above it, to which nothing more
    is told of it today; whoever stands higher still is.
    """

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    kind = models.CharField(max_length=24, db_collation="C")
    unit_id = models.BigIntegerField()
    school_id = models.BigIntegerField(default=0)
    path = models.CharField(max_length=200, db_collation="C")
    levels = ArrayField(models.CharField(max_length=16))
    bureaus = ArrayField(models.BigIntegerField())
    by = models.ForeignKey(User, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = AcknowledgementQuerySet.as_manager()

    classified: ClassVar = privacy.fields(
        public="id day kind unit_id school_id path levels bureaus at ended_at",
        personal="by",
    )

    class Meta:
        db_table = "escalation_acknowledgement"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["day", "kind", "unit_id", "by"],
                condition=models.Q(ended_at__isnull=True),
                name="acknowledgement_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.day} {self.unit_id}"


class SubstituteQuerySet(models.QuerySet["Substitute"]):
    def on_duty(self, day: date) -> Self:
        """Who stands in on a day."""
        return self.filter(first_day__lte=day, last_day__gte=day, ended_at__isnull=True)

    def to_come(self, day: date) -> Self:
        """Those on duty on a day or later."""
        return self.filter(last_day__gte=day, ended_at__isnull=True)


class Substitute(models.Model):
    """On these days a colleague hears of silence in place of those who hold a role at a unit."""

    id = models.BigAutoField(primary_key=True)
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="substitutes")
    role = models.CharField(
        max_length=20, choices=[(role.value, ROLE_LABELS[role]) for role in SUBSTITUTED]
    )
    user = models.ForeignKey(User, models.CASCADE, related_name="substitutes")
    first_day = models.DateField()
    last_day = models.DateField()
    set_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = SubstituteQuerySet.as_manager()

    classified: ClassVar = privacy.fields(
        public="id unit role user first_day last_day set_by set_at ended_at",
    )

    class Meta:
        db_table = "escalation_substitute"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(first_day__lte=models.F("last_day")),
                name="substitute_days_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.unit_id}"
