"""Who is excused on a day, and why: as many lines as there are reasons."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Min

from fangxian.foundation.obligations.models import Obligation
from fangxian.foundation.obligations.queries import UnitRef
from fangxian.foundation.obligations.rules import ObligationPermission
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel.access import Actor

REASONS_SHOWN = 50


@dataclass(frozen=True)
class Excused:
    """Units excused for one reason. `school` where all are of one, `unit` where it is just one."""

    reason: str
    units: int
    schools: int
    school: UnitRef | None
    unit: UnitRef | None


def excused(*, path: str, kind: str, day: date, by: Actor) -> list[Excused]:
    """The reasons of a day's list below a path, those that excuse the most first."""
    by.require(ObligationPermission.VIEW, path)
    rows = list(
        Obligation.objects.visible_to(by)
        .below(path)
        .of(kind, day)
        .filter(told_at__isnull=True, excused_at__isnull=False)
        .values("reason")
        .annotate(
            units=Count("unit_id"),
            schools=Count("school_id", distinct=True),
            one=Min("unit_id"),
            school=Min("school_id"),
        )
        .order_by("-units", "reason")[:REASONS_SHOWN]
    )
    ids = {row["school"] for row in rows if row["schools"] == 1}
    ids |= {row["one"] for row in rows if row["units"] == 1}
    names = {
        row.unit_id: UnitRef.of(row)
        for row in UnitVersion.objects.as_of(day).filter(unit_id__in=ids)
    }
    return [
        Excused(
            reason=row["reason"] or "",
            units=row["units"],
            schools=row["schools"],
            school=names.get(row["school"]) if row["schools"] == 1 else None,
            unit=names.get(row["one"])
            if row["units"] == 1 and row["one"] != row["school"]
            else None,
        )
        for row in rows
    ]
