"""What a board shows. What is dear is shared by all who look; whom to call depends on who looks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from hashlib import blake2b

from django.templatetags.static import static
from django.urls import reverse

from fangxian.foundation.obligations import queries as obligations
from fangxian.foundation.obligations.kinds import Kind, OwedBy, all_kinds, kind_by_code
from fangxian.foundation.obligations.queries import Contact, LastChase, Standing, UnitRef
from fangxian.foundation.obligations.rules import Counts, ObligationPermission
from fangxian.foundation.units.divisions import all_divisions, forms_of
from fangxian.foundation.units.models import BUREAU_KINDS, UnitKind, UnitVersion
from fangxian.kernel.access import Actor
from fangxian.situation.rules import Order, in_order, kind_to_show
from fangxian.watch.reporting.indicators import indicators
from fangxian.watch.reporting.queries import upper_table

STRIP_DAYS = 14
CALLS_SHOWN = 6
LINES_SHOWN = 25
BOUNDARIES = "situation/sichuan_county.geojson"
MAPPED = {UnitKind.PROVINCE, UnitKind.CITY}


@dataclass(frozen=True)
class Line:
    """A child on the board: where it stands and, for whom it concerns, whom to call."""

    unit: UnitRef
    counts: Counts
    contact: Contact | None = None

    @property
    def code(self) -> str:
        return self.unit.code


@dataclass(frozen=True)
class Area:
    """A county on the map. Counted is what its bureau runs; schools of the city or the province
    that stand in it are on the boards of those."""

    code: str
    unit: UnitRef
    counts: Counts


@dataclass(frozen=True)
class Table:
    """One table of the board: all its lines, and those of them that are drawn."""

    name: str
    lines: tuple[Line, ...]
    shown: tuple[Line, ...]

    @property
    def hidden(self) -> int:
        """How many lines are left out."""
        return len(self.lines) - len(self.shown)

    @property
    def has_contacts(self) -> bool:
        """Whether the reader may know whom to call for any of them."""
        return any(line.contact for line in self.lines)


@dataclass(frozen=True)
class Board:
    """Everything a board shows of a unit, a day and a kind."""

    unit: UnitRef
    day: date
    kind: Kind
    counts: Counts
    own: Counts
    lines: tuple[Line, ...]
    calls: tuple[Line, ...]
    areas: tuple[Area, ...]
    due_at: datetime
    at: datetime
    last_chase: LastChase | None
    version: str
    everyone: bool = False

    @property
    def made(self) -> bool:
        """Whether a list was made for this day and kind."""
        return self.counts.expected is not None

    @property
    def by_group(self) -> bool:
        """Whether groups owe this kind, not schools."""
        return self.kind.owed_by is OwedBy.GROUP

    @property
    def tables(self) -> "tuple[Table, ...]":
        """The children in two tables, where there are bureaus and schools among them."""
        bureaus = tuple(line for line in self.lines if line.unit.kind in BUREAU_KINDS)
        others = tuple(line for line in self.lines if line.unit.kind not in BUREAU_KINDS)
        return tuple(
            Table(name, lines, lines if self.everyone else lines[:LINES_SHOWN])
            for name, lines in (("bureaus", bureaus), ("schools", others))
            if any(line.counts.expected != 0 for line in lines)
        )

    @property
    def past_due(self) -> bool:
        """Whether the deadline has passed."""
        return self.at > self.due_at


def kinds_to_show(day: date) -> list[tuple[Kind, bool]]:
    """Every kind in the order of the day's course, and whether a list of it was made."""
    made = obligations.kinds_of_day(day)
    return [(kind, kind.code in made) for kind in all_kinds()]


def kind_asked(code: str, day: date, at: datetime) -> Kind:
    """The kind that was asked for, else the one to look at first."""
    if code:
        return kind_by_code(code)
    made = [kind for kind, is_made in kinds_to_show(day) if is_made]
    return kind_to_show(made, day, at) or kind_to_show(all_kinds(), day, at) or all_kinds()[0]


def version(*, unit: UnitVersion, day: date, kind: Kind, at: datetime) -> str:
    """A mark that changes whenever what the board shows changes, and once a minute."""
    return _mark(_shared(unit, day, kind, at), _last_chase(unit, day, kind), kind, at)


def board(
    *,
    unit: UnitVersion,
    day: date,
    kind: Kind,
    at: datetime,
    by: Actor,
    order: Order = Order.SILENCE,
    descending: bool = False,
    everyone: bool = False,
) -> Board:
    """The board of a unit, as this actor may see it."""
    by.require(ObligationPermission.VIEW, unit.path)
    shared = _shared(unit, day, kind, at)
    lines = in_order(
        (Line(child.unit, child.counts) for child in shared.children),
        order,
        descending=descending,
    )
    lines = _with_contacts(lines, day, by)
    last_chase = _last_chase(unit, day, kind)
    return Board(
        unit=shared.unit,
        day=day,
        kind=kind,
        counts=shared.counts,
        own=shared.own,
        lines=tuple(lines),
        calls=_calls(lines),
        areas=areas(shared),
        due_at=kind.due_at(day),
        at=at,
        last_chase=last_chase,
        version=_mark(shared, last_chase, kind, at),
        everyone=everyone,
    )


