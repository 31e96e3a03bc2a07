"""Which days are school days, where. Later sources replace what stands behind these reads."""

from datetime import date

from fangxian.foundation.schooldays.models import DayException
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel.places import Switch

SATURDAY = 5


def school_day(day: date) -> Switch:
    """Where this day is a school day: Monday to Friday, with the exceptions entered for it."""
    declared = dict(DayException.objects.filter(day=day).values_list("unit_id", "is_open"))
    paths = (
        UnitVersion.objects.as_of(day)
        .filter(unit_id__in=declared)
        .values_list("unit_id", "path")
    )
    exceptions = tuple((path, declared[unit_id]) for unit_id, path in paths)
    return Switch(day.weekday() < SATURDAY, exceptions)
