"""The audit trail: who did what, to which unit, when. Append-only, partitioned by day."""

from typing import ClassVar

from django.db import models

from fangxian.kernel import privacy


class AuditEvent(models.Model):
    """One thing done. The web and worker roles may insert and read, never change or remove."""

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

    classified: ClassVar = privacy.fields(
        public="id day at event token_id unit_id path subject",
        personal="by_id detail",
    )

    class Meta:
        app_label = "kernel"
        db_table = "audit_event"

    def __str__(self) -> str:
        return f"{self.event} {self.at:%Y-%m-%d %H:%M}"
