"""Tables of the kernel: what this installation is, and the audit trail."""

from datetime import datetime
from typing import ClassVar

from django.db import models

from fangxian.kernel import privacy
from fangxian.kernel.audit.models import AuditEvent, AuditSegment
from fangxian.kernel.clock import DemoClock

__all__ = ["AuditEvent", "AuditSegment", "Installation"]


class InstallationQuerySet(models.QuerySet["Installation"]):
    def demo_clock(self) -> DemoClock | None:
        """The demo's clock, or None on a real installation."""
        found = self.filter(is_demo=True, clock_demo_at__isnull=False).first()
        if found is None or found.clock_real_at is None or found.clock_demo_at is None:
            return None
        return DemoClock(
            found.clock_real_at, found.clock_demo_at, found.clock_speed, found.clock_stop_at
        )


class Installation(models.Model):
    """The one row that says whether this database is real or a demo, and since when."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    is_demo = models.BooleanField()
    scenario = models.CharField(max_length=20, default="")
    created_at = models.DateTimeField()
    clock_real_at = models.DateTimeField(null=True)
    clock_demo_at = models.DateTimeField(null=True)
    clock_speed = models.FloatField(default=1.0)
    clock_stop_at = models.DateTimeField(null=True)

    objects = InstallationQuerySet.as_manager()

    #: every field's class, for the test that none is forgotten
    classified: ClassVar = privacy.fields(
        public=(
            "id is_demo scenario created_at clock_real_at clock_demo_at clock_speed clock_stop_at"
        ),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(id=1), name="installation_is_one"),
            models.CheckConstraint(
                condition=models.Q(clock_real_at__isnull=True, clock_demo_at__isnull=True)
                | models.Q(clock_real_at__isnull=False, clock_demo_at__isnull=False, is_demo=True),
                name="installation_clock_paired_and_demo_only",
            ),
            models.CheckConstraint(
                condition=models.Q(clock_speed__gte=0), name="installation_speed_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return "demo" if self.is_demo else "real"

    @classmethod
    def set_clock(
        cls,
        *,
        real_at: datetime,
        demo_at: datetime,
        speed: float,
        stop_at: datetime | None = None,
    ) -> None:
        """Set the demo's clock; refused by the database on a real installation."""
        cls.objects.filter(id=1).update(
            clock_real_at=real_at,
            clock_demo_at=demo_at,
            clock_speed=speed,
            clock_stop_at=stop_at,
        )
