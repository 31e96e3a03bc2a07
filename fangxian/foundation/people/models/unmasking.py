"""For how long somebody sees numbers and telephones in full, of whom, and why."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from fangxian.foundation.people.models.columns import path_column, unit_key
from fangxian.foundation.people.models.persons import Person
from fangxian.kernel import privacy
from fangxian.kernel.access import ScopedQuerySet
from fangxian.kernel.access.rows import by_path, own


class UnmaskingQuerySet(ScopedQuerySet["Unmasking"]):
    def lasting(self, at: datetime) -> Self:
        """Those that are neither over nor ended."""
        return self.filter(until__gt=at, ended_at=None)


class Unmasking(models.Model):
    """Numbers of one person, or of everybody of a school where `person` is null, shown in full.

    `broke_glass` says that who asked does not hold the permission; `path` is the school's.
    """

    id = models.BigAutoField(primary_key=True)
    school = unit_key()
    path = path_column()
    person = models.ForeignKey(
        Person, models.CASCADE, null=True, related_name="+", db_constraint=False, db_index=False
    )
    by_id = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    broke_glass = models.BooleanField()
    at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by_id = models.BigIntegerField(null=True)

    objects = UnmaskingQuerySet.as_manager()

    rows: ClassVar = by_path() | own("by_id")
    classified: ClassVar = privacy.fields(
        public="id school path broke_glass at until ended_at",
        personal="person by_id reason ended_by_id",
        purpose="accountability",
        kept="unmasking",
        seen_by="administrators",
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(at__lt=F("until")), name="unmasking_has_an_end"),
            models.CheckConstraint(condition=~Q(reason=""), name="unmasking_has_a_reason"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["by_id", "until"], name="unmasking_by"),
            models.Index(fields=["path", "at"], name="unmasking_path"),
        ]

    def __str__(self) -> str:
        return f"{self.by_id} {self.path}"
