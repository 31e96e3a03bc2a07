"""Which keys this database was sealed with, keys of collections, and how far a rotation is."""

from datetime import datetime
from typing import ClassVar

from django.db import models

from fangxian.kernel import privacy
from fangxian.kernel.access.rows import open_rows
from fangxian.kernel.secrets.fields import SealedField, SealedModel

KEYS = "keys sealed or known by a fingerprint: of nobody"


class SecretKey(models.Model):
    """A key that sealed something here, known by a fingerprint; 0 is that of blind indexes."""

    number = models.IntegerField(primary_key=True)
    fingerprint = models.BinaryField()
    at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    rows: ClassVar = open_rows(KEYS, web="SELECT", worker="SELECT")
    classified: ClassVar = privacy.fields(
        public="number fingerprint at retired_at",
        purpose="operation",
        kept="stays",
        seen_by="nobody",
    )

    def __str__(self) -> str:
        return str(self.number)


class CollectionKey(SealedModel):
    """The key of one collection, sealed by the installation's; without it all of it is gone."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=80, unique=True)
    key = SealedField(bound_to="name")
    at = models.DateTimeField()
    destroyed_at: "models.DateTimeField[datetime | None, datetime | None]" = models.DateTimeField(
        null=True
    )

    rows: ClassVar = open_rows(KEYS)
    classified: ClassVar = privacy.fields(
        public="id name key at destroyed_at",
        purpose="operation",
        kept="stays",
        seen_by="nobody",
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(key__isnull=True, destroyed_at__isnull=False)
                | models.Q(key__isnull=False, destroyed_at__isnull=True),
                name="collection_key_until_destroyed",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Resealing(models.Model):
    """How far a field has been sealed anew with a key: rows up to `last_id` are done."""

    field = models.CharField(max_length=120, primary_key=True)
    number = models.IntegerField()
    last_id = models.BigIntegerField(default=0)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    at = models.DateTimeField()

    rows: ClassVar = open_rows(KEYS, web="SELECT", worker="SELECT")
    classified: ClassVar = privacy.fields(
        public="field number last_id done total at",
        purpose="operation",
        kept="stays",
        seen_by="nobody",
    )

    def __str__(self) -> str:
        return self.field
