"""The runs of the daily job, and how much each term took."""

from typing import ClassVar

from django.db import models

from fangxian.kernel import privacy
from fangxian.kernel.access.rows import open_rows


class Run(models.Model):
    """One pass through everything that expires, by one document; without an end: broken off."""

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    document = models.CharField(max_length=200)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    classified: ClassVar = privacy.fields(
        public="id day document began_at ended_at",
        purpose="operation",
        kept="stays",
        seen_by="administrators",
    )

    rows: ClassVar = open_rows("counts of the whole installation, of nobody")

    class Meta:
        db_table = "retention_run"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["day"],
                condition=models.Q(ended_at__isnull=True),
                name="retention_run_one_under_way",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.pk}"


class Taken(models.Model):
    """What a term took in a run: rows removed or made anonymous, and whole days let go.

    `before` is the first day that stays. `done` is False while more is left, or where a day
    could not be had because somebody was reading it: the next run takes it.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="taken")
    code = models.CharField(max_length=40, db_collation="C")
    before = models.DateField()
    count = models.BigIntegerField(default=0)
    days = models.IntegerField(default=0)
    done = models.BooleanField(default=False)

    classified: ClassVar = privacy.fields(
        public="id run code before count days done",
        purpose="operation",
        kept="stays",
        seen_by="administrators",
    )

    rows: ClassVar = open_rows("counts of the whole installation, of nobody")

    class Meta:
        db_table = "retention_taken"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "code"], name="retention_taken_once"),
            models.CheckConstraint(
                condition=models.Q(count__gte=0, days__gte=0), name="retention_taken_counts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.count}"
