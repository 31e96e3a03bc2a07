"""Transfers between schools, and the year-end promotion of a school's groups."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fangxian.foundation.people.models.columns import path_column, unit_key
from fangxian.foundation.people.models.persons import Person
from fangxian.kernel import privacy
from fangxian.kernel.access import Actor, ScopedQuerySet, subtree, within_any


class TransferState(models.TextChoices):
    ASKED = "asked", _("waiting for an answer")
    ACCEPTED = "accepted", _("accepted")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")


class TransferSide(models.TextChoices):
    GIVING = "giving", _("the school the person is at")
    RECEIVING = "receiving", _("the school the person goes to")


class TransferQuerySet(models.QuerySet["Transfer"]):
    def visible_to(self, actor: Actor) -> Self:
        """Those that concern a school within the actor's scope, at either end."""
        ranges = actor.ranges()
        return self.filter(within_any(ranges, "from_path") | within_any(ranges, "to_path"))

    def concerning(self, path: str) -> Self:
        """Those from or to places at or below a path."""
        here = [subtree(path)]
        return self.filter(within_any(here, "from_path") | within_any(here, "to_path"))

    def waiting_for(self, path: str) -> Self:
        """Those that wait for the answer of the school at a path."""
        asked = Q(from_path=path, asked_by_side=TransferSide.RECEIVING) | Q(
            to_path=path, asked_by_side=TransferSide.GIVING
        )
        return self.filter(asked, state=TransferState.ASKED)

    def under_way(self) -> Self:
        """Asked and not answered, or accepted for a day to come."""
        return self.filter(done_at=None, state__in=[TransferState.ASKED, TransferState.ACCEPTED])


class Transfer(models.Model):
    """A person's way from one school to another: one side asks, the other answers.

    From `effective_on` on the person is at the receiving school; `done_at` says that this day
    has come and the record has been handed over.
    """

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(
        Person, models.CASCADE, related_name="transfers", db_constraint=False
    )
    from_school = unit_key()
    from_path = path_column()
    to_school = unit_key()
    to_path = path_column()
    to_group = unit_key(null=True)
    asked_by_side = models.CharField(max_length=10, choices=TransferSide.choices)
    reason = models.CharField(max_length=200, default="", blank=True)
    state = models.CharField(
        max_length=10, choices=TransferState.choices, default=TransferState.ASKED
    )
    effective_on = models.DateField()
    number = models.CharField(max_length=30, default="", blank=True, db_collation="C")
    asked_by_id = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField()
    answered_by_id = models.BigIntegerField(null=True)
    answered_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=200, default="", blank=True)
    done_at = models.DateTimeField(null=True)

    objects = TransferQuerySet.as_manager()

    classified: ClassVar = privacy.fields(
        public=(
            "id from_school from_path to_school to_path to_group asked_by_side state effective_on "
            "asked_at answered_at done_at"
        ),
        personal="person reason number asked_by_id answered_by_id answer",
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(done_at=None, state__in=["asked", "accepted"]),
                name="transfer_one_under_way",
            ),
            models.CheckConstraint(
                condition=~Q(from_school=F("to_school")), name="transfer_between_two"
            ),
            models.CheckConstraint(
                condition=Q(state="asked", answered_at=None)
                | (~Q(state="asked") & Q(answered_at__isnull=False)),
                name="transfer_answered_when",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["from_path"], name="transfer_from"),
            models.Index(fields=["to_path"], name="transfer_to"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.from_school_id} {self.to_school_id}"


class Promotion(models.Model):
    """The groups of a school a year on, confirmed once, from a day on.

    `steps` holds what becomes of each group ({unit, name, name_en, grade, leaves} and what they
    were), `opened` the ids of the new groups of the first year. It can be undone until the day.
    """

    id = models.BigAutoField(primary_key=True)
    school = unit_key()
    path = path_column()
    effective_on = models.DateField()
    steps = models.JSONField()
    opened = models.JSONField(default=list)
    by_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    undone_by_id = models.BigIntegerField(null=True)
    undone_at = models.DateTimeField(null=True)

    objects = ScopedQuerySet.as_manager()

    classified: ClassVar = privacy.fields(
        public="id school path effective_on steps opened at undone_at",
        personal="by_id undone_by_id",
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["path", "effective_on"],
                condition=Q(undone_at=None),
                name="promotion_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school_id} {self.effective_on}"
