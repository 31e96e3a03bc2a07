"""What a school would sign now, derived from what the rooms contribute; set-based."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache

from django.utils.translation import gettext as _

from fangxian.foundation.obligations.models import Obligation
from fangxian.kernel.access import subtree
from fangxian.kernel.clock import midnight
from fangxian.kernel.errors import Invalid
from fangxian.watch.reporting.indicators import (
    MARGIN,
    Cell,
    Dictionary,
    Scope,
    Window,
    contributions,
    dictionary_from,
    indicators,
)
from fangxian.watch.reporting.models import Cutoff, DictionaryVersion, ReportRevision
from fangxian.watch.reporting.plans import planned
from fangxian.watch.reporting.rules import KIND, Cover, Entered, full_zero, zero_total

FIRST_WINDOW = timedelta(days=14)  # how far back the first report of a school looks
NOT_YET = "no version of the dictionary is recorded; run migrate"
NOTHING = Cover(0, 0, 0, None)


@dataclass(frozen=True)
class School:
    """A school that owes a report of a day, with its place that day."""

    school_id: int
    bureau_id: int
    path: str


@dataclass(frozen=True)
class Draft:
    """What would be signed: for whom, which figures, and how far "new" reaches back.

    `kept` holds the figures of an earlier signature whose window is closed: their "new" stays.
    """

    school: School
    day: date
    window: Window
    dictionary: Dictionary
    cover: Cover
    figures: tuple[int | None, ...]
    edge: Mapping[str, Sequence[int]]
    entered: tuple[Entered, ...] = ()
    derived: tuple[int | None, ...] = ()

    @property
    def zero_total(self) -> int | None:
        """The sum of what a full zero states to be zero."""
        return zero_total(self.figures, self.dictionary.zero_cells)

    @property
    def is_full_zero(self) -> bool:
        """Whether signing now would be a full zero report."""
        return full_zero(self.cover, self.zero_total)

    def value(self, code: str, population: str) -> int | None:
        """One figure."""
        position = self.dictionary.position.get(Cell(code, population))
        return None if position is None else self.figures[position]

    def with_entered(self, entered: Sequence[Entered]) -> "Draft":
        """The same with some figures entered by hand."""
        figures = list(self.figures)
        for one in entered:
            figures[self.dictionary.position[Cell(one.code, one.population)]] = one.value
        return replace(self, figures=tuple(figures), derived=self.figures, entered=tuple(entered))


def dictionary_on(day: date) -> Dictionary:
    """The version of the dictionary that a report of this day attests."""
    number = (
        DictionaryVersion.objects.filter(effective_from__lte=day)
        .order_by("-effective_from", "-number")
        .values_list("number", flat=True)
        .first()
    )
    if number is None:
        raise LookupError(NOT_YET)
    return dictionary_by_number(number)


@lru_cache(maxsize=8)
def dictionary_by_number(number: int) -> Dictionary:
    """A version of the dictionary; it never changes once recorded."""
    return dictionary_from(number, DictionaryVersion.objects.get(pk=number).content)


def schools_owing(day: date, school_ids: Sequence[int]) -> list[School]:
    """Those of the schools that owe a report of the day, in the order of their ids."""
    rows = Obligation.objects.of(KIND, day).filter(unit_id__in=list(school_ids))
    return [
        School(*row) for row in rows.order_by("unit_id").values_list("unit_id", "bureau_id", "path")
    ]


def school_owing(day: date, school_id: int) -> School:
    """The school, or a clear refusal when it owes no report that day."""
    found = schools_owing(day, [school_id])
    if not found:
        text = _("No daily report is due from this school on %(day)s.") % {"day": day}
        raise Invalid(text, {"day": [text]})
    return found[0]


def derive(
    schools: Sequence[School],
    day: date,
    at: datetime,
    *,
    cutoffs: Mapping[int, Cutoff] | None = None,
    signed: Mapping[int, ReportRevision] | None = None,
) -> list[Draft]:
    """The draft of each school; set-based, the same for one school and for all of a province.

    `cutoffs` and `signed` (the latest revision of this day) are read when not given.
    """
    ids = [school.school_id for school in schools]
    if cutoffs is None:
        cutoffs = Cutoff.objects.in_bulk(ids)
    if signed is None:
        signed = latest_revisions(day, ids)
    windows = [window_of(school, day, cutoffs.get(school.school_id)) for school in schools]
    scope = Scope(day, windows, *_span(schools))
    dictionary = dictionary_on(day)
    with planned(len(ids)):
        figures, covers = _figures(scope, dictionary), _covers(scope)
        edges = _edges(ids, at - MARGIN)
    return [
        Draft(
            school=school,
            day=day,
            window=window,
            dictionary=dictionary,
            cover=covers.get(school.school_id, NOTHING),
            figures=_with_kept(
                figures.get(school.school_id) or [None] * len(dictionary.cells),
                dictionary,
                _closed(day, cutoffs.get(school.school_id), signed.get(school.school_id)),
            ),
            edge=edges.get(school.school_id, {}),
        )
        for school, window in zip(schools, windows, strict=True)
    ]


def latest_revisions(day: date, school_ids: Sequence[int]) -> dict[int, ReportRevision]:
    """The latest signed revision of each school's report of a day."""
    rows = ReportRevision.objects.filter(day=day, school_id__in=list(school_ids))
    return {row.school_id: row for row in rows.order_by("school_id", "revision")}


