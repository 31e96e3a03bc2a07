"""Taking back what is entered for a day to come."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from fangxian.foundation.units.actions.versions import lock_tree
from fangxian.foundation.units.models import OPEN_END, Unit, UnitVersion
from fangxian.foundation.units.rules import UnitEvent, UnitPermission
from fangxian.kernel import audit
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import Conflict, NotFound


@transaction.atomic
def take_back(*, unit_ids: Sequence[int], day: date, by: Actor, at: datetime) -> int:
    """Undo what is to change on a day to come: openings, changes of name, ends, of these units.

    What was said before holds on; a unit that was to open never was. Returns how many units it
    concerned. Refused once the day has come, or where a later change builds on it.
    """
    if day <= at.date():
        raise Conflict(_("The day has come: it cannot be taken back any more."))
    lock_tree()
    rows = UnitVersion.objects.filter(unit_id__in=unit_ids)
    if rows.filter(valid_from__gt=day).exists():
        raise Conflict(_("A later change is entered already; it has to be undone first."))
    touched = list(rows.filter(valid_to=day)) + list(rows.filter(valid_from=day))
    if not touched:
        return 0
    for row in touched:
        if not by.sees(row.path):
            raise NotFound(_("There is no such unit within your scope."))
        by.require(UnitPermission.MANAGE, row.path)
    rows.filter(valid_from=day).delete()
    rows.filter(valid_to=day).update(valid_to=OPEN_END)
    units = Unit.objects.filter(pk__in=unit_ids)
    units.filter(closed_on=day).update(closed_on=None, merged_into=None)
    units.filter(opened_on=day).delete()
    concerned = {row.unit_id for row in touched}
    audit.record(UnitEvent.TAKEN_BACK, by=by, at=at, path=touched[0].path,
                 detail={"day": str(day), "units": sorted(concerned)})  # fmt: skip
    return len(concerned)
