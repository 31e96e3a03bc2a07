"""What a person sees of daily reports: the school's page and its history."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.conf import settings

from fangxian.foundation.obligations.kinds import OwedBy, all_kinds
from fangxian.foundation.obligations.models import Obligation
from fangxian.foundation.obligations.queries import SilentUnit, silent
from fangxian.foundation.units.models import Population, UnitVersion
from fangxian.kernel.access import Actor, Decision
from fangxian.norms import Deadlines, deadlines_on
from fangxian.watch.reporting import rules
from fangxian.watch.reporting.drafts import (
    Draft,
    School,
    derive,
    dictionary_by_number,
    same_figures,
    school_owing,
    window_of,
)
from fangxian.watch.reporting.history import HistoryEntry, signed_values
from fangxian.watch.reporting.history import history as history_of
from fangxian.watch.reporting.indicators import (
    POPULATIONS,
    Behind,
    Cell,
    Indicator,
    Scope,
    Section,
    contributions,
    indicators,
)
from fangxian.watch.reporting.models import Cutoff, DailyReport, ReportRevision
from fangxian.watch.reporting.queue import Queue, Waiting, bureaus_of, queue
from fangxian.watch.reporting.rules import KIND, Cover, ReportPermission, State
from fangxian.watch.reporting.upper import BOARD, UpperRow, UpperTable, upper_table

__all__ = [
    "BOARD",
    "Page",
    "Queue",
    "UpperRow",
    "UpperTable",
    "Waiting",
    "behind",
    "bureaus_of",
    "owes_report",
    "queue",
    "report_for",
    "upper_table",
]

SILENT_SHOWN = 200


@dataclass(frozen=True)
class Figure:
    """One figure on the page: as it stands now, and as it was signed.

    `shown` is the one in the foreground: for who signs what stands now, for all others what was
    signed, once it is.
    """

    code: str
    population: str
    value: int | None
    signed: int | None
    is_entered: bool
    reason: str
    is_masked: bool
    shown: int | None

    @property
    def changed(self) -> bool:
        """Whether it differs from what was signed; only asked for a signed report."""
        return not self.is_masked and self.value != self.signed


@dataclass(frozen=True)
class IndicatorRow:
    """An indicator with one figure a population."""

    indicator: Indicator
    figures: Sequence[Figure]


@dataclass(frozen=True)
class SectionRows:
    """The indicators of one section of the page."""

    section: Section
    rows: Sequence[IndicatorRow]


@dataclass(frozen=True)
class Page:
    """A school's report of a day as one reader may see it."""

    unit: UnitVersion
    day: date
    state: State
    revision: int
    owed: Obligation
    report: DailyReport | None
    signed: ReportRevision | None
    draft: Draft
    populations: Sequence[Population]
    sections: Sequence[SectionRows]
    changed: bool
    silent: Sequence[SilentUnit]
    silent_count: int
    excused_count: int
    may_sign: Decision
    may_decide: Decision
    to_tell: Sequence[tuple[Indicator, int]]
    deadlines: Deadlines
    history: Sequence[HistoryEntry]
    exact: bool

    @property
    def cover(self) -> Cover:
        """For whom one would sign now."""
        return self.draft.cover


def report_for(*, unit: UnitVersion, day: date, by: Actor, at: datetime) -> Page:
    """The page of a school's report; Forbidden or NotFound where it may not be seen."""
    by.require(ReportPermission.VIEW, unit.path)
    school = school_owing(day, unit.unit_id)
    owed = Obligation.objects.of(KIND, day).get(unit_id=unit.unit_id)
    report = DailyReport.objects.filter(day=day, school_id=unit.unit_id).first()
    history = history_of(school, day, by)
    signed = history[0].revision if history else None
    latest = {school.school_id: signed} if signed else {}
    draft = derive([school], day, at, signed=latest)[0]
    exact = by.may(ReportPermission.EXACT, school.path)
    populations = _populations(draft, signed)
    now = signed is None or by.may(ReportPermission.SIGN, school.path)
    sections = _sections(draft, signed, populations, exact, now)
    silent_units, silent_count, excused_count = _silent(school, draft, day, at, by)
    return Page(
        unit=unit,
        day=day,
        state=State(report.state) if report else State.DRAFT,
        revision=report.revision if report else 0,
        owed=owed,
        report=report,
        signed=signed,
        draft=draft,
        populations=populations,
        sections=sections,
        changed=signed is not None and not same_figures(draft, signed),
        silent=silent_units,
        silent_count=silent_count,
        excused_count=excused_count,
        may_sign=rules.may_sign(by, school.path, draft.cover),
        may_decide=_may_decide(by, school, report),
        to_tell=_to_tell(sections),
        deadlines=deadlines_on(day, settings.FANGXIAN.norms),
        history=history,
        exact=exact,
    )


