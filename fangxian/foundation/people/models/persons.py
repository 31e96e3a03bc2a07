"""A person, whom to call about them, and the groups they are in."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Final, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fangxian.foundation.people.models.columns import path_column, unit_key
from fangxian.foundation.units.models import OPEN_END, Population, Unit
from fangxian.kernel import privacy
from fangxian.kernel.access import ScopedQuerySet


class PersonKind(models.TextChoices):
    STUDENT = "student", _("Student")
    STAFF = "staff", _("Member of staff")
    CONTRACTOR = "contractor", _("Contractor")


#: who may be in a group of a population
KIND_OF: Final = {
    Population.STUDENTS: PersonKind.STUDENT,
    Population.STAFF: PersonKind.STAFF,
    Population.CONTRACTORS: PersonKind.CONTRACTOR,
}


class IdKind(models.TextChoices):
    NONE = "", "—"
    ID_CARD = "id_card", _("Resident identity card")
    PASSPORT = "passport", _("Passport")
    PERMIT = "permit", _("Travel or residence permit")
    OTHER = "other", _("Other document")


class Sex(models.TextChoices):
    NONE = "", "—"
    FEMALE = "female", _("Female")
    MALE = "male", _("Male")


class Relation(models.TextChoices):
    NONE = "", "—"
    MOTHER = "mother", _("Mother")
    FATHER = "father", _("Father")
    GRANDPARENT = "grandparent", _("Grandparent")
    OTHER = "other", _("Other guardian")


class PersonQuerySet(ScopedQuerySet["Person"]):
    def present(self, day: date) -> Self:
        """Those who have not left by a day."""
        return self.filter(Q(left_on=None) | Q(left_on__gt=day))


class Person(models.Model):
    """Somebody who belongs to a school. Names never leave the school.

    `number` is the school's own (学号, 工号), unique there among those of a kind who have not
    left. `id_number` is unique among all who have not left. `left_on` is the first day on which
    the person is no longer at the school. `path` is the school's.
    """

    id = models.BigAutoField(primary_key=True)
    school = unit_key()
    path = path_column()
    kind = models.CharField(max_length=10, choices=PersonKind.choices, db_collation="C")
    name = models.CharField(max_length=60, db_collation="C")
    number = models.CharField(max_length=30, default="", blank=True, db_collation="C")
    id_kind = models.CharField(max_length=8, choices=IdKind.choices, default="", blank=True)
    id_number = models.CharField(max_length=30, default="", blank=True, db_collation="C")
    phone = models.CharField(max_length=30, default="", blank=True, db_collation="C")
    born = models.DateField(null=True, blank=True)
    sex = models.CharField(max_length=6, choices=Sex.choices, default="", blank=True)
    left_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = PersonQuerySet.as_manager()

    classified: ClassVar = privacy.fields(
        public="id school path kind created_at updated_at",
        personal="name number id_kind id_number phone born sex left_on",
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["id_number"],
                condition=~Q(id_number="") & Q(left_on=None),
                name="person_id_number",
            ),
            models.UniqueConstraint(  # the path is the school's: so the search needs no other index
                fields=["number", "path", "kind"],
                condition=~Q(number="") & Q(left_on=None),
                name="person_number",
            ),
            models.CheckConstraint(
                condition=Q(id_kind="", id_number="") | (~Q(id_kind="") & ~Q(id_number="")),
                name="person_id_of_a_kind",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="person_named"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["path", "name", "id"], name="person_name"),
            models.Index(fields=["phone"], condition=~Q(phone=""), name="person_phone"),
            models.Index(
                fields=["id_number"],
                condition=~Q(id_number="") & Q(left_on__isnull=False),
                name="person_id_number_left",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Guardian(models.Model):
    """Whom to call about a person; `position` 1 first. `path` is the school's."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(
        Person, models.CASCADE, related_name="guardians", db_constraint=False, db_index=False
    )
    school = unit_key()
    path = path_column()
    relation = models.CharField(max_length=12, choices=Relation.choices, default="", blank=True)
    name = models.CharField(max_length=60, default="", blank=True)
    phone = models.CharField(max_length=30, db_collation="C")
    position = models.SmallIntegerField(default=1)

    objects = ScopedQuerySet.as_manager()

    classified: ClassVar = privacy.fields(
        public="id school path position", personal="person relation name phone"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "position"], name="guardian_position"),
            models.CheckConstraint(condition=Q(position__gte=1), name="guardian_position_from_1"),
        ]
        indexes: ClassVar = [models.Index(fields=["phone"], name="guardian_phone")]

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(ScopedQuerySet["Membership"]):
    def as_of(self, day: date) -> Self:
        """Who belonged where on a day."""
        return self.filter(valid_from__lte=day, valid_to__gt=day)


class Membership(models.Model):
    """A person in a group, from a day until the day before another; in one group at a time.

    `path` is the group's.
    """

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(
        Person, models.CASCADE, related_name="memberships", db_constraint=False, db_index=False
    )
    group = models.ForeignKey(
        Unit, models.PROTECT, related_name="memberships", db_constraint=False, db_index=False
    )
    school = unit_key()
    path = path_column()
    valid_from = models.DateField()
    valid_to = models.DateField(default=OPEN_END)

    objects = MembershipQuerySet.as_manager()

    classified: ClassVar = privacy.fields(
        public="id group school path valid_from valid_to", personal="person"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(valid_from__lt=F("valid_to")), name="membership_dates_in_order"
            ),
            models.UniqueConstraint(fields=["person", "valid_to"], name="membership_person_to"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["group", "valid_to"], name="membership_group"),
            models.Index(fields=["path"], name="membership_path"),
            models.Index(
                fields=["valid_to"], condition=Q(valid_to__lt=OPEN_END), name="membership_ended"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.group_id}"
