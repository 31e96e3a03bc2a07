"""Units for other programs: one by its code of a day, or found by name."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema

from fangxian.foundation.units import queries
from fangxian.foundation.units.models import UnitVersion
from fangxian.foundation.units.rules import UnitPermission
from fangxian.kernel import access, clock
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import Unauthenticated


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if actor.user_id is None:
        raise Unauthenticated(_("A valid API token is needed."))
    return actor


# Who asks comes before what is asked: a stranger learns nothing of what a question must carry.
router = Router(tags=["units"], auth=_actor)


class UnitOut(Schema):
    """A unit as of a day. `headcount` is a group's; null is not known, never 0.

    `grade` is a group's year: 1 to 12 of school, from 13 on of study, -3 to -1 of kindergarten.
    """

    day: date
    code: str
    kind: str
    stage: str
    population: str
    boarding: bool
    headcount: int | None
    grade: int | None
    name_zh: str
    name_en: str
    division_code: str
    above: list[str]
    reports_to: str | None
    territorial: str | None
    school: str | None
    bureau: str | None
    opened_on: date
    closed_on: date | None


class FoundOut(Schema):
    """A unit that a search brought up."""

    code: str
    kind: str
    name_zh: str
    name_en: str
    above_zh: str
    above_en: str


class Asked(Schema):
    day: date | None = None


class SearchAsked(Asked):
    search: str


@router.get("/units", response=list[FoundOut], summary="Find units by name, spelling or code")
@access.asks(UnitPermission.VIEW)
def find_units(request: HttpRequest, asked: Query[SearchAsked]) -> list[Any]:
    """Up to 20 units in scope that match every word of `search`, bureaus first."""
    ranges = _actor(request).ranges(UnitPermission.VIEW)
    return list(queries.search(asked.search, asked.day or clock.today(), ranges=ranges))


@router.get("/units/{code}", response=UnitOut, summary="A unit as of a day")
@access.asks(UnitPermission.VIEW)
def one_unit(request: HttpRequest, code: str, asked: Query[Asked]) -> dict[str, Any]:
    """The unit that bore this code that day; 404 names the right code where it bore another."""
    day = asked.day or clock.today()
    by = _actor(request)
    unit = queries.resolve(code, day, by=by)
    by.require(UnitPermission.VIEW, unit.path)
    return _shown(unit, day)


def _shown(unit: UnitVersion, day: date) -> dict[str, Any]:
    above = queries.ancestors(unit, day)
    ids = {unit.territorial_id, unit.school_id, unit.bureau_id, unit.reports_to_id} - {None}
    rows = UnitVersion.objects.as_of(day).filter(unit_id__in=[i for i in ids if i])
    codes: dict[int | None, str] = dict(rows.values_list("unit_id", "code"))
    of_version = ("code", "kind", "name_zh", "name_en", "division_code", "grade")
    of_unit = ("stage", "population", "boarding", "headcount", "opened_on", "closed_on")
    return {
        "day": day,
        **{name: getattr(unit, name) for name in of_version},
        **{name: getattr(unit.unit, name) for name in of_unit},
        "above": [row.code for row in above],
        "reports_to": codes.get(unit.reports_to_id),
        "territorial": codes.get(unit.territorial_id),
        "school": codes.get(unit.school_id),
        "bureau": codes.get(unit.bureau_id),
    }