def window_of(school: School, day: date, cutoff: Cutoff | None) -> Window:
    """From where a report counts news: from the last cut-off of another day's report.

    The windows of a school's reports touch and never overlap: only the latest one grows when it
    is signed again.
    """
    if cutoff is None:
        return Window(school.school_id, midnight(day - FIRST_WINDOW), {})
    if cutoff.day == day:
        return Window(school.school_id, cutoff.since, cutoff.since_edge)
    return Window(school.school_id, cutoff.at, cutoff.at_edge)


def is_closed(day: date, cutoff: Cutoff | None, signed: ReportRevision | None) -> bool:
    """Whether the day's window is closed: signed once, and another day's report came after."""
    return signed is not None and cutoff is not None and cutoff.day != day


def _closed(
    day: date, cutoff: Cutoff | None, signed: ReportRevision | None
) -> ReportRevision | None:
    return signed if is_closed(day, cutoff, signed) else None


def _with_kept(
    figures: Sequence[int | None], dictionary: Dictionary, closed: ReportRevision | None
) -> tuple[int | None, ...]:
    if closed is None:
        return tuple(figures)
    signed = dict(
        zip(dictionary_by_number(closed.dictionary_version).cells, closed.figures, strict=True)
    )
    kept = list(figures)
    for position in dictionary.new_cells:
        kept[position] = signed.get(dictionary.cells[position])
    return tuple(kept)


def _span(schools: Sequence[School]) -> tuple[str, str]:
    if len(schools) == 1:
        return subtree(schools[0].path)
    return subtree("")


def _figures(scope: Scope, dictionary: Dictionary) -> dict[int, list[int | None]]:
    known = indicators()
    found: dict[int, list[int | None]] = {}
    for contribution in contributions():
        codes = [indicator.code for indicator in contribution.indicators]
        places = {
            population: [dictionary.position.get(Cell(code, population)) for code in codes]
            for population in {cell.population for cell in dictionary.cells}
        }
        asked = [known[code].in_force(scope.day) for code in codes]
        for row in contribution.figures(scope):
            figures = found.setdefault(row.school_id, [None] * len(dictionary.cells))
            at = zip(places[row.population], row.values, asked, strict=True)
            for place, value, is_asked in at:
                if place is not None and is_asked:
                    figures[place] = value
    return found


def _covers(scope: Scope) -> dict[int, Cover]:
    found: dict[int, Cover] = {}
    for contribution in contributions():
        for row in contribution.cover(scope) if contribution.cover else ():
            found[row.school_id] = Cover(
                row.groups_expected,
                row.groups_answered,
                row.people_total,
                row.people_accounted,
            )
    return found


def _edges(ids: Sequence[int], after: datetime) -> dict[int, dict[str, list[int]]]:
    found: dict[int, dict[str, list[int]]] = {}
    for contribution in contributions():
        for school_id, seen in contribution.edge(ids, after).items():
            found.setdefault(school_id, {})[contribution.room] = list(seen)
    return found


def entered_from(revision: ReportRevision) -> list[Entered]:
    """The figures that were entered by hand in a revision."""
    return [
        Entered(one["code"], one["population"], one["value"], one["reason"])
        for one in revision.entered
    ]


def same_figures(draft: Draft, revision: ReportRevision) -> bool:
    """Whether signing now would attest the same as a revision did, hand-entered figures aside."""
    if draft.dictionary.number != revision.dictionary_version:
        return False
    cover = Cover(
        revision.groups_expected,
        revision.groups_answered,
        revision.people_total,
        revision.people_accounted,
    )
    return draft.cover == cover and list(draft.figures) == derived_figures(revision)


def derived_figures(revision: ReportRevision) -> list[int | None]:
    """The figures of a revision as the system derived them."""
    position = dictionary_by_number(revision.dictionary_version).position
    figures: list[int | None] = list(revision.figures)
    for one in revision.entered:
        figures[position[Cell(one["code"], one["population"])]] = one["derived"]
    return figures


def ids_of(schools: Iterable[School]) -> list[int]:
    """The ids of schools."""
    return [school.school_id for school in schools]