def owes_report(*, unit: UnitVersion, day: date) -> bool:
    """Whether this school owes a report that day."""
    return Obligation.objects.of(KIND, day).filter(unit_id=unit.unit_id).exists()


def _may_decide(by: Actor, school: School, report: DailyReport | None) -> Decision:
    signed_by = report.signed_by if report else None
    return rules.may_decide(
        by, school_path=school.path, bureau_id=school.bureau_id, signed_by=signed_by
    )


def _populations(draft: Draft, signed: ReportRevision | None) -> list[Population]:
    """Those of which anything is known; all of them while nothing is."""
    known = {
        cell.population
        for cell, value in zip(draft.dictionary.cells, draft.figures, strict=True)
        if value is not None
    }
    if signed is not None:
        cells = dictionary_by_number(signed.dictionary_version).cells
        pairs = zip(cells, signed.figures, strict=True)
        known |= {cell.population for cell, value in pairs if value is not None}
    return [population for population in POPULATIONS if not known or population in known]


def _sections(
    draft: Draft,
    signed: ReportRevision | None,
    populations: Sequence[Population],
    exact: bool,
    now: bool,
) -> list[SectionRows]:
    known = indicators()
    rows: dict[Section, list[IndicatorRow]] = {section: [] for section in Section}
    before = signed_values(signed)
    entered = {} if signed is None else {(e["code"], e["population"]): e for e in signed.entered}
    for code in draft.dictionary.codes:
        indicator = known.get(code)
        if indicator is None or not indicator.in_force(draft.day):
            continue
        figures = [
            _figure(draft, before, entered, indicator, population, exact, now)
            for population in populations
        ]
        if any(f.is_masked or f.value is not None or f.signed is not None for f in figures):
            rows[indicator.section].append(IndicatorRow(indicator, figures))
    masked = {
        f.population for found in rows.values() for r in found for f in r.figures if f.is_masked
    }
    return [
        SectionRows(section, [_complement(row, masked) for row in found])
        for section, found in rows.items()
        if found
    ]


def _complement(row: IndicatorRow, masked: set[str]) -> IndicatorRow:
    """The row, masked for the populations of which a small figure could be told from it."""
    if not row.indicator.complement or not masked:
        return row
    figures = [
        replace(f, value=None, signed=None, shown=None, is_masked=True)
        if f.population in masked
        else f
        for f in row.figures
    ]
    return replace(row, figures=figures)


def _figure(
    draft: Draft,
    before: dict[Cell, int | None],
    entered: dict[tuple[str, str], dict[str, str]],
    indicator: Indicator,
    population: Population,
    exact: bool,
    now: bool,
) -> Figure:
    cell = Cell(indicator.code, population.value)
    value, signed = draft.value(*_pair(cell)), before.get(cell)
    shown, shown_signed = (
        rules.masked(number, exact=exact, about_health=indicator.about_health)
        for number in (value, signed)
    )
    by_hand = entered.get(_pair(cell))
    is_masked = (shown, shown_signed) != (value, signed)
    return Figure(
        code=cell.code,
        population=cell.population,
        value=shown,
        signed=shown_signed,
        is_entered=by_hand is not None,
        reason=by_hand["reason"] if by_hand and not is_masked else "",
        is_masked=is_masked,
        shown=shown if now else shown_signed,
    )


