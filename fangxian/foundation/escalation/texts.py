"""What the pages of this room say, in the reader's language."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.utils.translation import gettext as _

from fangxian.foundation.accounts.models import ROLE_LABELS
from fangxian.foundation.accounts.queries import name_of
from fangxian.foundation.accounts.rules import Role
from fangxian.foundation.escalation.labels import LEVELS
from fangxian.foundation.escalation.models import Substitute
from fangxian.foundation.escalation.queries import LadderAt, OnIt, Told
from fangxian.foundation.escalation.rules import Level
from fangxian.foundation.obligations.kinds import Kind, OwedBy, all_kinds
from fangxian.norms import Ladders, ladders_on


def when(minutes: int) -> str:
    """Where a rung stands towards the deadline."""
    if minutes == 0:
        return _("at the deadline")
    text = _("%(n)s min before the deadline") if minutes < 0 else _("%(n)s min after the deadline")
    return text % {"n": abs(minutes)}


def whom(level: Level, kind: Kind) -> str:
    """Who is told at a level, for a kind."""
    if level is not Level.ANSWERER:
        return str(LEVELS[level])
    return _("Group teacher") if kind.owed_by is OwedBy.GROUP else _("School reporter")


def about(level: Level, kind: Kind) -> str:
    """What one message of a level speaks of."""
    by_group = kind.owed_by is OwedBy.GROUP
    if level is Level.ANSWERER:
        return _("one's own silent groups") if by_group else _("the school's own answer")
    if level.in_school:
        return _("all silent groups of the school") if by_group else _("the school's own answer")
    return _("all silent schools of the unit")


@dataclass(frozen=True)
class Rung:
    """A rung as the table shows it."""

    at: datetime
    when: str
    whom: str
    about: str


@dataclass(frozen=True)
class Ladder:
    """A kind's ladder as the table shows it."""

    label: object
    due_at: datetime
    urgent: bool
    rungs: tuple[Rung, ...]

    @classmethod
    def of(cls, found: LadderAt) -> "Ladder":
        """The ladder in words."""
        kind = found.kind
        rungs = tuple(
            Rung(one.at, when(one.rung.minutes), whom(one.level, kind), about(one.level, kind))
            for one in found.rungs
        )
        return cls(kind.label, found.due_at, found.urgent, rungs)


@dataclass(frozen=True)
class Line:
    """A line of the log."""

    told: Told
    kind: object
    when: str
    whom: str
    place: tuple[datetime, int, int]


def lines(found: Iterable[Told], day: date) -> list[Line]:
    """The log in words: by the minute, then in the order of kinds and of the ladder."""
    document = ladders_on(day, settings.FANGXIAN.norms)
    kinds = {kind.code: kind for kind in all_kinds()}
    order = list(kinds)
    told = [
        _line(one, kinds[one.kind], order.index(one.kind), document)
        for one in found
        if one.kind in kinds
    ]
    return sorted(told, key=lambda line: line.place)


def _line(found: Told, kind: Kind, number: int, document: Ladders | None) -> Line:
    ladder = document.ladders.get(kind.code) if document else None
    minutes = {rung.code: rung.minutes for rung in (ladder.rungs if ladder else ())}
    if found.is_gap:
        at = _("because nobody below holds the role")
    elif found.rung in minutes:
        at = when(minutes[found.rung])
    else:
        at = found.rung
    minute = found.first_at.replace(second=0, microsecond=0)
    place = (minute, number, minutes.get(found.rung, 0))
    return Line(found, kind.label, at, whom(found.level, kind), place)


@dataclass(frozen=True)
class Taken:
    """Somebody is on it, as a list shows it."""

    id: int
    user_id: int
    name: str
    at: datetime
    kind: object
    unit_name: str


def taken(found: Iterable[OnIt]) -> list[Taken]:
    """Who is on it, in words."""
    labels = {kind.code: kind.label for kind in all_kinds()}
    return [
        Taken(
            one.id,
            one.user_id,
            one.name,
            one.at,
            labels.get(one.kind, one.kind),
            name_of(one.unit) if one.unit else "",
        )
        for one in found
    ]


@dataclass(frozen=True)
class Duty:
    """A substitution as the list shows it."""

    row: Substitute
    role: object


def substitutes(rows: Iterable[Substitute]) -> list[Duty]:
    """The substitutions with their roles in words."""
    return [Duty(row, ROLE_LABELS[Role(row.role)]) for row in rows]
