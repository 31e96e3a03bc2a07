"""What is due at a place on a day: which kinds, by when, how many are asked, how they stand."""

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import connection
from django.db.models import Count, F, Q

from fangxian.foundation.obligations.kinds import Kind, all_kinds
from fangxian.foundation.obligations.lists import inside, owing
from fangxian.foundation.obligations.models import Obligation, ObligationDay
from fangxian.foundation.obligations.rules import Counts
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel.places import NOWHERE
from fangxian.norms import BadNorm, deadlines_on


@dataclass(frozen=True)
class Due:
    """A kind on a day at a place.

    `asked` counts the units at or below that owe it: those on the list where one is made, else
    those the calendar names; None where nobody made a list and the day is over. `counts` says how
    they stand once the day has begun.
    """

    kind: Kind
    due_at: datetime
    opens_at: datetime
    asked: int | None
    counts: Counts | None

    @property
    def by_school(self) -> bool:
        """Whether schools owe it, not groups."""
        return self.kind.owed_by == "school"


def due_here(*, unit: UnitVersion, day: date, at: datetime) -> list[Due]:
    """Every kind that is due, or could be, at or below a unit on a day; none on days for which
    no document sets a deadline."""
    try:
        deadlines_on(day, settings.FANGXIAN.norms)
    except BadNorm:
        return []
    made = set(ObligationDay.objects.filter(day=day).values_list("kind", flat=True))
    return [_due(kind, unit, day, at, listed=kind.code in made) for kind in all_kinds()]


def _due(kind: Kind, unit: UnitVersion, day: date, at: datetime, *, listed: bool) -> Due:
    asked: int | None = None
    counts: Counts | None = None
    if listed:
        counts = _counted(kind, unit.path, day, at)
        asked = counts.expected
    elif day >= at.date():
        asked = _named(kind, unit.path, day)
    begun = day <= at.date()
    return Due(kind, kind.due_at(day), kind.opens_at(day), asked, counts if begun else None)


def _counted(kind: Kind, path: str, day: date, at: datetime) -> Counts:
    told, excused = Q(told_at__isnull=False), Q(told_at__isnull=True, excused_at__isnull=False)
    overdue = Q(told_at__isnull=True, excused_at__isnull=True, due_at__lt=at)
    found = (
        Obligation.objects.of(kind.code, day)
        .below(path)
        .aggregate(
            expected=Count("unit_id"),
            answered=Count("unit_id", filter=told),
            on_time=Count("unit_id", filter=Q(told_at__lte=F("due_at"))),
            late=Count("unit_id", filter=Q(told_at__gt=F("due_at"))),
            overdue=Count("unit_id", filter=overdue),
            excused=Count("unit_id", filter=excused),
        )
    )
    return Counts(**found)


def _named(kind: Kind, path: str, day: date) -> int:
    place = kind.runs(day).within(path)
    if place == NOWHERE:
        return 0
    condition, params = owing(kind, day)
    within, within_params = inside("v", path)
    where, where_params = place.sql("v")
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT count(*) FROM units_unitversion v JOIN units_unit u ON u.id = v.unit_id
                WHERE {condition} AND {within} AND {where}""",  # noqa: S608
            [*params, *within_params, *where_params],
        )
        (found,) = cursor.fetchone()
    return int(found)
