"""What shows persons: the mark of a view, the events that tell of it, and persons' names.

The kernel knows no persons: the room that does says how their ids are named and looked up.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])

_showing: set[str] = set()
_whole: set[str] = set()


def shows_persons(view: View) -> View:
    """The page or operation shows data of persons and leaves `seen`; a test walks all of these."""
    view.persons = "shown"  # type: ignore[attr-defined]
    return view


def reads_persons(view: View) -> View:
    """It reads rows about persons, but gives out no more than numbers or what was sent to it."""
    view.persons = "read"  # type: ignore[attr-defined]
    return view


def declare_showing(events: Iterable[str], *, whole: Iterable[str] = ()) -> None:
    """Say by which events persons' data were shown or handed out; from `AppConfig.ready`.

    Of `whole` an event names the group alone, not each of its people: all of it was shown.
    """
    _whole.update(str(event) for event in whole)
    _showing.update(_whole, (str(event) for event in events))


def showing_events() -> frozenset[str]:
    """The events by which persons' data were shown."""
    return frozenset(_showing)


def whole_events() -> frozenset[str]:
    """Those of them that mean everybody of their unit."""
    return frozenset(_whole)


@dataclass(frozen=True)
class Persons:
    """How a school's people are named and found.

    `names(school_path, ids)`: the names of those of the ids that are or were at the school.
    `find(school_path, text)`: the ids of whom a name or school number may mean.
    `groups(person_id, first, last)`: the ids of the groups the person was in on those days.
    """

    names: Callable[[str, Iterable[int]], Mapping[int, str]]
    find: Callable[[str, str], Sequence[int]]
    groups: Callable[[int, date, date], Sequence[int]]


_persons: list[Persons] = []


def persons_from(room: Persons) -> None:
    """Say who knows the persons; called from `AppConfig.ready`."""
    _persons[:] = [room]


def persons() -> Persons:
    """Who knows the persons."""
    return _persons[0]
