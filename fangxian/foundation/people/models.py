"""The people of a group: enough for a teacher to tap names."""

from datetime import date
from typing import ClassVar, Self

from django.db import models

from fangxian.foundation.units.models import OPEN_END, Unit
from fangxian.kernel import privacy
from fangxian.kernel.access import ScopedQuerySet


class Person(models.Model):
    """A pupil, a member of staff or a contractor. Names never leave the school."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=60)

    classified: ClassVar[dict[str, str]] = {"id": "public", "name": "personal"}

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(ScopedQuerySet["Membership"]):
    def as_of(self, day: date) -> Self:
        """Who belonged where on a day."""
        return self.filter(valid_from__lte=day, valid_to__gt=day)


class Membership(models.Model):
    """A person in a group, from a day until the day before another.

    `number` is the seat or staff number by which the group knows the person; `phone` whom to
    call when the person is at home.
    """

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, models.CASCADE, related_name="memberships")
    group = models.ForeignKey(Unit, models.PROTECT, related_name="memberships")
    school = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    path = models.CharField(max_length=200, db_collation="C")
    number = models.CharField(max_length=20, default="", blank=True)
    phone = models.CharField(max_length=30, default="", blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(default=OPEN_END)

    objects = MembershipQuerySet.as_manager()

    classified: ClassVar = privacy.fields(
        public="id group school path valid_from valid_to",
        personal="person number phone",
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(valid_from__lt=models.F("valid_to")),
                name="membership_dates_in_order",
            ),
            models.UniqueConstraint(
                fields=["person", "group"],
                condition=models.Q(valid_to=OPEN_END),
                name="membership_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["group", "valid_to"], name="membership_group"),
            models.Index(fields=["path"], name="membership_path"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.group_id}"