def _shared(unit: UnitVersion, day: date, kind: Kind, at: datetime) -> Standing:
    return obligations.shared_standing(unit=unit, kind=kind.code, day=day, at=at)


def _last_chase(unit: UnitVersion, day: date, kind: Kind) -> LastChase | None:
    return obligations.last_chase(path=unit.path, kind=kind.code, day=day)


def _with_contacts(lines: list[Line], day: date, by: Actor) -> list[Line]:
    silent = [line.unit.unit_id for line in lines if line.counts.silent]
    found = obligations.contacts(unit_ids=silent, day=day, by=by) if silent else {}
    return [Line(one.unit, one.counts, found.get(one.unit.unit_id)) for one in lines]


def _calls(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Whom to call first: of those one may call, where least is known."""
    callable_ = [line for line in lines if line.contact and line.contact.phone]
    return tuple(in_order(callable_, Order.SILENCE, descending=False)[:CALLS_SHOWN])


def _mark(shared: Standing, last: LastChase | None, kind: Kind, at: datetime) -> str:
    counts = [shared.counts.values(), *(child.counts.values() for child in shared.children)]
    names = [child.unit.code for child in shared.children]
    minute = at.replace(second=0, microsecond=0)
    text = repr((counts, names, last, at > kind.due_at(shared.day), minute))
    return blake2b(text.encode(), digest_size=9).hexdigest()


def areas(shared: Standing) -> tuple[Area, ...]:
    """The counties below a province or city, each under the code the map knows it by."""
    if shared.unit.kind not in MAPPED:
        return ()
    return tuple(
        Area(_map_codes().get(bureau.unit.code, bureau.unit.code), bureau.unit, bureau.counts)
        for bureau in shared.bureaus
        if bureau.unit.kind == UnitKind.COUNTY
    )


@cache
def _map_codes() -> dict[str, str]:
    """The latest code of every division by any code it ever bore: boundaries bear the latest."""
    return {form.code: forms_of(form.division)[-1].code for form in all_divisions()}


def map_source(shown: Board, texts: dict[str, str]) -> dict[str, object]:
    """What the map's island reads: no county without its counts, null where nobody knows."""
    query = f"?day={shown.day}&kind={shown.kind.code}"
    return {
        "geo": static(BOUNDARIES),
        "areas": [
            {
                "code": area.code,
                "name": area.unit.name,
                "answered": area.counts.answered,
                "expected": area.counts.expected,
                "url": reverse("situation:board", args=[area.unit.code]) + query,
            }
            for area in shown.areas
        ],
        "texts": texts,
    }


def last_days(
    *, unit: UnitVersion, kind: Kind, last: date, at: datetime
) -> list[tuple[date, Counts]]:
    """The strip: two weeks up to a day."""
    return obligations.shared_strip(unit=unit, kind=kind.code, last=last, days=STRIP_DAYS, at=at)


@dataclass(frozen=True)
class Figure:
    """One signed figure of all below; `alike` and `before` are of those who signed both days."""

    name: str
    now: int | None
    alike: int | None
    before: int | None
    url: str = ""


@dataclass(frozen=True)
class Figures:
    """What the schools have signed today. `signed` of `expected` schools stand behind it."""

    figures: tuple[Figure, ...]
    counts: Counts
    signed_both: int

    @property
    def version(self) -> str:
        """A mark that changes with the figures."""
        parts = [(one.name, one.now, one.alike, one.before) for one in self.figures]
        return blake2b(repr((parts, self.counts.values())).encode(), digest_size=9).hexdigest()


def figures(*, unit: UnitVersion, day: date, at: datetime, by: Actor) -> Figures:
    """The figures of a unit, each with the day before's; None where no signed report tells."""
    table = upper_table(unit=unit, day=day, by=by, at=at)
    known, total = indicators(), table.total
    return Figures(
        tuple(
            Figure(
                str(known[code].name),
                total.figures[code],
                total.alike.get(code),
                total.before.get(code),
            )
            for code in table.codes
            if code in known and code in total.figures
        ),
        total.counts,
        total.signed_both,
    )


def places_above(unit: UnitVersion, *, day: date, by: Actor) -> list[UnitRef]:
    """The units above, from the top down, as far as the actor's scope reaches."""
    ids = [int(part) for part in unit.path.strip("/").split("/")[:-1]]
    rows = UnitVersion.objects.as_of(day).filter(unit_id__in=ids)
    above = {row.unit_id: UnitRef.of(row) for row in rows}
    return [above[one] for one in ids if one in above and by.sees(above[one].path)]


def own_unit(*, by: Actor, day: date) -> UnitVersion | None:
    """The highest unit an actor may view boards of."""
    held = [h for h in by.holdings if ObligationPermission.VIEW in h.permissions]
    ids = [holding.unit_id for holding in sorted(held, key=lambda one: one.path.count("/"))]
    rows = {row.unit_id: row for row in UnitVersion.objects.as_of(day).filter(unit_id__in=ids)}
    return next((rows[one] for one in ids if one in rows), None)
