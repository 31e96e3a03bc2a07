"""What a demonstration remembers between its processes; empty on a real installation."""

from typing import ClassVar

from django.db import models

from fangxian.kernel import privacy


class DemoMorning(models.Model):
    """The one simulated morning: whose it is, and how far it has been played.

    `played_until` and `beaten_at` are the demo's time and the real time of the last turn of the
    simulation: while nothing serves, the demo's time stands still. `speed` is what the clock
    goes back to after a pause. `rewind_asked` asks the simulation to clear the day and begin
    again. The units are those that the account cards stand for.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    day = models.DateField()
    county_id = models.BigIntegerField()
    school_id = models.BigIntegerField()
    group_id = models.BigIntegerField()
    speed = models.FloatField()
    played_until = models.DateTimeField()
    beaten_at = models.DateTimeField(null=True)
    rewind_asked = models.BooleanField(default=False)

    classified: ClassVar = privacy.fields(
        public="id day county_id school_id group_id speed played_until beaten_at rewind_asked",
    )

    class Meta:
        db_table = "demo_morning"
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(id=1), name="demo_morning_is_one"),
            models.CheckConstraint(
                condition=models.Q(speed__gt=0), name="demo_morning_speed_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day}"
