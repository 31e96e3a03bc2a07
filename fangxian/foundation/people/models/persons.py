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
from fangxian.kernel.access.rows import by_path, through
from fangxian.kernel.secrets import blind
from fangxian.kernel.secrets.fields import BlindField, SealedField, SealedModel, reserved

#: what values of these columns are sealed and found for
ID_NUMBER: Final = "people_person.id_number"
OWN_PHONE: Final = "people_person.phone"
GUARDIAN_PHONE: Final = "people_guardian.phone"


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

    def with_document(self, number: str) -> Self:
        """Those who bear a document's number, as it is kept."""
        return self.filter(id_blind=blind(number, ID_NUMBER)) if number else self.none()


def next_person() -> int:
    """The id of a person who is about to be entered."""
    return reserved("people_person")


class Person(SealedModel):
    """Somebody who belongs to a school. Names never leave the school.

    `number` is the school's own (学号, 工号), unique there among those of a kind who have not
    left. `id_number` is unique among all who have not left. `left_on` is the first day on which
    the person is no longer at the school. `path` is the school's. What is sealed is bound to the
    id, which a transfer does not change.
    """

    id = models.BigAutoField(primary_key=True, default=next_person)
    school = unit_key()
    path = path_column()
    kind = models.CharField(max_length=10, choices=PersonKind.choices, db_collation="C")
    name = models.CharField(max_length=60, db_collation="C")
    number = models.CharField(max_length=30, default="", blank=True, db_collation="C")
    id_kind = models.CharField(max_length=8, choices=IdKind.choices, default="", blank=True)
    id_number = SealedField()
    id_blind = BlindField(of="id_number")
    phone = SealedField()
    phone_blind = BlindField(of="phone")
    born = models.DateField(null=True, blank=True)
    sex = models.CharField(max_length=6, choices=Sex.choices, default="", blank=True)
    left_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = PersonQuerySet.as_manager()

    rows: ClassVar = (
        by_path()
        | through("people_membership", "person_id")
        | through("people_transfer", "person_id")
    )
    classified: ClassVar = privacy.fields(
        public="id school path kind created_at updated_at",
        personal="name number id_kind id_number id_blind phone phone_blind born sex left_on",
        purpose="roster",
        kept="person",
        seen_by="group",
        apart=[
            ("phone phone_blind", privacy.Handling("emergency", "person", "group")),
        ],
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["id_blind"],
                condition=Q(id_blind__isnull=False, left_on=None),
                name="person_id_number",
            ),
            models.UniqueConstraint(  # the path is the school's: so the search needs no other index
                fields=["number", "path", "kind"],
                condition=~Q(number="") & Q(left_on=None),
                name="person_number",
            ),
            models.CheckConstraint(
                condition=Q(id_kind="", id_number__isnull=True, id_blind=None)
                | (~Q(id_kind="") & Q(id_number__isnull=False, id_blind__isnull=False)),
                name="person_id_of_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(phone__isnull=True, phone_blind=None)
                | Q(phone__isnull=False, phone_blind__isnull=False),
                name="person_phone_found",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="person_named"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["path", "name", "id"], name="person_name"),
            models.Index(
                fields=["phone_blind"],
                condition=Q(phone_blind__isnull=False),
                name="person_phone",
            ),
            models.Index(
                fields=["id_blind"],
                condition=Q(id_blind__isnull=False, left_on__isnull=False),
                name="person_id_number_left",
            ),
            models.Index(
                fields=["left_on"], condition=Q(left_on__isnull=False), name="person_left"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Guardian(SealedModel):
    """Whom to call about a person; `position` 1 first. `path` is the school's."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(
        Person, models.CASCADE, related_name="guardians", db_constraint=False, db_index=False
    )
    school = unit_key()
    path = path_column()
    relation = models.CharField(max_length=12, choices=Relation.choices, default="", blank=True)
    name = models.CharField(max_length=60, default="", blank=True)
    phone = SealedField(bound_to="person_id")
    phone_blind = BlindField(of="phone")
    position = models.SmallIntegerField(default=1)

    objects = ScopedQuerySet.as_manager()

    rows: ClassVar = by_path() | through("people_membership", "person_id", "person_id")
    classified: ClassVar = privacy.fields(
        public="id school path position",
        personal="person relation name phone phone_blind",
        purpose="emergency",
        kept="guardian",
        seen_by="group",
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "position"], name="guardian_position"),
            models.CheckConstraint(condition=Q(position__gte=1), name="guardian_position_from_1"),
            models.CheckConstraint(
                condition=Q(phone__isnull=True, phone_blind=None)
                | Q(phone__isnull=False, phone_blind__isnull=False),
                name="guardian_phone_found",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["phone_blind"], name="guardian_phone")]

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

    rows: ClassVar = by_path()
    classified: ClassVar = privacy.fields(
        public="id group school path valid_from valid_to",
        personal="person",
        purpose="roster",
        kept="person",
        seen_by="group",
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
