"""What the rooms declare at start-up: menu entries, where a person starts, who follows the
calendar. Other registries live with their noun."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from django.urls import reverse

from fangxian.kernel.access import Actor, Permission


@dataclass(frozen=True, order=True)
class MenuItem:
    """An entry of the menu, shown to who holds the permission (None: everyone signed in).

    `label` is a lazy translation; `shown` may narrow it further (e.g. to roles at a school).
    """

    order: int
    url_name: str
    label: object = None
    icon: str = ""
    permission: Permission | None = None
    shown: Callable[[Actor], bool] | None = None


_menu: list[MenuItem] = []


def menu(item: MenuItem) -> None:
    """Add an entry; called from `AppConfig.ready`."""
    _menu.append(item)


def menu_for(actor: Actor) -> list[MenuItem]:
    """The entries this actor may use, in order."""
    return [
        item
        for item in sorted(_menu, key=lambda item: (item.order, item.url_name))
        if (item.permission is None or actor.holds(item.permission))
        and (item.shown is None or item.shown(actor))
    ]


@dataclass(frozen=True)
class Landing:
    """Where a person who holds the permission starts after signing in; the lowest order wins.

    `url` is a URL name, or a function of the actor that may know of nothing to show (None).
    """

    order: int
    permission: Permission
    url: str | Callable[[Actor], str | None]


_landings: list[Landing] = []


def landing(order: int, permission: Permission, url: str | Callable[[Actor], str | None]) -> None:
    """Say where a person starts; called from `AppConfig.ready`."""
    _landings.append(Landing(order, permission, url))


def landing_for(actor: Actor) -> str | None:
    """The address at which this actor starts; None when no room has anything for them."""
    for found in sorted(_landings, key=lambda found: found.order):
        if not actor.holds(found.permission):
            continue
        url = reverse(found.url) if isinstance(found.url, str) else found.url(actor)
        if url is not None:
            return url
    return None


class CalendarListener(Protocol):
    """Follows a change of what is due at a place, from a day to a day (None: without end).

    Entered before the change is written and left after it, so that it sees what differs.
    """

    def __call__(
        self, *, first: date, last: date | None, path: str, reason: str, by: Actor, at: datetime
    ) -> AbstractContextManager[None]: ...


_calendar_listeners: list[CalendarListener] = []


def on_calendar_change(listener: CalendarListener) -> None:
    """Be there, inside the transaction, when school days or response levels change."""
    _calendar_listeners.append(listener)


@contextmanager
def calendar_changing(
    *, first: date, last: date | None, path: str, reason: str, by: Actor, at: datetime
) -> Iterator[None]:
    """Around the writes of an action that changes the calendar: who follows it is there.

    `reason` is what those are told of whom nothing is asked any more.
    """
    with ExitStack() as stack:
        for listener in _calendar_listeners:
            following = listener(first=first, last=last, path=path, reason=reason, by=by, at=at)
            stack.enter_context(following)
        yield


class ClosingListener(Protocol):
    """Follows units that are there no more from a day on: all at or below a path."""

    def __call__(self, *, day: date, path: str, reason: str, by: Actor, at: datetime) -> None: ...


_closing_listeners: list[ClosingListener] = []


def on_units_closed(listener: ClosingListener) -> None:
    """Be told, inside the transaction, when units close."""
    _closing_listeners.append(listener)


def units_closed(*, day: date, path: str, reason: str, by: Actor, at: datetime) -> None:
    """Tell who follows; called by the actions that close units."""
    for listener in _closing_listeners:
        listener(day=day, path=path, reason=reason, by=by, at=at)
