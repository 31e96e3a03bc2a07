"""A school's daily report and its signed revisions.

Partitioned by day, like all large tables. A revision is a snapshot and is never changed or
removed: the database refuses. What happens to it later (accepted, returned) stands in the report.
"""

from datetime import date
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models

from fangxian.kernel import privacy
from fangxian.kernel.access import ScopedQuerySet
from fangxian.watch.reporting.rules import State


class DictionaryVersion(models.Model):
    """The indicators as they were declared from a day on; a signed report names its version.

    `content` is a list with one entry a cell (indicator and population), in the order in which
    the figures of a report stand.
    """

    number = models.AutoField(primary_key=True)
    effective_from = models.DateField()
    content = models.JSONField()
    digest = models.BinaryField(max_length=32)
    recorded_at = models.DateTimeField()

    classified: ClassVar = privacy.fields(
        public="number effective_from content digest recorded_at",
    )

    class Meta:
        db_table = "report_dictionary"

    def __str__(self) -> str:
        return f"{self.number} {self.effective_from}"


class DailyReportQuerySet(ScopedQuerySet["DailyReport"]):
    def on(self, day: date) -> Self:
        """The reports of a day."""
        return self.filter(day=day)


class DailyReport(models.Model):
    """Where a school's report of a day stands; `revision` is the latest signed one, 0 for none."""

    pk = models.CompositePrimaryKey("day", "school_id")
    day = models.DateField()
    school_id = models.BigIntegerField()
    bureau_id = models.BigIntegerField()
    path = models.CharField(max_length=200, db_collation="C")
    state = models.CharField(max_length=8, choices=[(state, state) for state in State])
    revision = models.SmallIntegerField(default=0)
    signed_by = models.BigIntegerField(null=True)
    signed_at = models.DateTimeField(null=True)
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    comment = models.CharField(max_length=500, default="")

    objects = DailyReportQuerySet.as_manager()

    classified: ClassVar = privacy.fields(
        public="day school_id bureau_id path state revision signed_at decided_at",
        personal="signed_by decided_by comment",
    )

    class Meta:
        db_table = "daily_report"

    def __str__(self) -> str:
        return f"{self.school_id} {self.day} {self.state}"


class ReportRevision(models.Model):
    """What a school attested when it signed: for whom, which figures, by which dictionary.

    `figures` stand in the order of the dictionary version; a NULL element is not known.
    `entered`: figures entered by hand, `[{code, population, value, derived, reason}]`.
    `cutoff_from` < what became known ≤ `cutoff_at` is what "new" counts.
    `zero_total`: the sum of the figures that a full zero states to be 0.
    """

    pk = models.CompositePrimaryKey("day", "school_id", "revision")
    day = models.DateField()
    school_id = models.BigIntegerField()
    revision = models.SmallIntegerField()
    bureau_id = models.BigIntegerField()
    path = models.CharField(max_length=200, db_collation="C")
    signed_by = models.BigIntegerField(null=True)
    signed_at = models.DateTimeField()
    cutoff_from = models.DateTimeField()
    cutoff_at = models.DateTimeField()
    dictionary_version = models.IntegerField()
    groups_expected = models.IntegerField()
    groups_answered = models.IntegerField()
    people_total = models.IntegerField(null=True)
    people_accounted = models.IntegerField(null=True)
    zero_total = models.IntegerField(null=True)
    is_full_zero = models.BooleanField()
    figures = ArrayField(models.IntegerField(null=True))
    entered = models.JSONField(default=list)

    objects = ScopedQuerySet.as_manager()

    classified: ClassVar = privacy.fields(
        public=(
            "day school_id revision bureau_id path signed_at cutoff_from cutoff_at "
            "dictionary_version groups_expected groups_answered people_total "
            "people_accounted zero_total is_full_zero"
        ),
        personal="signed_by",
        health="figures entered",
    )

    class Meta:
        db_table = "report_revision"

    def __str__(self) -> str:
        return f"{self.school_id} {self.day} {self.revision}"


class Decision(models.Model):
    """What the level directly above decided on a revision; kept, like the revision itself."""

    pk = models.CompositePrimaryKey("day", "school_id", "revision")
    day = models.DateField()
    school_id = models.BigIntegerField()
    revision = models.SmallIntegerField()
    path = models.CharField(max_length=200, db_collation="C")
    accepted = models.BooleanField()
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField()
    comment = models.CharField(max_length=500, default="")

    objects = ScopedQuerySet.as_manager()

    classified: ClassVar = privacy.fields(
        public="day school_id revision path accepted decided_at",
        personal="decided_by comment",
    )

    class Meta:
        db_table = "report_decision"

    def __str__(self) -> str:
        return f"{self.school_id} {self.day} {self.revision}"


class Cutoff(models.Model):
    """A school's last signed cut-off: what came until then is no longer new.

    `day` is the report that carries it; while it is the school's latest, a revision of it counts
    news from `since`. The edges are explained in `indicators.Window`.
    """

    school_id = models.BigIntegerField(primary_key=True)
    path = models.CharField(max_length=200, db_collation="C")
    day = models.DateField()
    since = models.DateTimeField()
    since_edge = models.JSONField(default=dict)
    at = models.DateTimeField()
    at_edge = models.JSONField(default=dict)

    objects = ScopedQuerySet.as_manager()

    classified: ClassVar = privacy.fields(
        public="school_id path day since since_edge at at_edge",
    )

    class Meta:
        db_table = "report_cutoff"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(since__lte=models.F("at")), name="report_cutoff_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school_id} {self.at:%Y-%m-%d %H:%M}"
