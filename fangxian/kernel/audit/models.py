"""The audit trail: who did what, to which unit, when, and the segments in which it is sealed."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from fangxian.kernel import privacy


class AuditEvent(models.Model):
    """One thing done or seen. Partitioned by day; the database refuses to change or remove it.

    `acting` names the roles and units acted for, as in "head@123 auditor@7"; it is empty for a
    token, which names its unit itself. `persons` are the ids of the people concerned.
    """

    pk = models.CompositePrimaryKey("day", "id")
    id = models.BigIntegerField(help_text="from the sequence audit_event_id_seq")
    day = models.DateField()
    at = models.DateTimeField()
    event = models.CharField(max_length=60)
    by_id = models.BigIntegerField(null=True)
    token_id = models.BigIntegerField(null=True)
    unit_id = models.BigIntegerField(null=True)
    path = models.CharField(max_length=200, default="", db_collation="C")
    subject = models.CharField(max_length=200, default="")
    detail = models.JSONField(default=dict)
    acting = models.CharField(max_length=200, default="")
    address = models.GenericIPAddressField(null=True)
    purpose = models.CharField(max_length=200, default="")
    persons = ArrayField(models.BigIntegerField(), null=True)

    classified: ClassVar = privacy.fields(
        public="id day at event token_id unit_id path subject acting",
        personal="by_id detail address purpose persons",
    )

    class Meta:
        app_label = "kernel"
        db_table = "audit_event"

    def __str__(self) -> str:
        return f"{self.event} {self.at:%Y-%m-%d %H:%M}"


class AuditSegment(models.Model):
    """A stretch of a day's events with their hash and that of the segment before.

    It covers the events of `day` with `after_id < id <= upto_id`; later segments never go back
    behind the largest `upto_id`. Only the database's own function `audit_seal` makes one. A
    `forgotten` one says that the events of its day were dropped after their time.
    """

    number = models.BigIntegerField(primary_key=True)
    day = models.DateField()
    after_id = models.BigIntegerField()
    upto_id = models.BigIntegerField()
    events = models.IntegerField()
    rows_hash = models.BinaryField()
    previous = models.BinaryField()
    hash = models.BinaryField(unique=True)
    sealed_at = models.DateTimeField()
    forgotten = models.BooleanField(default=False)

    classified: ClassVar = privacy.fields(
        public=("number day after_id upto_id events rows_hash previous hash sealed_at forgotten"),
    )

    class Meta:
        app_label = "kernel"
        db_table = "audit_segment"

    def __str__(self) -> str:
        return f"{self.number}: {self.events} events of {self.day}"
