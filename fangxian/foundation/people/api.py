"""People for a school's own program: its list, one search, and putting the list as it is there."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from fangxian.foundation.people import queries
from fangxian.foundation.people.actions import Call, Put, put_people
from fangxian.foundation.people.models import Guardian
from fangxian.foundation.people.rules import PeopleEvent, PeoplePermission
from fangxian.foundation.people.search import search
from fangxian.foundation.units.models import SCHOOL_KINDS, UnitVersion
from fangxian.foundation.units.queries import resolve
from fangxian.kernel import access, audit, clock
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import Forbidden, NotFound, Unauthenticated

router = Router(tags=["people"])
MOST = 500


class CallSaid(Schema):
    """Whom to call about a person, the first first."""

    phone: str
    name: str = ""
    relation: str = ""


class PersonSaid(Schema):
    """A person as the school's program knows them.

    Found again by the document's number, else by kind and number. What is not sent stays as it
    is; `group` "" takes the person out of their group, `left_on` ends them at the school.
    """

    kind: str = "student"
    number: str = ""
    id_kind: str | None = None
    id_number: str = ""
    name: str | None = None
    phone: str | None = None
    born: date | None = None
    sex: str | None = None
    group: str | None = None
    guardians: list[CallSaid] | None = None
    left_on: date | None = None


class PeopleSaid(Schema):
    items: Annotated[list[PersonSaid], Field(max_length=MOST)]


class PutOut(Schema):
    """What became of one item: new, changed, same or wrong, and in the last case why."""

    person: int | None
    outcome: str
    reasons: dict[str, list[str]]


class PersonOut(Schema):
    id: int
    kind: str
    name: str
    number: str
    id_kind: str
    id_number: str
    phone: str
    born: date | None
    sex: str
    group: str | None
    left_on: date | None
    guardians: list[CallSaid]


class PeopleOut(Schema):
    """A part of the list; `next` is the `after` of the next part, null at the end."""

    people: list[PersonOut]
    next: int | None


class FoundOut(Schema):
    id: int
    name: str
    kind: str
    number: str
    id_number_masked: str
    school: str
    group: str


class SearchOut(Schema):
    found: list[FoundOut]
    too_wide: bool


class ListAsked(Schema):
    after: int = 0
    limit: Annotated[int, Field(ge=1, le=MOST)] = MOST


class SearchAsked(Schema):
    search: Annotated[str, Field(max_length=60)]
    unit: str = ""
    left: bool = False


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if actor.user_id is None:
        raise Unauthenticated(_("A valid API token is needed."))
    return actor


def _school(code: str, permission: PeoplePermission, by: Actor) -> UnitVersion:
    unit = resolve(code, clock.today(), by=by)
    if unit.kind not in SCHOOL_KINDS:
        raise NotFound(_("There is no such school within your scope."))
    by.require(permission, unit.path)
    return unit


@router.get("/people", response=SearchOut, summary="Find a person by number, telephone or name")
@access.asks(PeoplePermission.VIEW)
def find_people(request: HttpRequest, asked: Query[SearchAsked]) -> dict[str, Any]:
    """Up to 50 people in scope: numbers and telephones exactly, names by any part. A name needs
    `unit`, a county or school, where the token's scope is wider. Recorded in the audit trail."""
    by = _actor(request)
    if not by.holds(PeoplePermission.VIEW):
        raise Forbidden(_("Your role does not allow this here."))
    unit = resolve(asked.unit, clock.today(), by=by) if asked.unit else None
    answer = search(
        asked.search, by=by, day=clock.today(), within=unit.path if unit else "", left=asked.left
    )
    audit.record(
        PeopleEvent.SEARCHED, by=by, at=clock.now(), unit_id=unit.unit_id if unit else None,
        path=unit.path if unit else "",
        detail={"by": answer.by, "found": [one.person_id for one in answer.found]},
        persons=[one.person_id for one in answer.found],
    )  # fmt: skip
    found = [
        {"id": one.person_id, "name": one.name, "kind": one.kind, "number": one.number,
         "id_number_masked": one.id_number, "school": one.school_code, "group": one.group_code}
        for one in answer.found
    ]  # fmt: skip
    return {"found": found, "too_wide": answer.too_wide}


@router.get("/units/{code}/people", response=PeopleOut, summary="The people of a school")
@access.asks(PeoplePermission.VIEW)
def list_people(request: HttpRequest, code: str, asked: Query[ListAsked]) -> dict[str, Any]:
    """Who is at the school, by id, in parts of at most 500; for a token of the school itself."""
    by, today = _actor(request), clock.today()
    unit = _school(code, PeoplePermission.VIEW, by)
    if not by.inside(unit.path):
        raise NotFound(_("Names stay at the school."))
    rows = queries.roster(unit.path, today).filter(pk__gt=asked.after).order_by("pk")
    people = list(rows[: asked.limit])
    audit.record(
        PeopleEvent.EXPORTED, by=by, at=clock.now(), unit_id=unit.unit_id, path=unit.path,
        subject=unit.code, detail={"people": len(people)}, persons=[one.pk for one in people],
    )  # fmt: skip
    ids = {one.group_id for one in people if one.group_id}
    groups = UnitVersion.objects.as_of(today).filter(unit_id__in=ids)
    codes: dict[int | None, str] = dict(groups.values_list("unit_id", "code"))
    calls: dict[int, list[Guardian]] = {}
    for one in Guardian.objects.filter(person_id__in=[p.pk for p in people]).order_by("position"):
        calls.setdefault(one.person_id, []).append(one)
    return {
        "people": [_out(one, codes.get(one.group_id), calls.get(one.pk, [])) for one in people],
        "next": people[-1].pk if len(people) == asked.limit else None,
    }


def _out(person: Any, group: str | None, calls: list[Guardian]) -> dict[str, Any]:
    plain = ("id", "kind", "name", "number", "id_kind", "id_number", "phone", "born", "sex",
             "left_on")  # fmt: skip
    guardians = [{"phone": one.phone, "name": one.name, "relation": one.relation} for one in calls]
    said = {name: getattr(person, name) for name in plain}
    return said | {"group": group, "guardians": guardians}


@router.put("/units/{code}/people", response=list[PutOut], summary="Put people of a school")
@access.asks(PeoplePermission.MANAGE)
def put_school_people(request: HttpRequest, code: str, said: PeopleSaid) -> list[dict[str, Any]]:
    """Let up to 500 people of a school be as sent; sent again, nothing changes.

    Each item stands for itself: a wrong one is told with its reasons and does not keep back the
    others. Nobody of another school is ever touched.
    """
    by = _actor(request)
    unit = _school(code, PeoplePermission.MANAGE, by)
    items = [_put(item) for item in said.items]
    found = put_people(school_id=unit.unit_id, items=items, by=by, at=clock.now())
    return [
        {"person": one.person_id, "outcome": one.outcome, "reasons": one.reasons} for one in found
    ]


def _put(item: PersonSaid) -> Put:
    given = item.dict(include={"name", "phone", "born", "sex", "id_kind"}, exclude_none=True)
    calls = None
    if item.guardians is not None:
        calls = [Call(one.phone, one.name, one.relation) for one in item.guardians]
    return Put(
        kind=item.kind, number=item.number, id_number=item.id_number, said=given,
        group=item.group, calls=calls, left_on=item.left_on,
    )  # fmt: skip
