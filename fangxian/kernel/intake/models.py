"""Imports, and what their rows say until they are written or given up.

The rows of an import lie in tables of its own (`intake_row_17`), made like the pattern tables
here and dropped at the end, so that nothing of a file outlives its import: see `tables`.
"""

from typing import ClassVar

from django.db import models

from fangxian.kernel import privacy
from fangxian.kernel.access import ScopedQuerySet
from fangxian.kernel.intake.rules import Outcome, State

STATES = [(state.value, state.value) for state in State]
OUTCOMES = [(outcome.value, outcome.value) for outcome in Outcome]


class Intake(models.Model):
    """One uploaded file on its way in; only who uploaded it sees it.

    `headers` are the columns as found: `{"line": …, "names": […], "samples": [[…], …]}`.
    `done` of `total` and `phase` tell how far the work of the present state is; `result` names
    a file that may be downloaded once.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=20)
    unit_id = models.BigIntegerField()
    path = models.CharField(max_length=200, db_collation="C")
    by_id = models.BigIntegerField()
    at = models.DateTimeField()
    language = models.CharField(max_length=10, default="zh-hans")
    file_name = models.CharField(max_length=200)
    size = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=STATES, default=State.UPLOADED)
    headers = models.JSONField(default=dict)
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    phase = models.CharField(max_length=20, default="")
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    counts = models.JSONField(default=dict)
    message = models.CharField(max_length=500, default="")
    attempts = models.SmallIntegerField(default=0)
    cancel_asked = models.BooleanField(default=False)
    result = models.CharField(max_length=80, default="")
    changed_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    classified: ClassVar = privacy.fields(
        public=(
            "id kind unit_id path at language size state mapping options phase done total counts "
            "attempts cancel_asked result changed_at"
        ),
        personal="by_id file_name headers message",
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["by_id", "-id"], name="intake_by"),
            models.Index(
                fields=["state"],
                condition=~models.Q(state__in=["done", "cancelled", "failed"]),
                name="intake_open",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class IntakeRow(models.Model):
    """Pattern: what writing one row would do. `line` counts as a spreadsheet does; what is
    missing from the file has lines below zero. `target` is what the row is about, `reasons`
    why it is wrong (see `reasons`)."""

    line = models.IntegerField(primary_key=True)
    outcome = models.CharField(max_length=8, choices=OUTCOMES, db_collation="C")
    target = models.BigIntegerField(null=True)
    reasons = models.TextField(default="")

    classified: ClassVar = privacy.fields(public="line outcome target", personal="reasons")

    class Meta:
        db_table = "intake_row"

    def __str__(self) -> str:
        return f"{self.line} {self.outcome}"


class IntakeSaid(models.Model):
    """Pattern: what a row says, for kinds whose files are small."""

    line = models.IntegerField(primary_key=True)
    said = models.JSONField()
    wrong = models.TextField(default="")

    classified: ClassVar = privacy.fields(public="line", personal="said wrong")

    class Meta:
        db_table = "intake_said"

    def __str__(self) -> str:
        return str(self.line)


class RememberedColumns(models.Model):
    """Which column was what in files with the same headings, for a kind and unit."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=20)
    unit_id = models.BigIntegerField()
    signature = models.CharField(max_length=64)
    mapping = models.JSONField()
    by_id = models.BigIntegerField()
    at = models.DateTimeField()

    classified: ClassVar = privacy.fields(public="id kind unit_id signature mapping at",
                                          personal="by_id")  # fmt: skip

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "unit_id", "signature"], name="remembered_columns_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.unit_id}"
