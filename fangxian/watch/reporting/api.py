"""Daily reports for other programs: the same actions."""

from collections.abc import Container
from datetime import date, datetime
from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from fangxian.foundation.accounts.api_auth import authenticated, signed_in_actor
from fangxian.foundation.units.models import UnitVersion
from fangxian.foundation.units.queries import resolve
from fangxian.kernel import access, clock
from fangxian.kernel.clock import SHANGHAI
from fangxian.kernel.errors import Invalid
from fangxian.watch.reporting import actions, queries
from fangxian.watch.reporting.indicators import POPULATIONS, indicators
from fangxian.watch.reporting.queries import Page, UpperRow
from fangxian.watch.reporting.rules import Entered, ReportPermission, State

router = Router(tags=["daily reports"], auth=authenticated)

SEEN = Annotated[
    int | None,
    Field(
        ge=0,
        le=32_000,
        description="The revision that was looked at. For the first signature 0 or null; to sign "
        "anew, the signed revision that is replaced.",
    ),
]


class EnteredIn(Schema):
    """A figure entered by hand in place of the derived one."""

    code: str
    population: str
    value: int
    reason: Annotated[str, Field(max_length=500)]


class SignIn(Schema):
    """Sign what stands now. `entered` left out keeps the figures entered by hand before."""

    revision: SEEN = None
    entered: Annotated[list[EnteredIn], Field(max_length=200)] | None = None


class AcceptIn(Schema):
    """Accept the revision that was looked at."""

    revision: Annotated[int, Field(ge=0, le=32_000)]


class ReturnIn(AcceptIn):
    """Return the revision that was looked at, with a comment."""

    comment: Annotated[str, Field(max_length=500)]


class GroupsOut(Schema):
    """Groups that answered, of those that owe an answer."""

    answered: int
    expected: int


class PeopleOut(Schema):
    """People accounted for; null is unknown, never 0."""

    accounted: int | None
    total: int | None


class FigureOut(Schema):
    """One figure as it stands now, and as it was signed; null is unknown, never 0."""

    code: str
    population: str
    value: int | None
    signed: int | None
    entered: bool
    reason: str


class SignedOut(Schema):
    """What the latest signature attests."""

    revision: int
    signed_at: datetime
    signed_by: str
    groups: GroupsOut
    people: PeopleOut
    full_zero: bool
    dictionary_version: int
    new_from: datetime
    new_until: datetime


class ReportOut(Schema):
    """A school's report of a day; `revision` is the latest signed one, 0 for none.

    `groups`, `people`, `full_zero` and each figure's `value` are what one would sign now,
    `signed` is what was signed.
    """

    unit: str
    day: date
    state: State
    revision: int
    due_at: datetime
    groups: GroupsOut
    people: PeopleOut
    full_zero: bool
    changed_since_signed: bool
    signed: SignedOut | None
    decided_at: datetime | None
    comment: str
    figures: list[FigureOut]


class FiguresAsked(Schema):
    """Which day, by default today's; which figures and populations, by default those of boards."""

    day: date | None = None
    code: list[str] = []
    population: list[str] = []


class UpperOut(Schema):
    """Signed figures of a unit: `signed` of `expected` schools, null is unknown, never 0."""

    unit: str
    day: date
    expected: int | None
    signed: int | None
    people: PeopleOut
    figures: dict[str, int | None]
    change: dict[str, int | None]
    children: "list[UpperOut] | None" = None


@router.get("/daily-reports/{unit}/{day}", response=ReportOut, summary="A school's daily report")
@access.asks(ReportPermission.VIEW)
def report(request: HttpRequest, unit: str, day: date) -> dict[str, object]:
    """What one would sign now, what was signed, and where the report stands."""
    by = signed_in_actor(request)
    return _answer(request, resolve(unit, day, by=by), day, clock.now())


@router.post("/daily-reports/{unit}/{day}/sign", response=ReportOut, summary="Sign it")
@access.asks(ReportPermission.SIGN)
def sign(request: HttpRequest, unit: str, day: date, told: SignIn) -> dict[str, object]:
    """For those who answered; the same again by the same person is 200 and changes nothing."""
    at, by = clock.now(), signed_in_actor(request)
    place = resolve(unit, day, by=by)
    entered = None
    if told.entered is not None:
        entered = [Entered(e.code, e.population, e.value, e.reason) for e in told.entered]
    actions.sign(unit=place, day=day, revision=told.revision, by=by, at=at, entered=entered)
    return _answer(request, place, day, at)


