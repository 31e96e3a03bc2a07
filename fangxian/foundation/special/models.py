"""Special collections and what stands in them: every text is sealed with the collection's key.

Lines are added and never changed: a correction is another line that says which it revises. So
history has the same key.
"""

from typing import ClassVar

from django.db import models

from fangxian.foundation.units.models import Unit
from fangxian.kernel import privacy
from fangxian.kernel.access import ScopedQuerySet
from fangxian.kernel.access.rows import by_path


class Collection(models.Model):
    """Data gathered for one purpose, by one document, until a day; then its key is destroyed."""

    id = models.BigAutoField(primary_key=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    path = models.CharField(max_length=200, db_collation="C")
    name = models.CharField(max_length=80, unique=True)
    purpose = models.CharField(max_length=200)
    ground = models.CharField(max_length=200)
    opened_on = models.DateField()
    destroy_by = models.DateField()
    opened_by_id = models.BigIntegerField()
    destroyed_at = models.DateTimeField(null=True)
    destroyed_by_id = models.BigIntegerField(null=True)
    second_id = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=200, default="")

    objects = ScopedQuerySet.as_manager()

    classified: ClassVar = privacy.fields(
        public="id unit path name purpose ground opened_on destroy_by destroyed_at reason",
        personal="opened_by_id destroyed_by_id second_id",
        purpose="accountability",
        kept="stays",
        seen_by="nobody",
    )
    rows: ClassVar = by_path()

    class Meta:
        db_table = "special_collection"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(destroyed_at__isnull=True, destroyed_by_id__isnull=True)
                | models.Q(
                    destroyed_at__isnull=False,
                    destroyed_by_id__isnull=False,
                    second_id__isnull=False,
                ),
                name="special_collection_destroyed_by_two",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Line(models.Model):
    """One line about somebody, sealed; `revises` names the line whose place it takes."""

    id = models.BigAutoField(primary_key=True)
    collection = models.ForeignKey(Collection, models.PROTECT, related_name="lines")
    path = models.CharField(max_length=200, db_collation="C")
    sealed = models.BinaryField()
    revises = models.OneToOneField("self", models.PROTECT, null=True, related_name="revised_by")
    by_id = models.BigIntegerField()
    at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    classified: ClassVar = privacy.fields(
        public="id collection path revises at",
        personal="by_id",
        health="sealed",
        purpose="special",
        kept="special",
        seen_by="nobody",
    )
    rows: ClassVar = by_path()

    class Meta:
        db_table = "special_line"

    def __str__(self) -> str:
        return f"{self.collection_id} {self.pk}"
