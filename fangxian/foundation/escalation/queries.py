"""Reads of this room: ladders in force, what was told, who is on it, who stands in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import connection

from fangxian.foundation.accounts.models import ROLE_LABELS, RoleAssignment, User
from fangxian.foundation.accounts.rules import FITS, Role
from fangxian.foundation.escalation.models import GAP, Acknowledgement, Substitute
from fangxian.foundation.escalation.rules import SUBSTITUTED, EscalationPermission, Level, moment
from fangxian.foundation.obligations.kinds import Kind, all_kinds
from fangxian.foundation.obligations.rules import ObligationPermission
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel.access import Actor, granted, subtree
from fangxian.norms import Ladders, Rung, ladders_on


@dataclass(frozen=True)
class RungAt:
    """A rung with the moment it is told on a day."""

    rung: Rung
    level: Level
    at: datetime

    @property
    def minutes(self) -> int:
        """How many minutes from the deadline, without its direction."""
        return abs(self.rung.minutes)


@dataclass(frozen=True)
class LadderAt:
    """A kind's ladder on a day, with its deadline."""

    kind: Kind
    due_at: datetime
    urgent: bool
    rungs: tuple[RungAt, ...]


def ladders(day: date) -> tuple[Ladders | None, list[LadderAt]]:
    """The document in force on a day, and every kind's ladder; (None, []) without one."""
    found = ladders_on(day, settings.FANGXIAN.norms)
    if found is None:
        return None, []
    return found, [
        LadderAt(
            kind,
            due := kind.due_at(day),
            ladder.urgent,
            tuple(
                RungAt(rung, Level(rung.to), moment(rung, ladder, found.quiet, due))
                for rung in ladder.rungs
            ),
        )
        for kind in all_kinds()
        if (ladder := found.ladders.get(kind.code)) is not None
    ]


@dataclass(frozen=True)
class Told:
    """A rung at the units of a place: when, at how many, of how many silent, to how many people.

    Of the silent, `gaps` belong to nobody at that level; of `raised` somebody above heard.
    """

    kind: str
    rung: str
    level: Level
    first_at: datetime
    last_at: datetime
    units: int
    silent: int
    told: int
    gaps: int
    raised: int
    folded_into: str

    @property
    def is_gap(self) -> bool:
        """Whether it came from a level at which nobody holds the role."""
        return self.rung.startswith(GAP)


LOG = """
SELECT kind, rung, level, min(fired_at), max(fired_at), count(*), sum(silent)::int,
       sum(told)::int, sum(gaps)::int,
       coalesce(sum(gaps) FILTER (WHERE raised_to <> ''), 0)::int, max(folded_into)
FROM escalation_firing WHERE day = %s AND path >= %s AND path < %s
GROUP BY kind, rung, level ORDER BY min(fired_at), kind, level
"""


def log(*, unit: UnitVersion, day: date, by: Actor) -> list[Told]:
    """What was told on a day at and below a unit, in the order of time."""
    by.require(EscalationPermission.VIEW, unit.path)
    with connection.cursor() as cursor:
        cursor.execute(LOG, [day, *subtree(unit.path)])
        rows = cursor.fetchall()
    return [_told(row) for row in rows]


def _told(row: tuple[Any, ...]) -> Told:
    kind, rung, level, *rest = row
    return Told(kind, rung, Level(level), *rest)


@dataclass(frozen=True)
class OnIt:
    """Somebody is on it: who, since when, about which place."""

    id: int
    kind: str
    path: str
    user_id: int
    name: str
    at: datetime
    unit: UnitVersion | None = None


def on_it(*, kind: str, day: date, path: str, by: Actor) -> list[OnIt]:
    """Who is on what is silent at, below or above a place; the earliest first."""
    rows = Acknowledgement.objects.of(kind, day).select_related("by").order_by("at", "pk")
    return [
        OnIt(row.pk, row.kind, row.path, row.by_id, str(row.by), row.at)
        for row in rows.filter(path__in=_above(path)) | rows.below(path)
        if by.sees(path)
    ]


def _above(path: str) -> list[str]:
    """The paths of all units above a place."""
    parts = path.strip("/").split("/")
    return ["/".join(parts[:length]) + "/" for length in range(1, len(parts))]


def covering(found: Iterable[OnIt], path: str) -> list[OnIt]:
    """Of these, who is on a place: at the place itself or from above, each person once."""
    nearest: dict[int, OnIt] = {}
    for one in found:
        known = nearest.get(one.user_id)
        if path.startswith(one.path) and (known is None or len(known.path) < len(one.path)):
            nearest[one.user_id] = one
    return list(nearest.values())


def taken_up(*, unit: UnitVersion, day: date, by: Actor) -> list[OnIt]:
    """Everything anyone took up on a day at and below a unit, the earliest first."""
    by.require(EscalationPermission.VIEW, unit.path)
    rows = Acknowledgement.objects.visible_to(by).below(unit.path).filter(day=day, ended_at=None)
    found = list(rows.select_related("by").order_by("at", "pk"))
    units = _versions([row.unit_id for row in found], day)
    return [
        OnIt(row.pk, row.kind, row.path, row.by_id, str(row.by), row.at, units.get(row.unit_id))
        for row in found
    ]


def _versions(ids: Sequence[int], day: date) -> Mapping[int, UnitVersion]:
    rows = UnitVersion.objects.as_of(day).filter(unit_id__in=ids)
    return {row.unit_id: row for row in rows}


def substitutes(*, unit: UnitVersion, today: date, by: Actor) -> list[Substitute]:
    """Who stands in at a unit, today or later."""
    by.require(EscalationPermission.SUBSTITUTES, unit.path)
    rows = Substitute.objects.to_come(today).filter(unit_id=unit.unit_id)
    return list(rows.select_related("user").order_by("first_day", "pk"))


def roles_here(unit: UnitVersion) -> list[tuple[str, object]]:
    """The roles somebody may stand in for at a unit of this kind, with their names."""
    return [(role.value, ROLE_LABELS[role]) for role in SUBSTITUTED if unit.kind in FITS[role]]


def fit_to_substitute(unit: UnitVersion, *, today: date) -> list[User]:
    """Those who may stand in at a unit: they hold a role there by which they see its silence."""
    view = ObligationPermission.VIEW.value
    roles = [role.value for role in Role if view in granted(role)]
    held = RoleAssignment.objects.in_force(today).filter(unit_id=unit.unit_id, role__in=roles)
    people = User.objects.filter(pk__in=held.values("user_id"), is_active=True)
    return list(people.order_by("display_name", "pk"))
