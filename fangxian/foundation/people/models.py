"""Who belongs to a school: pupils, staff and contractors, with whom to call and where they are.

These tables hold 17 million people and are filled by set-based statements, so their references
carry no constraint of the database (docs/adr/0012); every row carries its school and a path, so
that a scope is one comparison and needs no other table.
"""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, Final, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from fangxian.foundation.units.models import OPEN_END, Population, Unit
from fangxian.kernel import privacy
from fangxian.kernel.access import Actor, ScopedQuerySet, subtree, within_any


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


class CohortKind(models.TextChoices):
    DORMITORY = "dormitory", _("Dormitory room")
    BUS = "bus", _("School bus")
    CANTEEN = "canteen", _("Canteen table")
    CLUB = "club", _("Club")


def _unit(**more: Any) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        Unit, models.PROTECT, related_name="+", db_constraint=False, db_index=False, **more
    )


def _path() -> models.CharField[str, str]:
    return models.CharField(max_length=200, db_collation="C")


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
    school = _unit()
    path = _path()
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
    school = _unit()
    path = _path()
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


class DatedQuerySet(ScopedQuerySet[Any]):
    def as_of(self, day: date) -> Self:
        """What held on a day."""
        return self.filter(valid_from__lte=day, valid_to__gt=day)


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
    school = _unit()
    path = _path()
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


class Cohort(models.Model):
    """People of a school who share something across groups: a dormitory room, a bus, a table."""

    id = models.BigAutoField(primary_key=True)
    school = _unit()
    path = _path()
    kind = models.CharField(max_length=10, choices=CohortKind.choices, db_collation="C")
    name = models.CharField(max_length=60, db_collation="C")
    valid_from = models.DateField()
    valid_to = models.DateField(default=OPEN_END)

    objects = DatedQuerySet.as_manager()

    classified: ClassVar = privacy.fields(public="id school path kind name valid_from valid_to")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["path", "kind", "name"],
                condition=Q(valid_to=OPEN_END),
                name="cohort_name",
            ),
            models.CheckConstraint(
                condition=Q(valid_from__lte=F("valid_to")), name="cohort_dates_in_order"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CohortMembership(models.Model):
    """A person in a cohort, from a day until the day before another; `place` is bed or seat."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(
        Person, models.CASCADE, related_name="cohorts", db_constraint=False, db_index=False
    )
    cohort = models.ForeignKey(
        Cohort, models.CASCADE, related_name="members", db_constraint=False, db_index=False
    )
    school = _unit()
    path = _path()
    place = models.CharField(max_length=20, default="", blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(default=OPEN_END)

    objects = DatedQuerySet.as_manager()

    classified: ClassVar = privacy.fields(
        public="id cohort school path valid_from valid_to", personal="person place"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(valid_from__lt=F("valid_to")), name="cohort_member_dates_in_order"
            ),
            models.UniqueConstraint(
                fields=["person", "cohort", "valid_to"], name="cohort_member_once"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["cohort", "valid_to"], name="cohort_member")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.cohort_id}"


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
    from_school = _unit()
    from_path = _path()
    to_school = _unit()
    to_path = _path()
    to_group = _unit(null=True)
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
    school = _unit()
    path = _path()
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
