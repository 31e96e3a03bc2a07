"""Notices, their deliveries, and what people and units chose.

Notices and deliveries are partitioned by day; nothing has a foreign key to them. A notice keeps
a kind and its context, never a text: it is read in the language of whoever reads it.
"""

from datetime import date
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models

from fangxian.foundation.accounts.models import User
from fangxian.foundation.notices.labels import CHANNELS
from fangxian.foundation.notices.rules import QUIET_FROM, QUIET_TO, ROBOTS, State, Wanted
from fangxian.foundation.units.models import Unit
from fangxian.kernel import privacy
from fangxian.kernel.access import Actor, ScopedQuerySet


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, actor: Actor) -> Self:
        """A notice is seen by the person it was sent to, and by nobody else."""
        return self.filter(user_id=actor.user_id if actor.token_id is None else None)

    def since(self, day: date) -> Self:
        """Of this day and later."""
        return self.filter(day__gte=day)

    def unread(self) -> Self:
        return self.filter(read_at__isnull=True)


class Notice(models.Model):
    """One person is told one thing, once: `dedupe` names it within the day.

    `path` is the place it is about, `link` where it is dealt with (relative to the site).
    """

    pk = models.CompositePrimaryKey("day", "id")
    id = models.BigIntegerField(help_text="from the sequence notice_id_seq")
    day = models.DateField()
    user_id = models.BigIntegerField()
    path = models.CharField(max_length=200, db_collation="C")
    kind = models.CharField(max_length=60, db_collation="C")
    urgent = models.BooleanField()
    context = models.JSONField(default=dict)
    link = models.CharField(max_length=300, default="")
    dedupe = models.CharField(max_length=120, db_collation="C")
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    acked_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    classified: ClassVar = privacy.fields(
        public="day id user_id path kind urgent link dedupe created_at",
        personal="context read_at acked_at",
    )

    class Meta:
        db_table = "notice"

    def __str__(self) -> str:
        return f"{self.kind} {self.day} {self.user_id}"


class DeliveryQuerySet(ScopedQuerySet["Delivery"]):
    def of_person(self, actor: Actor) -> Self:
        """What was sent to oneself."""
        own = actor.user_id if actor.token_id is None else None
        return self.filter(user_id=own, robot_id__isnull=True)

    def of_robots(self, ids: list[int]) -> Self:
        """What was sent through these robots."""
        return self.filter(robot_id__in=ids)


class Delivery(models.Model):
    """A notice on its way through one channel, to its reader or to a unit's robot.

    `not_before` is the domain's time (quiet hours); `retry_at` is the machine's: when a failed
    delivery is tried again, or, while it is being sent, when its sender must have died.
    """

    pk = models.CompositePrimaryKey("day", "id")
    id = models.BigIntegerField(help_text="from the sequence delivery_id_seq")
    day = models.DateField()
    notice_id = models.BigIntegerField()
    user_id = models.BigIntegerField()
    robot_id = models.BigIntegerField(null=True)
    path = models.CharField(max_length=200, db_collation="C")
    channel = models.CharField(max_length=10, choices=CHANNELS, db_collation="C")
    lane = models.CharField(max_length=120, db_collation="C")
    dedupe = models.CharField(max_length=120, db_collation="C", default="")
    state = models.CharField(max_length=10, default=State.QUEUED, db_collation="C")
    urgent = models.BooleanField()
    is_test = models.BooleanField(default=False)
    attempts = models.SmallIntegerField(default=0)
    interrupted = models.SmallIntegerField(default=0)
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    retry_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, default="")

    objects = DeliveryQuerySet.as_manager()

    classified: ClassVar = privacy.fields(
        public=(
            "day id notice_id user_id robot_id path channel lane dedupe state urgent is_test "
            "attempts interrupted created_at not_before retry_at sent_at"
        ),
        personal="last_error",
    )

    class Meta:
        db_table = "delivery"

    def __str__(self) -> str:
        return f"{self.channel} {self.day} {self.id} {self.state}"


class Lane(models.Model):
    """What is sent to the same place shares its fate: after failures in a row it rests."""

    name = models.CharField(max_length=120, primary_key=True, db_collation="C")
    failures = models.SmallIntegerField(default=0)
    open_until = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, default="")

    classified: ClassVar = privacy.fields(public="name failures open_until last_error")

    class Meta:
        db_table = "notices_lane"

    def __str__(self) -> str:
        return self.name


class Preference(models.Model):
    """How much of a category a person wants through a channel; no row is the usual."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    channel = models.CharField(max_length=10, choices=CHANNELS, db_collation="C")
    category = models.CharField(max_length=20, db_collation="C")
    wanted = models.SmallIntegerField(choices=[(one.value, one.name) for one in Wanted])

    classified: ClassVar = privacy.fields(public="id user channel category", personal="wanted")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "channel", "category"], name="preference_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.channel} {self.category}"


class QuietHours(models.Model):
    """When a person is not to be disturbed by what can wait; equal times: never quiet."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="+")
    start = models.TimeField(default=QUIET_FROM)
    end = models.TimeField(default=QUIET_TO)

    classified: ClassVar = privacy.fields(public="user", personal="start end")

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


class RobotQuerySet(models.QuerySet["Robot"]):
    def at_units(self, ids: list[int]) -> Self:
        """Those of these units."""
        return self.filter(unit_id__in=ids)


class Robot(models.Model):
    """A unit's own channel: a robot in the group chat of those who work there, or a webhook.

    It tells what is sent to people with a role at this unit about the unit or a place below,
    once for all of them.
    """

    id = models.BigAutoField(primary_key=True)
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="robots")
    channel = models.CharField(
        max_length=10, choices=[(one, label) for one, label in CHANNELS if one in ROBOTS]
    )
    name = models.CharField(max_length=60)
    url = models.CharField(max_length=500)
    secret = models.CharField(max_length=200, default="", blank=True)
    categories = ArrayField(models.CharField(max_length=20))
    only_urgent = models.BooleanField(default=False)
    language = models.CharField(max_length=10, default="zh-hans")
    lane = models.CharField(max_length=120, db_collation="C")
    is_active = models.BooleanField(default=True)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()

    objects = RobotQuerySet.as_manager()

    classified: ClassVar = privacy.fields(
        public=(
            "id unit channel name categories only_urgent language lane is_active made_by made_at"
        ),
        personal="url secret",
    )

    class Meta:
        indexes: ClassVar = [models.Index(fields=["unit"], name="robot_unit")]

    def __str__(self) -> str:
        return self.name
