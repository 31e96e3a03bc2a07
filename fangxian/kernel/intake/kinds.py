"""The kinds of sheet that can be imported, as the rooms declare them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from django.utils.translation import gettext as _
from psycopg import sql

from fangxian.kernel.access import Actor, Permission
from fangxian.kernel.audit import Event
from fangxian.kernel.errors import NotFound
from fangxian.kernel.intake.models import Intake

if TYPE_CHECKING:  # brings 60 MB: only where rows are read
    import polars as pl

SAID = "intake_said"


class Form(StrEnum):
    """What a cell may hold."""

    TEXT = "text"
    CODE = "code"  # letters and digits; a number typed as a number is its digits
    DATE = "date"
    NUMBER = "number"
    YES_NO = "yes_no"
    CHOICE = "choice"
    PHONE = "phone"


@dataclass(frozen=True)
class Field:
    """A column that a file may have. `choices` gives each word's value, words in small letters."""

    code: str
    label: object
    aliases: tuple[str, ...] = ()
    form: Form = Form.TEXT
    longest: int = 60
    required: bool = False
    choices: Callable[[], Mapping[str, str]] | None = None
    examples: tuple[object, ...] = ()


@dataclass(frozen=True)
class Option:
    """Something the person may tick, before reading or before writing."""

    code: str
    label: object
    help: object = ""
    outcome: str = ""  # shown only when there are such rows


@dataclass(frozen=True)
class Place:
    """Where a file belongs."""

    unit_id: int
    code: str
    path: str
    name: str
    url: str = ""


@dataclass(frozen=True)
class Shown:
    """A row as the review shows it: its cells, and what changes as (what, before, after)."""

    cells: Sequence[object]
    changes: Sequence[tuple[object, object, object]] = ()


class Steps(Protocol):
    """Tells how far the work is; raises `Cancelled` when the person has given it up."""

    def at(self, done: int, total: int) -> None: ...


@dataclass(frozen=True)
class Job:
    """An import at work: for whom, when, and where its rows lie.

    `kept` is for what a kind looks up once for all pieces of the file.
    """

    intake: Intake
    kind: IntakeKind
    place: Place
    by: Actor
    at: datetime
    steps: Steps
    kept: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def today(self) -> date:
        return self.at.date()

    def table(self, pattern: str = "intake_row") -> sql.Identifier:
        """The import's own table of a pattern."""
        return sql.Identifier(f"{pattern}_{self.intake.pk}")

    def chosen(self, option: str) -> bool:
        """Whether an option is ticked."""
        return bool(self.intake.options.get(option))


@dataclass(frozen=True)
class IntakeKind:
    """A kind of sheet: its columns, who may bring it, how rows are judged and written.

    `examine` gets a piece of the file with one column a field (and `line`, `wrong`) and returns
    what goes into `table`; None: what the file says, as it is. `judge` fills `intake_row`;
    `commit` writes, in the caller's transaction, and returns what to tell; `shown` draws rows
    for the review.
    """

    code: str
    label: object
    about: object
    permission: Permission
    event: Event
    fields: tuple[Field, ...]
    heads: tuple[object, ...]
    place: Callable[[str, date, Actor], Place]
    place_by_id: Callable[[int, date], Place]
    judge: Callable[[Job], None]
    commit: Callable[[Job], Mapping[str, int]]
    shown: Callable[[Job, Sequence[int]], Mapping[int, Shown]]
    examine: Callable[[pl.DataFrame, Job], pl.DataFrame] | None = None
    table: str = SAID
    reasons: Mapping[str, object] = field(default_factory=dict)
    before_reading: tuple[Option, ...] = ()
    before_writing: tuple[Option, ...] = ()
    required: Callable[[Place], frozenset[str]] = lambda place: frozenset()
    most_rows: int = 30_000
    url: str = ""  # the name of the page to return to

    def needed(self, place: Place) -> list[Field]:
        """The columns without which nothing can be read."""
        also = self.required(place)
        return [one for one in self.fields if one.required or one.code in also]

    def field(self, code: str) -> Field:
        """A column by its code."""
        return next(one for one in self.fields if one.code == code)


_actors: list[Callable[[int, date], Actor]] = []


def actors_from(find: Callable[[int, date], Actor]) -> None:
    """Say who somebody is on a day; the kernel knows no accounts."""
    _actors[:] = [find]


def actor(user_id: int, day: date) -> Actor:
    """Who brought a file, with what they hold on a day."""
    return _actors[0](user_id, day)


_kinds: dict[str, IntakeKind] = {}


def register(kind: IntakeKind) -> None:
    """Make a kind known; called from `AppConfig.ready`."""
    _kinds[kind.code] = kind


def kind_by_code(code: str) -> IntakeKind:
    """A registered kind."""
    if code not in _kinds:
        raise NotFound(_("There is no such import."))
    return _kinds[code]


def kinds() -> Sequence[IntakeKind]:
    """All registered kinds."""
    return list(_kinds.values())
