"""Where somebody may change the calendar."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from fangxian.foundation.schooldays.rules import SchooldayPermission, may_change
from fangxian.foundation.units.models import UnitKind, UnitVersion
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import Invalid, NotFound


def changeable(unit_id: int, by: Actor, at: datetime) -> UnitVersion:
    """The unit as it stands today, locked against a second change, if one may change it."""
    found = UnitVersion.objects.as_of(at.date()).select_for_update().filter(unit_id=unit_id).first()
    if found is None:
        raise NotFound(_("There is no such unit within your scope."))
    by.require(SchooldayPermission.MANAGE, found.path)
    return found


def not_a_group(unit: UnitVersion) -> None:
    """Refuse a roll-call group, where a whole school is meant."""
    if unit.kind == UnitKind.GROUP:
        text = _("This is declared for a school or a bureau, not for a single group.")
        raise Invalid(text, {"unit": [text]})


def day_ahead(day: date, at: datetime, name: str) -> None:
    """Refuse a day that is over or too far, beside its field."""
    decision = may_change(day, today=at.date())
    if not decision.allowed:
        raise Invalid(decision.reason, {name: [decision.reason]})


def told(text: str, name: str, most: int, message: str) -> str:
    """What was written into a field that must not be empty."""
    if not text.strip():
        raise Invalid(message, {name: [message]})
    return text.strip()[:most]
