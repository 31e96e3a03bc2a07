"""Reading the tree: by code, by place, always as of a day. By name: `search`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _

from fangxian.foundation.units import rules
from fangxian.foundation.units.models import UnitVersion, UnitVersionQuerySet
from fangxian.foundation.units.search import search
from fangxian.kernel.access import Actor, subtree, within_any
from fangxian.kernel.errors import Invalid, NotFound, Unauthenticated

__all__ = [
    "ancestors",
    "children",
    "history",
    "in_scope",
    "may_call",
    "named_like",
    "resolve",
    "roll",
    "search",
    "standing_in",
    "subtree",
]


def resolve(code: str, day: date, *, by: Actor) -> UnitVersion:
    """The unit that bore this code on this day, within the actor's scope.

    Raises NotFound for a code that nobody in scope bears, naming the right one where the unit
    bore another that day; Invalid (field `day`) before the unit's opening or after its end.
    """
    if not by.holdings:
        raise Unauthenticated(_("Please sign in."))
    found = UnitVersion.objects.as_of(day).filter(code=code).select_related("unit").first()
    if found is None:
        return _elsewhen(code, day, by)
    if not by.sees(found.path):
        raise _unknown()
    return found


def _elsewhen(code: str, day: date, by: Actor) -> UnitVersion:
    """Say why a code did not hold that day, to whom the unit concerns."""
    other = (
        UnitVersion.objects.filter(code=code).select_related("unit").order_by("-valid_from").first()
    )
    if other is None or not by.sees(other.path):
        raise _unknown()
    right = UnitVersion.objects.as_of(day).filter(unit_id=other.unit_id).first()
    if right is not None:
        text = _("On that day this unit's code was %(code)s.") % {"code": right.code}
        raise NotFound(text, right_code=right.code)
    if day < other.unit.opened_on:
        text = _("The unit opened on %(day)s.") % {"day": other.unit.opened_on}
    elif other.unit.closed_on is None:
        text = _("Nothing is known of the unit for that day.")
    else:
        text = _("The unit closed on %(day)s.") % {"day": other.unit.closed_on}
    raise Invalid(text, {"day": [text]})


def _unknown() -> NotFound:
    return NotFound(_("There is no such unit within your scope."))


def children(unit_id: int, day: date) -> UnitVersionQuerySet:
    """The units that report to this one on a day, by code; groups after everything else."""
    return (
        UnitVersion.objects.as_of(day).children_of(unit_id).select_related("unit").order_by("code")
    )


def ancestors(version: UnitVersion, day: date) -> list[UnitVersion]:
    """The units above, the province first, as they were called that day."""
    ids = [int(part) for part in rules.above(version.path).split("/") if part]
    found = {row.unit_id: row for row in UnitVersion.objects.as_of(day).filter(unit_id__in=ids)}
    return [found[unit_id] for unit_id in ids if unit_id in found]


def in_scope(paths: Iterable[str]) -> UnitVersionQuerySet:
    """Everything, on any day, at or below any of the places."""
    return UnitVersion.objects.filter(within_any(subtree(path) for path in paths))


def standing_in(unit_id: int, day: date) -> UnitVersionQuerySet:
    """The schools that stand in a county but report elsewhere."""
    here = UnitVersion.objects.as_of(day).schools().filter(territorial_id=unit_id)
    return here.exclude(reports_to_id=unit_id).order_by("code")


@dataclass(frozen=True)
class Era:
    """How a unit was called, coded and placed from a day until the day before `valid_to`."""

    valid_from: date
    valid_to: date
    code: str
    name_zh: str
    name_en: str
    above_zh: str
    above_en: str


def history(unit_id: int) -> Sequence[Era]:
    """The names, codes and places that a unit had and is to have, the latest first.

    Versions that differ only in something else (a division's code, a contact) are one era.
    """
    eras: list[Era] = []
    for row in UnitVersion.objects.filter(unit_id=unit_id).order_by("-valid_from"):
        above = UnitVersion.objects.as_of(row.valid_from).filter(unit_id=row.reports_to_id or 0)
        named = above.first()
        era = Era(
            row.valid_from, row.valid_to, row.code, row.name_zh, row.name_en,
            named.name_zh if named else "", (named.name_en or named.name_zh) if named else "",
        )  # fmt: skip
        if eras and _alike(eras[-1], era):
            eras[-1] = replace(eras[-1], valid_from=era.valid_from)
        else:
            eras.append(era)
    return eras


def _alike(later: Era, earlier: Era) -> bool:
    return later == replace(earlier, valid_from=later.valid_from, valid_to=later.valid_to)


def named_like(rows: UnitVersionQuerySet, text: str) -> UnitVersionQuerySet:
    """Of these, those whose name, spelling or code a text is part of."""
    plain = text.lower()
    return rows.filter(
        Q(name_zh__contains=text)
        | Q(name_en__icontains=text)
        | Q(pinyin__contains=plain)
        | Q(initials__contains=plain)
        | Q(code__startswith=text.upper())
    )


@dataclass(frozen=True)
class Roll:
    """The groups at or below a unit and how many people they hold.

    `people` counts the groups whose headcount is known; `unknown` is how many are not.
    """

    groups: int
    people: int
    unknown: int


def roll(version: UnitVersion, day: date) -> Roll:
    """How many groups and people there are at or below a unit."""
    groups = UnitVersion.objects.as_of(day).below(version.path).groups()
    counted = groups.aggregate(
        groups=Count("pk"),
        people=Sum("unit__headcount"),
        unknown=Count("pk", filter=Q(unit__headcount=None)),
    )
    return Roll(counted["groups"], counted["people"] or 0, counted["unknown"])


def may_call(by: Actor, version: UnitVersion) -> bool:
    """Whether one sees who is in charge and their number: at the unit or its school, at the
    level directly above, or who keeps the unit's data."""
    near = {version.unit_id, version.reports_to_id, version.school_id, version.bureau_id}
    return (
        by.inside(version.path)
        or any(by.holds_role_at(unit_id) for unit_id in near if unit_id)
        or by.may(rules.UnitPermission.MANAGE, version.path)
    )
