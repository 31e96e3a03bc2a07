"""What may be taken out, by whom, and how long a file lies ready."""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Final

from django.utils.translation import gettext as _

from fangxian.foundation.accounts.rules import BUREAU_ROLES, Role
from fangxian.foundation.obligations.rules import ObligationPermission
from fangxian.foundation.people.rules import PeoplePermission
from fangxian.kernel.access import Permission
from fangxian.kernel.audit import Event
from fangxian.kernel.errors import Conflict
from fangxian.watch.checks.rules import CheckPermission
from fangxian.watch.reporting.rules import ReportPermission


class Kind(StrEnum):
    """What is taken out."""

    BOARD = "board"
    SILENT = "silent"
    REPORT = "report"
    ROSTER = "roster"
    CHECKS = "checks"


class Form(StrEnum):
    """As what."""

    XLSX = "xlsx"
    PDF = "pdf"


class State(StrEnum):
    """Where an export stands."""

    WAITING = "waiting"
    READY = "ready"
    FAILED = "failed"
    EXPIRED = "expired"


MOVES: Final[Mapping[State, frozenset[State]]] = {
    State.WAITING: frozenset({State.READY, State.FAILED}),
    State.READY: frozenset({State.EXPIRED}),
    State.FAILED: frozenset(),
    State.EXPIRED: frozenset(),
}


def check_move(now: str, then: State) -> None:
    """Refuse what the export's state does not allow."""
    if then not in MOVES[State(now)]:
        raise Conflict(_("This export has gone on meanwhile: look at the page again."))


class ExportPermission(Permission):
    MAKE = "exports.make"
    NAMES = "exports.names"


GRANTS: dict[str, list[Permission]] = {
    role: [ExportPermission.MAKE]
    for role in (*sorted(BUREAU_ROLES), Role.SCHOOL_REPORTER, Role.HEALTH_OFFICER, Role.HEAD)
}
for _role in (Role.SCHOOL_REPORTER, Role.HEAD):
    GRANTS[_role] = [*GRANTS[_role], ExportPermission.NAMES]


class ExportEvent(Event):
    MADE = "exports.made"
    DOWNLOADED = "exports.downloaded"
    EXPIRED = "exports.expired"


#: who may look at a page may take out what it shows, where exports are theirs to make
SEEN_WITH: Final[Mapping[Kind, Permission]] = {
    Kind.BOARD: ObligationPermission.VIEW,
    Kind.SILENT: ObligationPermission.VIEW,
    Kind.REPORT: ReportPermission.VIEW,
    Kind.ROSTER: PeoplePermission.VIEW,
    Kind.CHECKS: CheckPermission.VIEW,
}
#: what names can be asked for, and what permission that takes beside
NAMED_WITH: Final[Mapping[Kind, Permission]] = {
    Kind.SILENT: ObligationPermission.CHASE,
    Kind.ROSTER: ExportPermission.NAMES,
}
#: these are of one school
OF_A_SCHOOL: Final = frozenset({Kind.REPORT, Kind.ROSTER, Kind.CHECKS})

#: how long a file lies ready, and how often its person may fetch it
GOOD_FOR: Final = timedelta(hours=2)
MOST_DOWNLOADS: Final = 3
#: an export that nobody has made by then never will be
GIVEN_UP: Final = timedelta(hours=6)
#: so many rows are made while one waits; more by the worker
AT_ONCE: Final = 500
MOST_PDF: Final = 3_000
MOST_DAYS: Final = 92
SHORTEST_REASON: Final = 4

_SIGNS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def new_mark() -> str:
    """The mark of one export: on every page of it, and in the trail."""
    signs = "".join(secrets.choice(_SIGNS) for _place in range(8))
    return f"FX-{signs[:4]}-{signs[4:]}"