@router.post("/daily-reports/{unit}/{day}/accept", response=ReportOut, summary="Accept it")
@access.asks(ReportPermission.DECIDE)
def accept(request: HttpRequest, unit: str, day: date, told: AcceptIn) -> dict[str, object]:
    """At the level directly above the school; never by the one who signed."""
    at, by = clock.now(), signed_in_actor(request)
    place = resolve(unit, day, by=by)
    actions.accept(unit=place, day=day, revision=told.revision, by=by, at=at)
    return _answer(request, place, day, at)


@router.post("/daily-reports/{unit}/{day}/return", response=ReportOut, summary="Return it")
@access.asks(ReportPermission.DECIDE)
def return_(request: HttpRequest, unit: str, day: date, told: ReturnIn) -> dict[str, object]:
    """To the school, with a comment that says what to look at."""
    at, by = clock.now(), signed_in_actor(request)
    place = resolve(unit, day, by=by)
    actions.return_(unit=place, day=day, revision=told.revision, comment=told.comment, by=by, at=at)
    return _answer(request, place, day, at)


@router.get("/units/{code}/figures", response=UpperOut, summary="Signed figures of a unit")
@access.asks(ReportPermission.VIEW)
def figures(request: HttpRequest, code: str, asked: Query[FiguresAsked]) -> dict[str, object]:
    """This unit and its children: sums over signed reports, with the change since yesterday."""
    at, by = clock.now(), signed_in_actor(request)
    day = asked.day or at.date()
    unit = resolve(code, day, by=by)
    table = queries.upper_table(
        unit=unit,
        day=day,
        by=by,
        at=at,
        codes=_known("code", asked.code, indicators(), queries.BOARD),
        populations=_known("population", asked.population, POPULATIONS, POPULATIONS),
    )
    children = [_upper(row, day) for row in table.rows]
    return _upper(table.total, day) | {"children": children}


def _known(
    field: str, asked: list[str], known: Container[str], otherwise: tuple[str, ...]
) -> tuple[str, ...]:
    strangers = [one for one in asked if one not in known]
    if strangers:
        text = ", ".join(strangers)
        raise Invalid(text, {field: [text]})
    return tuple(asked) or otherwise


def _answer(request: HttpRequest, unit: UnitVersion, day: date, at: datetime) -> dict[str, object]:
    page = queries.report_for(unit=unit, day=day, by=signed_in_actor(request), at=at)
    report = page.report
    decided_at = report.decided_at if report else None
    return {
        "unit": unit.code,
        "day": day,
        "state": page.state,
        "revision": page.revision,
        "due_at": page.owed.due_at.astimezone(SHANGHAI),
        "groups": {"answered": page.cover.groups_answered, "expected": page.cover.groups_expected},
        "people": {"accounted": page.cover.people_accounted, "total": page.cover.people_total},
        "full_zero": page.draft.is_full_zero,
        "changed_since_signed": page.changed,
        "signed": _signed(page),
        "decided_at": decided_at.astimezone(SHANGHAI) if decided_at else None,
        "comment": report.comment if report and page.exact else "",
        "figures": _figures(page),
    }


def _signed(page: Page) -> dict[str, object] | None:
    if not page.history:
        return None
    entry = page.history[0]
    made, cover = entry.revision, entry.cover
    return {
        "revision": made.revision,
        "signed_at": made.signed_at.astimezone(SHANGHAI),
        "signed_by": entry.signed_by,
        "groups": {"answered": cover.groups_answered, "expected": cover.groups_expected},
        "people": {"accounted": cover.people_accounted, "total": cover.people_total},
        "full_zero": made.is_full_zero,
        "dictionary_version": made.dictionary_version,
        "new_from": made.cutoff_from.astimezone(SHANGHAI),
        "new_until": made.cutoff_at.astimezone(SHANGHAI),
    }


def _figures(page: Page) -> list[dict[str, object]]:
    return [
        {
            "code": figure.code,
            "population": figure.population,
            "value": figure.value,
            "signed": figure.signed,
            "entered": figure.is_entered,
            "reason": figure.reason,
        }
        for section in page.sections
        for row in section.rows
        for figure in row.figures
    ]


def _upper(row: UpperRow, day: date) -> dict[str, object]:
    counts = row.counts
    return {
        "unit": row.unit.code,
        "day": day,
        "expected": counts.expected,
        "signed": counts.answered,
        "people": {"accounted": counts.people_accounted, "total": counts.people_total},
        "figures": dict(row.figures),
        "change": {code: row.change(code) for code in row.figures},
    }
