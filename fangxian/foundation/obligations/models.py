"""What each unit owes: one row per unit, kind and day, created ahead so that silence has a row.

Partitioned by day. Nothing has a foreign key to it: refer by (day, kind, unit). Whether a row is
overdue, on time or late follows from its times and is never stored.
"""

from datetime import date, datetime
from typing import ClassVar, Self

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from fangxian.foundation.obligations.sources import BothTables, may_be_packed
from fangxian.kernel import privacy
from fangxian.kernel.access import ScopedQuerySet


class Channel(models.TextChoices):
    """How an answer was told."""

    WEB = "web", _("On this system")
    API = "api", _("From another program")
    PHONE = "phone", _("By telephone")
    PAPER = "paper", _("On paper")
    MESSAGE = "message", _("By message")
    IN_PERSON = "in_person", _("In person")


class ObligationQuerySet(ScopedQuerySet["Obligation"]):
    def of(self, kind: str, day: date) -> Self:
        """The frozen list of a kind on a day."""
        return self.on(day).filter(kind=kind, cancelled_at__isnull=True)

    def on(self, day: date) -> Self:
        """Everything of a day, wherever it is kept; what is packed can be read, not locked."""
        found = self.filter(day=day)
        if may_be_packed(day):
            alias = found.query.get_initial_alias()
            found.query.alias_map[str(alias)] = BothTables(day)
        return found

    def silent(self) -> Self:
        """Not answered and not excused, whether due yet or not."""
        return self.filter(told_at__isnull=True, excused_at__isnull=True)

    def overdue(self, at: datetime) -> Self:
        """Silent past the deadline."""
        return self.silent().filter(due_at__lt=at)


class Obligation(models.Model):
    """Unit U owes an answer of kind K about subject S by time T.

    `told_at` is when the first answer was told, `received_at` when it arrived here: an answer
    told in time is in time. `roll` is the headcount frozen with the row; `accounted` how many
    of them the latest answer accounts for. Both are None where nobody has said.

    Excused without `excused_by`: by the calendar, which takes it back when it changes back.
    `added_at`: asked only after the list was frozen, because the calendar changed that day.
    """

    pk = models.CompositePrimaryKey("day", "kind", "unit_id", "subject", "school_id")
    day = models.DateField()
    kind = models.CharField(max_length=24, db_collation="C")
    unit_id = models.BigIntegerField()
    subject = models.CharField(max_length=40, default="", db_collation="C")
    school_id = models.BigIntegerField()
    bureau_id = models.BigIntegerField()
    path = models.CharField(max_length=200, db_collation="C")
    due_at = models.DateTimeField()
    roll = models.IntegerField(null=True)
    told_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    answered_by = models.BigIntegerField(null=True)
    channel = models.CharField(max_length=10, choices=Channel.choices, null=True)  # noqa: DJ001
    on_behalf_of = models.CharField(max_length=60, null=True)  # noqa: DJ001
    accounted = models.IntegerField(null=True)
    excused_at = models.DateTimeField(null=True)
    excused_by = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=200, null=True)  # noqa: DJ001
    cancelled_at = models.DateTimeField(null=True)
    added_at = models.DateTimeField(null=True)

    objects = ObligationQuerySet.as_manager()

    classified: ClassVar = privacy.fields(
        public=(
            "day kind unit_id subject school_id bureau_id path due_at roll told_at "
            "received_at channel accounted excused_at reason cancelled_at added_at"
        ),
        personal="answered_by on_behalf_of excused_by",
    )

    class Meta:
        db_table = "obligation"

    def __str__(self) -> str:
        return f"{self.kind} {self.day} {self.unit_id}"


class ObligationDay(models.Model):
    """A kind's list for a day: when it was made and frozen, and how many it expects."""

    pk = models.CompositePrimaryKey("day", "kind")
    day = models.DateField()
    kind = models.CharField(max_length=24, db_collation="C")
    expected = models.IntegerField()
    made_at = models.DateTimeField()
    frozen_at = models.DateTimeField()

    classified: ClassVar = privacy.fields(
        public="day kind expected made_at frozen_at",
    )

    class Meta:
        db_table = "obligation_day"

    def __str__(self) -> str:
        return f"{self.kind} {self.day}"


class Chase(models.Model):
    """A silent unit was asked again, by hand; shown to that unit until it answers."""

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    kind = models.CharField(max_length=24, db_collation="C")
    unit_id = models.BigIntegerField()
    school_id = models.BigIntegerField()
    path = models.CharField(max_length=200, db_collation="C")
    chased_at = models.DateTimeField()
    chased_by = models.BigIntegerField(null=True)
    from_name_zh = models.CharField(max_length=120)
    from_name_en = models.CharField(max_length=160, default="")

    objects = ScopedQuerySet.as_manager()

    classified: ClassVar = privacy.fields(
        public="id day kind unit_id school_id path chased_at from_name_zh from_name_en",
        personal="chased_by",
    )

    class Meta:
        db_table = "obligation_chase"
        indexes: ClassVar = [
            models.Index(fields=["day", "kind", "unit_id"], name="chase_unit"),
            models.Index(fields=["day", "school_id"], name="chase_school"),
            models.Index(fields=["day", "kind", "path", "chased_at"], name="chase_path"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.day} {self.unit_id}"

    @property
    def from_name(self) -> str:
        """Who asked, in the reader's language."""
        english = (get_language() or "").startswith("en")
        return self.from_name_en if english and self.from_name_en else self.from_name_zh
