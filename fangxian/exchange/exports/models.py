"""Exports: who took what out, under which mark, and the file while it lies ready."""

from typing import ClassVar

from django.db import models

from fangxian.exchange.exports.rules import Form, Kind, State
from fangxian.kernel import privacy
from fangxian.kernel.access import ScopedQuerySet
from fangxian.kernel.access.rows import by_path, own


class Export(models.Model):
    """One table taken out by one person; `mark` stands on every page of it.

    `what` is the kind of obligation of boards and silent lists. `written` counts the rows that
    are in the file so far. The file is gone when the state is expired; this row says for longer
    who had it.
    """

    id = models.BigAutoField(primary_key=True)
    mark = models.CharField(max_length=16, unique=True, db_collation="C")
    kind = models.CharField(max_length=8, choices=[(kind, kind) for kind in Kind])
    form = models.CharField(max_length=4, choices=[(form, form) for form in Form])
    unit_id = models.BigIntegerField()
    path = models.CharField(max_length=200, db_collation="C")
    code = models.CharField(max_length=40)
    first = models.DateField()
    last = models.DateField()
    what = models.CharField(max_length=40, default="", blank=True)
    names = models.BooleanField(default=False)
    reason = models.CharField(max_length=200, default="", blank=True)
    state = models.CharField(
        max_length=8, choices=[(state, state) for state in State], default=State.WAITING.value
    )
    written = models.IntegerField(default=0)
    expected = models.IntegerField(default=0)
    message = models.CharField(max_length=200, default="", blank=True)
    by_id = models.BigIntegerField()
    by_name = models.CharField(max_length=60)
    language = models.CharField(max_length=10)
    asked_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    downloads = models.SmallIntegerField(default=0)

    objects = ScopedQuerySet.as_manager()

    rows: ClassVar = by_path() | own("by_id")
    classified: ClassVar = privacy.fields(
        public=(
            "id mark kind form unit_id path code first last what names state written expected "
            "message language asked_at ready_at expires_at downloads"
        ),
        personal="reason by_id by_name",
        purpose="audit",
        kept="export",
        seen_by="auditors",
    )

    class Meta:
        indexes: ClassVar = [models.Index(fields=["by_id", "-id"], name="export_own")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(first__lte=models.F("last")), name="export_days_in_order"
            ),
            models.CheckConstraint(
                condition=models.Q(names=False) | ~models.Q(reason=""),
                name="export_names_have_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mark} {self.kind}"
