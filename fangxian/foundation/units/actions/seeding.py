"""Loading many units at once: the real divisions, and the invented province below them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from django.db import connection, transaction
from django.utils.translation import gettext as _

from fangxian.foundation.units.actions.versions import lock_tree
from fangxian.foundation.units.divisions import KNOWN_FROM, Division, Node, all_divisions
from fangxian.foundation.units.models import OPEN_END, SCHOOL_KINDS, Unit, UnitKind, UnitVersion
from fangxian.foundation.units.rules import DIVISION_KINDS, UnitEvent, UnitPermission
from fangxian.kernel import audit
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import Conflict

if TYPE_CHECKING:  # the generator brings NumPy: only for who seeds
    from fangxian.foundation.units.generator import Batch

UNIT_COLUMNS: Final = "id, kind, stage, population, boarding, headcount, has_roster, opened_on"
VERSION_COLUMNS: Final = (
    "unit_id, kind, code, name_zh, name_en, short_zh, pinyin, initials, reports_to_id, "
    "territorial_id, path, school_id, bureau_id, contact_name, contact_phone, grade, valid_from, "
    "valid_to, division_code"
)
CHUNK: Final = 2_000  # rows handed to COPY in one piece


@dataclass(frozen=True)
class Seeded:
    """What a seed has written."""

    units: int
    schools: int
    groups: int
    people: int


@transaction.atomic
def load_divisions(*, by: Actor, at: datetime) -> int:
    """Enter the real province, cities and counties with their dated codes, where missing.

    Returns how many units were entered; a second call enters none.
    """
    by.require(UnitPermission.MANAGE, "")
    lock_tree()
    known = set(UnitVersion.objects.filter(kind__in=DIVISION_KINDS).values_list("code", flat=True))
    nodes: dict[str, Node] = {}
    entered = 0
    for forms in _by_division():
        last = forms[-1]
        if last.code in known:
            version = UnitVersion.objects.get(code=last.code, valid_to=OPEN_END)
            nodes[last.code] = Node(version.unit_id, version.path)
            continue
        nodes[last.code] = _enter(forms, nodes.get(last.parent))
        entered += 1
    if entered:
        audit.record(UnitEvent.DIVISIONS_LOADED, by=by, at=at, detail={"units": entered})
    return entered


def _by_division() -> Iterator[list[Division]]:
    found: dict[str, list[Division]] = {}
    for form in all_divisions():
        found.setdefault(form.division, []).append(form)
    yield from found.values()


def _enter(forms: list[Division], above: Node | None) -> Node:
    unit = Unit.objects.create(kind=forms[0].level, opened_on=forms[0].valid_from)
    node = Node(unit.pk, f"{above.path if above else ''}{unit.pk}/")
    UnitVersion.objects.bulk_create(
        UnitVersion(
            unit=unit, kind=form.level, valid_from=form.valid_from, valid_to=form.valid_to,
            code=form.code, name_zh=form.name_zh, name_en=form.name_en, short_zh=form.short_zh,
            pinyin=form.pinyin, initials=form.initials, division_code=form.code,
            reports_to_id=above.id if above else None, path=node.path,
        )
        for form in forms
    )  # fmt: skip
    return node


@transaction.atomic
def seed(
    *,
    by: Actor,
    at: datetime,
    seed: int = 1,
    county: str | None = None,
    opened_on: date = KNOWN_FROM,
) -> Seeded:
    """Fill the tree with the invented schools and groups of the province, or of one county.

    For demonstrations and benchmarks only. `county` is a division's present code.
    """
    from fangxian.foundation.units import generator

    by.require(UnitPermission.MANAGE, "")
    load_divisions(by=by, at=at)
    if UnitVersion.objects.exclude(kind__in=DIVISION_KINDS).exists():
        raise Conflict(_("There are schools already: an invented province needs an empty tree."))
    nodes = _nodes()
    _invent_contacts(nodes.values())
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('units_unit', 'id'))")
        first_id = cursor.fetchone()[0]
        batches = generator.generate(
            nodes=nodes, first_id=first_id, opened_on=opened_on, seed=seed, county=county
        )
        seeded = _copy_all(cursor, batches, opened_on)
        _use_up_ids(cursor, seeded.units)
        cursor.execute("ANALYZE units_unit, units_unitversion")
    audit.record(UnitEvent.SEEDED, by=by, at=at, detail={"units": seeded.units, "seed": seed})
    return seeded


def _nodes() -> dict[str, Node]:
    rows = UnitVersion.objects.filter(kind__in=DIVISION_KINDS, valid_to=OPEN_END)
    return {
        code: Node(unit_id, path)
        for code, unit_id, path in rows.values_list("code", "unit_id", "path")
    }


def _invent_contacts(nodes: Iterable[Node]) -> None:
    from fangxian.foundation.units.generator.words import person, phone

    ids = [node.id for node in nodes]
    rows = list(UnitVersion.objects.filter(unit_id__in=ids))
    for row in rows:
        row.contact_name = person(row.unit_id, "局长")
        row.contact_phone = phone(row.unit_id)
    UnitVersion.objects.bulk_update(rows, ["contact_name", "contact_phone"])


def _copy_all(cursor: Any, batches: "Iterable[Batch]", opened_on: date) -> Seeded:
    units = schools = groups = people = 0
    for batch in batches:
        _copy(cursor, f"COPY units_unit ({UNIT_COLUMNS}) FROM STDIN", _unit_lines(batch, opened_on))
        _copy(
            cursor, f"COPY units_unitversion ({VERSION_COLUMNS}) FROM STDIN", _version_lines(batch)
        )
        units += len(batch)
        schools += sum(kind in SCHOOL_KINDS for kind in batch.kind)
        groups += batch.kind.count(UnitKind.GROUP)
        people += sum(heads for heads in batch.headcount if heads > 0)
    return Seeded(units, schools, groups, people)


def _copy(cursor: Any, statement: str, lines: list[str]) -> None:
    with cursor.copy(statement) as copy:
        for start in range(0, len(lines), CHUNK):
            copy.write("".join(lines[start : start + CHUNK]))


# Nothing the generator writes holds a tab, a line end or a backslash: no escaping is needed.
def _unit_lines(batch: "Batch", opened_on: date) -> list[str]:
    columns = zip(batch.id, batch.kind, batch.stage, batch.population, batch.boarding,
                  batch.headcount, strict=True)  # fmt: skip
    return [
        f"{i}\t{kind}\t{stage}\t{population}\t{boarding:d}\t{heads if heads >= 0 else NULL}"
        f"\t0\t{opened_on}\n"
        for i, kind, stage, population, boarding, heads in columns
    ]


def _version_lines(batch: "Batch") -> list[str]:
    lines = [
        f"{i}\t{kind}\t{code}\t{zh}\t{en}\t{short}\t{pinyin}\t{initials}\t{above}\t{place}\t{path}"
        f"\t{school or NULL}\t{bureau or NULL}\t{name}\t{number}\t{grade or NULL}"
        for i, kind, code, zh, en, short, pinyin, initials, above, place, path, school, bureau,
        name, number, grade in zip(
            batch.id, batch.kind, batch.code, batch.name_zh, batch.name_en, batch.short_zh,
            batch.pinyin, batch.initials, batch.reports_to, batch.territorial, batch.path,
            batch.school, batch.bureau, batch.contact_name, batch.contact_phone, batch.grade,
            strict=True,
        )
    ]  # fmt: skip
    return [
        f"{line}\t{valid_from}\t{valid_to}\t{division_code}\n"
        for valid_from, valid_to, division_code in batch.periods
        for line in lines
    ]


NULL: Final = "\\N"


def _use_up_ids(cursor: Any, count: int) -> None:
    """Advance the sequence past the ids given out; the serving roles may not set it."""
    cursor.execute(
        "SELECT max(nextval(pg_get_serial_sequence('units_unit', 'id'))) "
        "FROM generate_series(1, %s)",
        [count],
    )
