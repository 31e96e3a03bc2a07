"""Setting and ending the response level at a unit and below it."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from fangxian.foundation.accounts.queries import name_of
from fangxian.foundation.situations.models import ResponseLevel
from fangxian.foundation.situations.queries import levels
from fangxian.foundation.situations.rules import SituationEvent, SituationPermission, may_begin
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel import audit
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import Invalid, NotFound
from fangxian.kernel.registry import calendar_changing


@transaction.atomic
def set_level(
    *,
    unit_id: int,
    level: int,
    valid_from: date,
    home_checks: bool,
    noon_checks: bool,
    document: str,
    by: Actor,
    at: datetime,
) -> ResponseLevel:
    """Put a level in force from today or later; what held at the unit ends the day before."""
    unit = _unit(unit_id, by, at)
    fields: dict[str, list[str]] = {}
    decision = may_begin(valid_from, today=at.date())
    if not decision.allowed:
        fields["valid_from"] = [decision.reason]
    if level not in range(1, 5):
        fields["level"] = [_("Choose a level from I to IV.")]
    else:
        fields |= _laxer(unit, level, home_checks, noon_checks, valid_from)
    if not document.strip():
        fields["document"] = [_("Name the document that orders this.")]
    if fields:
        raise Invalid(_("The level could not be set."), fields)
    text = document.strip()[:200]
    with calendar_changing(first=valid_from, last=None, path=unit.path, reason=text, by=by, at=at):
        _make_room(unit_id, valid_from)
        made = ResponseLevel.objects.create(
            unit_id=unit_id,
            level=level,
            valid_from=valid_from,
            home_checks=home_checks,
            noon_checks=noon_checks,
            document=text,
        )
    audit.record(
        SituationEvent.LEVEL_SET,
        by=by,
        at=at,
        unit_id=unit_id,
        path=unit.path,
        subject=made.document,
        detail={"level": level, "from": str(valid_from), "home": home_checks, "noon": noon_checks},
    )
    return made


@transaction.atomic
def end_level(*, unit_id: int, from_day: date, by: Actor, at: datetime) -> None:
    """Let no level of the unit's own hold from a day on: what holds above it holds again."""
    path = _unit(unit_id, by, at).path
    decision = may_begin(from_day, today=at.date())
    if not decision.allowed:
        raise Invalid(decision.reason, {"valid_from": [decision.reason]})
    reason = _("The unit's own response level ends.")
    with calendar_changing(first=from_day, last=None, path=path, reason=reason, by=by, at=at):
        if not _make_room(unit_id, from_day):
            raise NotFound(_("No level of this unit's own is in force then."))
    audit.record(
        SituationEvent.LEVEL_ENDED,
        by=by,
        at=at,
        unit_id=unit_id,
        path=path,
        detail={"from": str(from_day)},
    )


def _make_room(unit_id: int, day: date) -> int:
    """End what holds on a day, remove what was to begin on it or later; how many rows that was."""
    later = ResponseLevel.objects.filter(unit_id=unit_id, valid_from__gte=day)
    removed, _kinds = later.delete()
    holding = ResponseLevel.objects.filter(unit_id=unit_id, valid_from__lt=day, valid_to__gt=day)
    return removed + holding.update(valid_to=day)


def _laxer(
    unit: UnitVersion, level: int, home_checks: bool, noon_checks: bool, day: date
) -> dict[str, list[str]]:
    """What holds above and would be undercut, by the field that undercuts it."""
    found: dict[str, list[str]] = {}
    for above in levels(unit=unit, since=day):
        asked = above.level
        if above.own or not asked.valid_from <= day < asked.valid_to:
            continue
        undercut = {
            "level": asked.level < level,
            "home_checks": asked.home_checks and not home_checks,
            "noon_checks": asked.noon_checks and not noon_checks,
        }
        text = _("Laxer than level %(level)s of %(unit)s (%(document)s), which holds here too.")
        told = {"level": above.roman, "unit": name_of(above.unit), "document": asked.document}
        for field in (name for name, is_laxer in undercut.items() if is_laxer):
            found.setdefault(field, []).append(text % told)
    return found


def _unit(unit_id: int, by: Actor, at: datetime) -> UnitVersion:
    found = (
        UnitVersion.objects.as_of(at.date())
        .select_for_update()
        .filter(unit_id=unit_id, kind__in=("province", "city", "county", "zone"))
        .first()
    )
    if found is None:
        raise NotFound(_("There is no such unit within your scope."))
    by.require(SituationPermission.MANAGE, found.path)
    return found
