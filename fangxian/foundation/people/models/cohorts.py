"""Cohorts of a school that cut across its groups, and who is in them."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fangxian.foundation.people.models.columns import path_column, unit_key
from fangxian.foundation.people.models.persons import Person
from fangxian.foundation.units.models import OPEN_END
from fangxian.kernel import privacy
from fangxian.kernel.access import ScopedQuerySet


class CohortKind(models.TextChoices):
    DORMITORY = "dormitory", _("Dormitory room")
    BUS = "bus", _("School bus")
    CANTEEN = "canteen", _("Canteen table")
    CLUB = "club", _("Club")


class DatedQuerySet(ScopedQuerySet[Any]):
    def as_of(self, day: date) -> Self:
        """What held on a day."""
        return self.filter(valid_from__lte=day, valid_to__gt=day)


class Cohort(models.Model):
    """People of a school who share something across groups: a dormitory room, a bus, a table."""

    id = models.BigAutoField(primary_key=True)
    school = unit_key()
    path = path_column()
    kind = models.CharField(max_length=10, choices=CohortKind.choices, db_collation="C")
    name = models.CharField(max_length=60, db_collation="C")
    valid_from = models.DateField()
    valid_to = models.DateField(default=OPEN_END)

    objects = DatedQuerySet.as_manager()

    classified: ClassVar = privacy.fields(public="id school path kind name valid_from valid_to")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["path", "kind", "name"],
                condition=Q(valid_to=OPEN_END),
                name="cohort_name",
            ),
            models.CheckConstraint(
                condition=Q(valid_from__lte=F("valid_to")), name="cohort_dates_in_order"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CohortMembership(models.Model):
    """A person in a cohort, from a day until the day before another; `place` is bed or seat."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(
        Person, models.CASCADE, related_name="cohorts", db_constraint=False, db_index=False
    )
    cohort = models.ForeignKey(
        Cohort, models.CASCADE, related_name="members", db_constraint=False, db_index=False
    )
    school = unit_key()
    path = path_column()
    place = models.CharField(max_length=20, default="", blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(default=OPEN_END)

    objects = DatedQuerySet.as_manager()

    classified: ClassVar = privacy.fields(
        public="id cohort school path valid_from valid_to", personal="person place"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(valid_from__lt=F("valid_to")), name="cohort_member_dates_in_order"
            ),
            models.UniqueConstraint(
                fields=["person", "cohort", "valid_to"], name="cohort_member_once"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["cohort", "valid_to"], name="cohort_member")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.cohort_id}"
