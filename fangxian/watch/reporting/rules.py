"""What may be done with a daily report, by whom, and what a full zero is. No database, no clock."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils.translation import gettext as _

from fangxian.foundation.accounts.rules import Role
from fangxian.kernel.access import Actor, Decision, Permission
from fangxian.kernel.audit import Event

KIND = "daily_report"
MOST = 1_000_000  # of people that one figure may hold
SMALL = 5  # a health figure below this points at persons


class State(StrEnum):
    """Where a school's report of a day stands."""

    DRAFT = "draft"
    SIGNED = "signed"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    REVISED = "revised"


#: which state may follow which; a correction is always open
MOVES: dict[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.SIGNED}),
    State.SIGNED: frozenset({State.RETURNED, State.ACCEPTED, State.REVISED}),
    State.RETURNED: frozenset({State.SIGNED}),
    State.ACCEPTED: frozenset({State.REVISED}),
    State.REVISED: frozenset({State.SIGNED}),
}


def may_move(old: State, new: State) -> bool:
    """Whether the table allows the move."""
    return new in MOVES[old]


def diagram() -> str:
    """The state table as a Mermaid drawing, for the documents."""
    lines = [f"    {old} --> {new}" for old in State for new in sorted(MOVES[old])]
    return "\n".join(["stateDiagram-v2", "    [*] --> draft", *lines])


class ReportPermission(Permission):
    """`EXACT` sees figures as they are; without it small health figures are masked."""

    VIEW = "report.view"
    EXACT = "report.exact"
    SIGN = "report.sign"
    DECIDE = "report.accept"


_SEES: list[Permission] = [ReportPermission.VIEW, ReportPermission.EXACT]
_SIGNS: list[Permission] = [*_SEES, ReportPermission.SIGN]
_DECIDES: list[Permission] = [*_SEES, ReportPermission.DECIDE]
GRANTS: dict[str, list[Permission]] = {
    Role.SCHOOL_REPORTER: _SIGNS,
    Role.HEAD: _SIGNS,
    Role.HEALTH_OFFICER: _SEES,
    Role.COUNTY_OFFICER: _DECIDES,
    Role.CITY_OFFICER: _DECIDES,
    Role.PROVINCE_OFFICER: _DECIDES,
    Role.CDC_LIAISON: _SEES,
    Role.INSPECTOR: [ReportPermission.VIEW],
    Role.AUDITOR: [ReportPermission.VIEW],
}


class ReportEvent(Event):
    SIGNED = "report.signed"
    ACCEPTED = "report.accepted"
    RETURNED = "report.returned"
    REVISED = "report.revised"
    NAMES_READ = "report.names_read"
    DICTIONARY_RECORDED = "report.dictionary_recorded"


@dataclass(frozen=True)
class Entered:
    """A figure entered by hand in place of the derived one, with the reason."""

    code: str
    population: str
    value: int
    reason: str


@dataclass(frozen=True)
class Cover:
    """For whom a report speaks: groups that answered of those expected, and their people.

    `people_total` is None where a silent group's roll is not known.
    """

    groups_expected: int
    groups_answered: int
    people_total: int | None
    people_accounted: int | None

    @property
    def complete(self) -> bool:
        """Whether every group answered, and there was one."""
        return 0 < self.groups_expected == self.groups_answered

    @property
    def silent(self) -> int:
        """How many groups have told nothing."""
        return self.groups_expected - self.groups_answered


def identity(school_id: int, day: date) -> str:
    """The name of a report in the audit trail."""
    return f"{school_id}:{day.isoformat()}"


def zero_total(figures: Sequence[int | None], zero_cells: Iterable[int]) -> int | None:
    """The sum of all figures that a zero report states to be zero; None when none is known."""
    known = [value for cell in zero_cells if (value := figures[cell]) is not None]
    return sum(known) if known else None


def full_zero(cover: Cover, total: int | None) -> bool:
    """A full zero: every group answered, and nothing there is to report."""
    return cover.complete and total == 0


def may_sign(by: Actor, school_path: str, cover: Cover | None = None) -> Decision:
    """Who may sign, and when there is something to sign for."""
    if not by.may(ReportPermission.SIGN, school_path):
        return Decision(False, _("Only the school's reporter or head signs the report."))
    if cover is not None and cover.groups_answered == 0:
        return Decision(False, _("No group has answered yet; there is nothing to sign for."))
    return Decision(True)


def may_decide(by: Actor, *, school_path: str, bureau_id: int, signed_by: int | None) -> Decision:
    """Who accepts or returns: the level directly above, never the one who signed."""
    if not by.may(ReportPermission.DECIDE, school_path):
        return Decision(False, _("Only the level directly above accepts or returns reports."))
    if not any(
        _decides_at(holding.permissions, holding.unit_id, bureau_id) for holding in by.holdings
    ):
        return Decision(False, _("This school reports to another bureau; that one decides."))
    if signed_by is not None and signed_by == by.user_id:
        return Decision(False, _("You signed this report; somebody else has to accept it."))
    return Decision(True)


def _decides_at(permissions: Collection[str], unit_id: int, bureau_id: int) -> bool:
    return unit_id == bureau_id and ReportPermission.DECIDE.value in permissions


def masked(value: int | None, *, exact: bool, about_health: bool) -> int | None:
    """A figure as a reader may see it; small health figures only for the chain of duty."""
    if exact or not about_health or value is None or value == 0 or value >= SMALL:
        return value
    return None
