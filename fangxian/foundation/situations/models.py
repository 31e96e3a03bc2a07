"""The response level in force at a unit and below it, with what it demands."""

from typing import ClassVar

from django.db import models

from fangxian.foundation.units.models import OPEN_END, Unit
from fangxian.kernel import privacy


class ResponseLevel(models.Model):
    """A level from I (gravest) to IV, from a day until the day before another.

    `home_checks`: everyone is asked at home on days without school, and every school reports
    every calendar day. `noon_checks`: a second check at noon on school days.
    """

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="response_levels")
    level = models.PositiveSmallIntegerField()
    valid_from = models.DateField()
    valid_to = models.DateField(default=OPEN_END)
    home_checks = models.BooleanField(default=False)
    noon_checks = models.BooleanField(default=False)
    document = models.CharField(max_length=200, default="", blank=True)

    classified: ClassVar = privacy.fields(
        public="id unit level valid_from valid_to home_checks noon_checks document",
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(level__gte=1, level__lte=4), name="responselevel_one_to_four"
            ),
            models.CheckConstraint(
                condition=models.Q(valid_from__lt=models.F("valid_to")),
                name="responselevel_dates_in_order",
            ),
            models.UniqueConstraint(
                fields=["unit"],
                condition=models.Q(valid_to=OPEN_END),
                name="responselevel_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.level} {self.unit_id} {self.valid_from}"
