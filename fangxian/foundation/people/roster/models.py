"""The pattern of the table in which a sheet of people lies until it is written."""

from typing import ClassVar

from django.db import models

from fangxian.kernel import privacy
from fangxian.kernel.access.rows import open_rows

PATTERN = "an empty pattern: each import has a table of its own"


def _said() -> "models.TextField[str | None, str | None]":
    return models.TextField(null=True, db_collation="C")


class RosterRow(models.Model):
    """Pattern: one row of a sheet of people; null is what the row does not say.

    `person_id` is the id that the person has if they are new; what is sealed is bound to it.
    Without limits of length: what is too long is noted in `wrong` and shown as it was.
    """

    line = models.IntegerField(primary_key=True)
    person_id = models.BigIntegerField(default=0)
    school_id = models.BigIntegerField(null=True)
    group_id = models.BigIntegerField(null=True)
    kind = _said()
    name = _said()
    sex = _said()
    number = _said()
    id_kind = _said()
    sealed_id = models.BinaryField(null=True)
    blind_id = models.BinaryField(null=True)
    born = models.DateField(null=True)
    sealed_phone = models.BinaryField(null=True)
    blind_phone = models.BinaryField(null=True)
    dormitory = _said()
    bed = _said()
    bus = _said()
    bus_seat = _said()
    canteen = _said()
    canteen_seat = _said()
    guardian1 = _said()
    relation1 = _said()
    sealed_phone1 = models.BinaryField(null=True)
    blind_phone1 = models.BinaryField(null=True)
    guardian2 = _said()
    relation2 = _said()
    sealed_phone2 = models.BinaryField(null=True)
    blind_phone2 = models.BinaryField(null=True)
    wrong = models.TextField(null=True)  # noqa: DJ001 (null is right so far)

    rows: ClassVar = open_rows(PATTERN, web="SELECT")
    classified: ClassVar = privacy.fields(
        public="line school_id group_id kind",
        personal=(
            "person_id name sex number id_kind sealed_id blind_id born sealed_phone blind_phone "
            "dormitory bed bus bus_seat canteen canteen_seat guardian1 relation1 sealed_phone1 "
            "blind_phone1 guardian2 relation2 sealed_phone2 blind_phone2 wrong"
        ),
        purpose="intake",
        kept="intake_rows",
        seen_by="self",
    )

    class Meta:
        db_table = "roster_row"

    def __str__(self) -> str:
        return str(self.line)
