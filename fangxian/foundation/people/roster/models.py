"""The pattern of the table in which a sheet of people lies until it is written."""

from typing import ClassVar

from django.db import models

from fangxian.kernel import privacy


def _said() -> "models.TextField[str | None, str | None]":
    return models.TextField(null=True, db_collation="C")


class RosterRow(models.Model):
    """Pattern: one row of a sheet of people; null is what the row does not say.

    Without limits of length: what is too long is noted in `wrong` and shown as it was.
    """

    line = models.IntegerField(primary_key=True)
    school_id = models.BigIntegerField(null=True)
    group_id = models.BigIntegerField(null=True)
    kind = _said()
    name = _said()
    sex = _said()
    number = _said()
    id_kind = _said()
    id_number = _said()
    born = models.DateField(null=True)
    phone = _said()
    dormitory = _said()
    bed = _said()
    bus = _said()
    bus_seat = _said()
    canteen = _said()
    canteen_seat = _said()
    guardian1 = _said()
    relation1 = _said()
    phone1 = _said()
    guardian2 = _said()
    relation2 = _said()
    phone2 = _said()
    wrong = models.TextField(null=True)  # noqa: DJ001 (null is right so far)

    classified: ClassVar = privacy.fields(
        public="line school_id group_id kind",
        personal=(
            "name sex number id_kind id_number born phone dormitory bed bus bus_seat canteen "
            "canteen_seat guardian1 relation1 phone1 guardian2 relation2 phone2 wrong"
        ),
    )

    class Meta:
        db_table = "roster_row"

    def __str__(self) -> str:
        return str(self.line)
