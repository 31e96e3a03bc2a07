"""What waits at a bureau: signed reports of the schools that report to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.core.paginator import Page, Paginator
from django.db.models import Q

from fangxian.foundation.obligations.models import Obligation, ObligationQuerySet
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel.access import Actor
from fangxian.watch.reporting.drafts import dictionary_by_number
from fangxian.watch.reporting.indicators import POPULATIONS, Cell
from fangxian.watch.reporting.models import DailyReport, ReportRevision
from fangxian.watch.reporting.rules import KIND, ReportPermission, State

SHOWN = ("ill", "new_ill", "fever", "not_known")
PER_PAGE = 30
UNSIGNED = "unsigned"


@dataclass(frozen=True)
class Waiting:
    """A school in the queue; `signed` is None where nothing is signed yet."""

    school: UnitVersion
    owed: Obligation
    report: DailyReport | None
    signed: ReportRevision | None
    figures: Mapping[str, int | None]
    own: bool

    @property
    def key(self) -> str:
        """How a form names it: the school and the revision that was looked at."""
        return f"{self.school.code}:{self.signed.revision}" if self.signed else ""

    @property
    def late(self) -> bool:
        """Signed after the deadline."""
        return self.owed.told_at is not None and self.owed.told_at > self.owed.due_at


@dataclass(frozen=True)
class Queue:
    """A page of the queue, with how many schools stand where."""

    day: date
    page: "Page[int]"
    rows: Sequence[Waiting]
    counts: Mapping[str, int]
    expected: int


def bureaus_of(by: Actor) -> list[int]:
    """The units at which an actor decides on reports."""
    return [
        holding.unit_id
        for holding in by.holdings
        if ReportPermission.DECIDE.value in holding.permissions
    ]


def queue(*, by: Actor, day: date, state: str, text: str, number: int) -> Queue:
    """The schools that report to one's bureaus, by the state of their report."""
    bureaus = bureaus_of(by)
    owed = Obligation.objects.visible_to(by).of(KIND, day).filter(bureau_id__in=bureaus)
    reports = DailyReport.objects.on(day).filter(bureau_id__in=bureaus)
    ids = _matching(owed, day, text)
    states = dict(reports.filter(school_id__in=ids).values_list("school_id", "state"))
    counts = {value.value: 0 for value in State if value is not State.DRAFT}
    for value in states.values():
        counts[value] += 1
    counts[UNSIGNED] = len(ids) - len(states)
    chosen = [pk for pk in ids if not state or states.get(pk, UNSIGNED) == state]
    page = Paginator(chosen, PER_PAGE).get_page(number)
    rows = _rows(list(page.object_list), day, by)
    return Queue(day, page, rows, counts, len(ids))


def _matching(owed: ObligationQuerySet, day: date, text: str) -> list[int]:
    ids = list(owed.order_by("path").values_list("unit_id", flat=True))
    wanted = text.strip().lower()
    if not wanted:
        return ids
    named = (
        Q(name_zh__icontains=wanted)
        | Q(code__startswith=wanted)
        | Q(initials__startswith=wanted)
        | Q(pinyin__contains=wanted)
        | Q(name_en__icontains=wanted)
    )
    found = UnitVersion.objects.as_of(day).filter(named, unit_id__in=ids)
    matching = set(found.values_list("unit_id", flat=True))
    return [pk for pk in ids if pk in matching]


def _rows(ids: Sequence[int], day: date, by: Actor) -> list[Waiting]:
    schools = {v.unit_id: v for v in UnitVersion.objects.as_of(day).filter(unit_id__in=ids)}
    owed = {o.unit_id: o for o in Obligation.objects.of(KIND, day).filter(unit_id__in=ids)}
    reports = {r.school_id: r for r in DailyReport.objects.on(day).filter(school_id__in=ids)}
    signed = {
        (r.school_id, r.revision): r
        for r in ReportRevision.objects.filter(day=day, school_id__in=list(reports))
    }
    found = []
    for pk in ids:
        report = reports.get(pk)
        revision = signed.get((pk, report.revision)) if report else None
        own = report is not None and report.signed_by is not None
        found.append(
            Waiting(
                school=schools[pk],
                owed=owed[pk],
                report=report,
                signed=revision,
                figures=_figures(revision) if revision else dict.fromkeys(SHOWN),
                own=own and report is not None and report.signed_by == by.user_id,
            )
        )
    return found


def _figures(revision: ReportRevision) -> dict[str, int | None]:
    """The figures shown in the queue, over all populations."""
    position = dictionary_by_number(revision.dictionary_version).position
    sums: dict[str, int | None] = {}
    for code in SHOWN:
        places = [position.get(Cell(code, population)) for population in POPULATIONS]
        known = [
            value
            for place in places
            if place is not None and (value := revision.figures[place]) is not None
        ]
        sums[code] = sum(known) if known else None
    return sums
