"""Which rows the database shows: the scope of whoever is at work, told with every statement.

The QuerySets ask `visible_to`; below them PostgreSQL asks again. Every table that carries a
unit or a person has a policy (see `rows`), which compares the row's path with three settings of
the running transaction. Where nobody is at work the settings are empty and nothing is shown:
forgetting is safe. Above that, work that is for everybody says so, and why.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fangxian.kernel.access.actors import Actor

LOW, HIGH, MORE = "fangxian.low", "fangxian.high", "fangxian.more"
USER, ALL = "fangxian.user", "fangxian.all"
NEITHER_PATH_NOR_NUMBER = "a scope holds paths of ids and a number, not {!r}"


@dataclass(frozen=True)
class RowScope:
    """The half-open range of paths, further places as one pattern, and who looks.

    `more` is a regular expression that matches the paths of all further places, "" where one
    range says it all. `user` is an account's number in digits, "" where nobody is signed in.
    `whole` shows everything: for the system, never for a person.
    """

    low: str = ""
    high: str = ""
    more: str = ""
    user: str = ""
    whole: bool = False

    @cached_property
    def statement(self) -> str:
        """What makes this scope hold until the end of the transaction."""
        whole = "on" if self.whole else ""
        values = {LOW: self.low, HIGH: self.high, MORE: self.more, USER: self.user, ALL: whole}
        calls = (f"set_config('{name}', '{value}', true)" for name, value in values.items())
        return f"SELECT {', '.join(calls)}"

    def __post_init__(self) -> None:
        for said in (self.low, self.high, self.more, self.user):
            if not set(said) <= set("0123456789/~^(?:|)"):
                raise ValueError(NEITHER_PATH_NOR_NUMBER.format(said))


NOBODY = RowScope()
EVERYWHERE = RowScope(whole=True)
_current: ContextVar[RowScope] = ContextVar("row_scope", default=NOBODY)


def current() -> RowScope:
    """The scope in which statements of this thread or task run now."""
    return _current.get()


def scope_of(actor: Actor) -> RowScope:
    """What the database shows to an actor: the places of their roles, and what is their own."""
    user = "" if actor.user_id is None else str(actor.user_id)
    ranges = actor.ranges()
    if not ranges:
        return RowScope(user=user)
    (low, high), further = ranges[0], ranges[1:]
    if not low:  # the system itself, whose place is everything
        return EVERYWHERE
    more = f"^(?:{'|'.join(low for low, _high in further)})" if further else ""
    return RowScope(low, high, more, user)


def enter(scope: RowScope) -> None:
    """From here on this thread works in a scope; a request leaves it again at its end."""
    _current.set(scope)


@contextmanager
def rows_of(scope: RowScope) -> Iterator[None]:
    """Work in a scope, and leave it."""
    token = _current.set(scope)
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def everywhere(why: str) -> Iterator[None]:
    """Work for everybody: tasks, commands, and the few steps of a request that must look further.

    `why` is for the reader and for the test that lists these places.
    """
    del why
    with rows_of(EVERYWHERE):
        yield
