"""Days on which a unit is open or closed against the ordinary week."""

from typing import ClassVar

from django.db import models

from fangxian.foundation.units.models import Unit
from fangxian.kernel import privacy


class DayException(models.Model):
    """One day on which a unit and everything below it is open, or closed, with the reason."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="day_exceptions")
    day = models.DateField()
    is_open = models.BooleanField()
    reason = models.CharField(max_length=120)

    classified: ClassVar = privacy.fields(
        public="id unit day is_open reason",
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["day", "unit"], name="dayexception_once"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.unit_id} {'+' if self.is_open else '-'}"
