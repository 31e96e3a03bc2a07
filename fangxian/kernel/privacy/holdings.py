"""What each room holds about a person, collected for who asks to see all of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from fangxian.kernel.access import Actor


@dataclass(frozen=True)
class Held:
    """One table of what is held: headings and rows of texts, as a person reads them.

    `code` names it for programs; `title` and `headings` may be lazy translations.
    """

    code: str
    title: object
    headings: Sequence[object]
    rows: Sequence[Sequence[str]]
    names: Sequence[str] = ()


Reader = Callable[[int, Actor, date], Sequence[Held]]
_readers: dict[str, Reader] = {}


def holds(code: str, reader: Reader) -> None:
    """Declare how a room tells what it holds about a person (id, who asks, today)."""
    _readers[code] = reader


def held_about(person_id: int, *, by: Actor, today: date) -> list[Held]:
    """Everything that the rooms hold about a person; the caller has asked for the permission."""
    return [held for _code, read in sorted(_readers.items()) for held in read(person_id, by, today)]
