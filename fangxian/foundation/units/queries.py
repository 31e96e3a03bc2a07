"""Reading the tree: by code, by place, by name, always as of a day."""

from datetime import date

from django.utils.translation import gettext as _

from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import Invalid, NotFound, Unauthenticated


def resolve(code: str, day: date, *, by: Actor) -> UnitVersion:
    """The unit that bore this code on this day, within the actor's scope.

    Raises NotFound for a code that nobody in scope bears, naming the right one where the unit
    bore another that day; Invalid (field `day`) before the unit's opening or after its end.
    """
    if not by.holdings:
        raise Unauthenticated(_("Please sign in."))
    found = UnitVersion.objects.as_of(day).filter(code=code).select_related("unit").first()
    if found is None:
        return _elsewhen(code, day, by)
    if not by.sees(found.path):
        raise _unknown()
    return found


def _elsewhen(code: str, day: date, by: Actor) -> UnitVersion:
    """Say why a code did not hold that day, to whom the unit concerns."""
    other = (
        UnitVersion.objects.filter(code=code).select_related("unit").order_by("-valid_from").first()
    )
    if other is None or not by.sees(other.path):
        raise _unknown()
    right = UnitVersion.objects.as_of(day).filter(unit_id=other.unit_id).first()
    if right is not None:
        text = _("On that day this unit's code was %(code)s.") % {"code": right.code}
        raise NotFound(text, right_code=right.code)
    if day < other.unit.opened_on:
        text = _("The unit opened on %(day)s.") % {"day": other.unit.opened_on}
    else:
        text = _("The unit closed on %(day)s.") % {"day": other.unit.closed_on}
    raise Invalid(text, {"day": [text]})


def _unknown() -> NotFound:
    return NotFound(_("There is no such unit within your scope."))