def _pair(cell: Cell) -> tuple[str, str]:
    return cell.code, cell.population


def _to_tell(sections: Sequence[SectionRows]) -> list[tuple[Indicator, int]]:
    """What stands against a full zero: each figure over all populations, as far as shown."""
    found = []
    for section in sections:
        for row in section.rows:
            total = sum(figure.shown or 0 for figure in row.figures)
            if row.indicator.zero and total:
                found.append((row.indicator, total))
    return found


def group_kinds() -> list[str]:
    """The kinds that groups owe, in the order of declaration."""
    return [kind.code for kind in all_kinds() if kind.owed_by is OwedBy.GROUP]


def kinds_to_chase(*, path: str, day: date, at: datetime) -> list[str]:
    """The kinds still silent somewhere below a path that are open by now."""
    rows = Obligation.objects.below(path).on(day).filter(kind__in=group_kinds()).silent()
    silent_kinds = set(rows.filter(cancelled_at__isnull=True).values_list("kind", flat=True))
    return [
        kind.code for kind in all_kinds() if kind.code in silent_kinds and kind.opens_at(day) <= at
    ]


def _silent(
    school: School, draft: Draft, day: date, at: datetime, by: Actor
) -> tuple[list[SilentUnit], int, int]:
    """The groups that have told nothing all day, by the first kind they owe; how many these are,
    and how many beside them are excused from all they owe."""
    if draft.cover.groups_answered == draft.cover.groups_expected:
        return [], 0, 0
    rows = (
        Obligation.objects.below(school.path)
        .on(day)
        .filter(kind__in=group_kinds(), cancelled_at__isnull=True)
    )
    told = set(rows.filter(told_at__isnull=False).values_list("unit_id", flat=True))
    owing = set(rows.silent().values_list("unit_id", flat=True)) - told
    excused = set(rows.values_list("unit_id", flat=True)) - told - owing
    found: dict[int, SilentUnit] = {}
    for kind in dict.fromkeys(rows.order_by("due_at").values_list("kind", flat=True)):
        page, _total = silent(
            path=school.path, kind=kind, day=day, at=at, by=by, offset=0, limit=SILENT_SHOWN
        )
        for one in page:
            if one.unit_id not in told:
                found.setdefault(one.unit_id, one)
    return sorted(found.values(), key=lambda one: one.code), len(owing), len(excused)


@dataclass(frozen=True)
class GroupBehind:
    """A group behind a figure, with its name; people only for those inside the school."""

    unit: UnitVersion
    rows: Behind


@dataclass(frozen=True)
class FigureBehind:
    """What stands behind one figure of a school."""

    indicator: Indicator
    population: Population
    groups: Sequence[GroupBehind]
    names: bool


def behind(
    *, unit: UnitVersion, day: date, code: str, population: str, by: Actor
) -> FigureBehind | None:
    """The groups behind a figure; None when there is no such figure.

    Names are given only inside the school; the caller keeps a trace of who read them.
    """
    by.require(ReportPermission.VIEW, unit.path)
    indicator = indicators().get(code)
    if indicator is None or population not in set(POPULATIONS):
        return None
    school = school_owing(day, unit.unit_id)
    names = by.inside(school.path)
    window = window_of(school, day, Cutoff.objects.filter(pk=school.school_id).first())
    scope = Scope(day, [window], school.path, school.path[:-1] + "0")
    room = next(c for c in contributions() if indicator in c.indicators)
    rows = room.behind(scope, code, population, names)
    exact = by.may(ReportPermission.EXACT, school.path) or not indicator.about_health
    if not exact:
        rows = []
    ids = [row.unit_id for row in rows]
    found = UnitVersion.objects.as_of(day).filter(unit_id__in=ids)
    versions = {version.unit_id: version for version in found}
    groups = [GroupBehind(versions[row.unit_id], row) for row in rows if row.unit_id in versions]
    return FigureBehind(indicator, Population(population), groups, names)
