"""The API of standing: who has answered, who is silent, at any place in one's scope."""

from datetime import date, datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from fangxian.foundation.accounts.api_auth import authenticated, signed_in_actor
from fangxian.foundation.obligations.kinds import kind_by_code
from fangxian.foundation.obligations.queries import (
    SilentUnit,
    shared_standing,
    silent,
)
from fangxian.foundation.obligations.rules import ObligationPermission
from fangxian.foundation.units.models import UnitVersion
from fangxian.foundation.units.queries import resolve
from fangxian.kernel import access, clock

router = Router(tags=["standing"], auth=authenticated)
LARGEST_PAGE = 500


class Asked(Schema):
    """Which day, by default today's, and which kind of obligation."""

    kind: str
    day: date | None = None


class PageAsked(Asked):
    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    size: Annotated[int, Field(ge=1, le=LARGEST_PAGE)] = 50
    overdue: bool = False


class PeopleOut(Schema):
    """How many are accounted for; null is unknown, never 0."""

    accounted: int | None
    total: int | None


class StandingOut(Schema):
    """Where a unit and everything below it stands; null is unknown, never 0."""

    unit: str
    day: date
    kind: str
    expected: int | None
    answered: int | None
    on_time: int | None
    late: int | None
    overdue: int | None
    excused: int | None
    people: PeopleOut
    children: "list[StandingOut] | None" = None


class ContactOut(Schema):
    """The person in charge, for their own school and the level directly above."""

    name: str
    phone: str


class SilentOut(Schema):
    unit: str
    name_zh: str
    name_en: str
    school: str
    school_name_zh: str
    school_name_en: str
    due_at: datetime
    overdue: bool
    chased_at: datetime | None
    contact: ContactOut | None


class SilentPageOut(Schema):
    """A page of the units that have not answered, in the order of the tree."""

    unit: str
    day: date
    kind: str
    items: list[SilentOut]
    total: int
    page: int
    size: int
    pages: int


@router.get("/units/{code}/standing", response=StandingOut, summary="Where a unit stands")
@access.asks(ObligationPermission.VIEW)
def unit_standing(request: HttpRequest, code: str, asked: Query[Asked]) -> HttpResponse:
    """This unit and its children on a day: expected, answered, on time, late, overdue, excused."""
    at = clock.now()
    unit, day = _place(request, code, asked, at)
    found = shared_standing(unit=unit, kind=asked.kind, day=day, at=at)
    # Written once for all who ask; a test holds it to `StandingOut`.
    return HttpResponse(found.encoded, content_type="application/json")


@router.get("/units/{code}/silent", response=SilentPageOut, summary="Who has not answered")
@access.asks(ObligationPermission.VIEW)
def unit_silent(request: HttpRequest, code: str, asked: Query[PageAsked]) -> dict[str, object]:
    """The units at or below this one that have not answered, page by page."""
    at = clock.now()
    unit, day = _place(request, code, asked, at)
    items, total = silent(
        path=unit.path,
        kind=asked.kind,
        day=day,
        at=at,
        by=signed_in_actor(request),
        offset=(asked.page - 1) * asked.size,
        limit=asked.size,
        overdue_only=asked.overdue,
    )
    return {
        "unit": unit.code,
        "day": day,
        "kind": asked.kind,
        "items": [_silent_shown(item) for item in items],
        "total": total,
        "page": asked.page,
        "size": asked.size,
        "pages": -(-total // asked.size),
    }


def _place(request: HttpRequest, code: str, asked: Asked, at: datetime) -> tuple[UnitVersion, date]:
    """The unit, if it lies in scope and one may view it, and the day."""
    by = signed_in_actor(request)
    day = asked.day or at.date()
    unit = resolve(code, day, by=by)
    by.require(ObligationPermission.VIEW, unit.path)
    kind_by_code(asked.kind)
    return unit, day


def _silent_shown(one: SilentUnit) -> dict[str, object]:
    contact = {"name": one.contact_name, "phone": one.contact_phone}
    return {
        "unit": one.code,
        "name_zh": one.name_zh,
        "name_en": one.name_en,
        "school": one.school_code,
        "school_name_zh": one.school_zh,
        "school_name_en": one.school_en,
        "due_at": one.due_at,
        "overdue": one.overdue,
        "chased_at": one.chased_at,
        "contact": None if one.contact_name is None else contact,
    }
