"""The tables of one school: its signed report, its roster, its checks as counts."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from django.db.models import Count
from django.utils.translation import gettext as _

from fangxian.exchange.exports.content.tables import Asked, Cell, Content, Table, moment
from fangxian.exchange.exports.rules import ExportPermission
from fangxian.foundation.accounts.queries import name_of
from fangxian.foundation.people import queries as people
from fangxian.foundation.people.identity import masked
from fangxian.foundation.people.models import Guardian, Membership, Person, PersonKind
from fangxian.foundation.people.rules import PeoplePermission
from fangxian.foundation.units.models import Population, UnitKind, UnitVersion
from fangxian.kernel.errors import Conflict, Forbidden
from fangxian.watch.checks.labels import SESSIONS
from fangxian.watch.checks.models import Check
from fangxian.watch.checks.rules import CheckPermission, Session
from fangxian.watch.reporting.queries import report_for

PIECE = 500


def _head(asked: Asked) -> str:
    days = f"{asked.first:%Y-%m-%d}"
    if asked.last != asked.first:
        days += f" – {asked.last:%Y-%m-%d}"
    return f"{name_of(asked.unit)} ({asked.unit.code}) · {days}"


def report(asked: Asked) -> Content:
    """What was signed; nothing where nothing was."""
    page = report_for(unit=asked.unit, day=asked.last, by=asked.by, at=asked.at)
    if not page.history:
        raise Conflict(_("Nothing is signed yet for this day."))
    signed = page.history[0]
    made, cover = signed.revision, signed.cover
    line = _("Revision %(revision)s, signed %(at)s by %(by)s for %(answered)s of %(expected)s "
             "groups, %(accounted)s of %(total)s people") % {
        "revision": made.revision, "at": moment(made.signed_at, "%Y-%m-%d %H:%M"),
        "by": signed.signed_by or "—", "answered": cover.groups_answered,
        "expected": cover.groups_expected, "accounted": _known(cover.people_accounted),
        "total": _known(cover.people_total),
    }  # fmt: skip
    heads = [(_("Figure"), 34), *((str(Population(p).label), 14) for p in page.populations)]
    rows: list[Sequence[Cell]] = [
        [str(row.indicator.name), *(figure.signed for figure in row.figures)]
        for section in page.sections
        for row in section.rows
    ]
    return Content(_("Daily report"), [_head(asked), line], [Table(_("Figures"), heads, rows)])


def _known(number: int | None) -> str:
    return "—" if number is None else str(number)


def roster_size(asked: Asked) -> int:
    """How many people there are, or groups where nobody is named."""
    return people.roster(asked.unit.path, asked.last).count() if asked.names else 0


def roster(asked: Asked) -> Content:
    """How many are in each group; their names only for a reason, and only within the school."""
    asked.by.require(PeoplePermission.VIEW, asked.unit.path)
    groups = people.groups_in(asked.unit.path, asked.last)
    if asked.names:
        return _named_roster(asked, groups)
    now = Membership.objects.as_of(asked.last).below(asked.unit.path)
    counted = dict(now.values_list("group_id").annotate(n=Count("pk")))
    rows: list[Sequence[Cell]] = [
        [name_of(group), group.code, str(Population(group.unit.population).label),
         group.unit.headcount, counted.get(group.unit_id, 0) if group.unit.has_roster else None]
        for group in groups
    ]  # fmt: skip
    heads = [(_("Group"), 24), (_("Code"), 22), (_("Who they are"), 14), (_("On the roll"), 12),
             (_("With a record"), 12)]  # fmt: skip
    return Content(_("Roster, as counts"), [_head(asked)], [Table(_("Groups"), heads, rows)])


def _named_roster(asked: Asked, groups: Sequence[UnitVersion]) -> Content:
    asked.by.require(ExportPermission.NAMES, asked.unit.path)
    if not asked.by.inside(asked.unit.path):
        raise Forbidden(_("Names stay at the school."))
    names = {group.unit_id: name_of(group) for group in groups}
    rows = people.roster(asked.unit.path, asked.last, sort="group")
    ids = list(rows.values_list("pk", flat=True))
    heads = [(_("Number"), 16), (_("Name of the person"), 16), (_("Who they are"), 12),
             (_("Group"), 20), (_("Sex"), 8), (_("Birth date"), 12),
             (_("Number of the document"), 22), (_("Own telephone"), 16),
             (_("Whom to call"), 34)]  # fmt: skip
    return Content(_("Roster with names"), [_head(asked)],
                   [Table(_("People"), heads, _person_rows(asked, ids, names))], ids)  # fmt: skip


def _person_rows(
    asked: Asked, ids: Sequence[int], names: dict[int, str]
) -> Iterator[Sequence[Cell]]:
    for start in range(0, len(ids), PIECE):
        piece = ids[start : start + PIECE]
        found = Person.objects.in_bulk(piece)
        at = dict(
            Membership.objects.as_of(asked.last)
            .filter(person_id__in=piece)
            .values_list("person_id", "group_id")
        )
        calls: dict[int, list[str]] = {}
        for call in Guardian.objects.filter(person_id__in=piece).order_by("person_id", "position"):
            calls.setdefault(call.person_id, []).append(f"{call.name} {call.phone}".strip())
        for one in (found[pk] for pk in piece if pk in found):
            yield [
                one.number, one.name, str(PersonKind(one.kind).label),
                names.get(at.get(one.pk, 0)), one.get_sex_display() if one.sex else None,
                str(one.born) if one.born else None, masked(one.id_number), one.phone,
                "; ".join(calls.get(one.pk, [])),
            ]  # fmt: skip


def checks_size(asked: Asked) -> int:
    """At most so many rows: each group has at most a check a session and day."""
    groups = UnitVersion.objects.as_of(asked.last).below(asked.unit.path)
    days = (asked.last - asked.first).days + 1
    return groups.filter(kind=UnitKind.GROUP).count() * days


def checks(asked: Asked) -> Content:
    """Every check that holds, day by day, as counts."""
    asked.by.require(CheckPermission.VIEW, asked.unit.path)
    heads = [
        (_("Day"), 12), (_("Check"), 14), (_("Group"), 22), (_("On the roll"), 10),
        (_("Present"), 10), (_("Absent ill"), 10), (_("On leave"), 10), (_("Cause unknown"), 10),
        (_("Absent otherwise"), 10), (_("Not known"), 10), (_("Here with symptoms"), 12),
        (_("With a fever"), 10), (_("Reached and well"), 12), (_("Reached and ill"), 12),
        (_("Not reached"), 10), (_("Told at"), 12),
    ]  # fmt: skip
    note = _("Groups that told nothing do not stand here: see the list of the silent.")
    return Content(_("Checks, as counts"), [_head(asked), note],
                   [Table(_("Checks"), heads, _check_rows(asked))])  # fmt: skip


def _check_rows(asked: Asked) -> Iterator[Sequence[Cell]]:
    names: dict[int, str] = {}
    day = asked.first
    while day <= asked.last:
        versions = UnitVersion.objects.as_of(day).below(asked.unit.path)
        names |= {one.unit_id: name_of(one) for one in versions.filter(kind=UnitKind.GROUP)}
        rows = Check.objects.visible_to(asked.by).current().filter(day=day)
        for one in rows.below(asked.unit.path).order_by("path", "told_at"):
            yield [
                f"{day:%Y-%m-%d}", str(SESSIONS[Session(one.session)]),
                names.get(one.unit_id, str(one.unit_id)), one.enrolled, one.present,
                one.absent_ill, one.absent_leave, one.absent_unknown, one.absent_other,
                one.not_known, one.symptomatic_present, one.fever, one.reached_well,
                one.reached_ill, one.not_reached, moment(one.told_at),
            ]  # fmt: skip
        day += timedelta(days=1)
