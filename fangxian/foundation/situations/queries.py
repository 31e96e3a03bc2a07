"""What the response level in force demands, where, on a day."""

from datetime import date

from fangxian.foundation.situations.models import ResponseLevel
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel.places import Switch


def home_checks(day: date) -> Switch:
    """Where everyone is asked at home, and every school reports, on days without school."""
    return _demanded(day, "home_checks")


def noon_checks(day: date) -> Switch:
    """Where a second check is due at noon on school days."""
    return _demanded(day, "noon_checks")


def _demanded(day: date, what: str) -> Switch:
    rows = ResponseLevel.objects.filter(valid_from__lte=day, valid_to__gt=day)
    demanded = dict(rows.values_list("unit_id", what))
    paths = (
        UnitVersion.objects.as_of(day)
        .filter(unit_id__in=demanded)
        .values_list("unit_id", "path")
    )
    return Switch(False, tuple((path, demanded[unit_id]) for unit_id, path in paths))
