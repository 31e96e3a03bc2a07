"""One computation for everyone who asks the same within a few seconds.

For reads that are dear and look the same to all who may see them. Whether somebody may is
asked before, by the caller: nothing kept here may depend on who looks.
"""

import logging
import threading
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import monotonic
from typing import Any, Generic, TypeVar, cast
from weakref import WeakSet

from django.db import connection

logger = logging.getLogger(__name__)

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

#: a value may be served again for so many times as long as it took to make: what is cheap is
#: always fresh, and what is dear costs no more than a twentieth of one processor
TIMES_ITS_COST = 20
#: while one caller makes the next value, others get the last one up to this much past its time
GRACE = 1.5
CAPACITY = 2_000


@dataclass
class _Slot:
    value: object = None
    born: float = float("-inf")
    cost: float = 0.0
    busy: bool = False

    def serves(self, longest: float, times_its_cost: float) -> bool:
        """Whether the value is young enough; a little less young while the next is made."""
        fresh = min(longest, self.cost * times_its_cost)
        age = monotonic() - self.born
        return age <= (fresh * GRACE if self.busy else fresh)


class Shared(Generic[K, V]):
    """Values by key, in this process, each made by one thread at a time.

    `seconds()` is how long a value may be served at most; 0 keeps nothing. A value's age counts
    from the moment before it was made.
    """

    def __init__(
        self, seconds: Callable[[], float], *, times_its_cost: float = TIMES_ITS_COST
    ) -> None:
        self._seconds = seconds
        self._times = times_its_cost
        self._slots: dict[K, _Slot] = {}
        self._changed = threading.Condition()
        _all.add(self)

    def get(self, key: K, make: Callable[[], V]) -> V:
        """The value of this key, made now unless one is young enough."""
        longest = self._seconds()
        if longest <= 0:
            return make()
        slot, ours = self._claim(key, longest)
        if not ours:
            return cast(V, slot.value)
        kept = slot.value  # nobody else writes it while it is ours
        if _background is None or not slot.serves(longest, self._times):
            return self._made(slot, make)
        _background.submit(self._renew, slot, make)
        return cast(V, kept)

    def forget(self) -> None:
        """Make everything anew at the next call."""
        with self._changed:
            self._slots.clear()

    def _claim(self, key: K, longest: float) -> tuple[_Slot, bool]:
        """The key's slot, and whether the caller has to make its value."""
        with self._changed:
            slot = self._slots.get(key)
            if slot is None:
                self._make_room()
                slot = self._slots[key] = _Slot()
            while not slot.serves(longest, self._times):
                if not slot.busy:
                    slot.busy = True
                    return slot, True
                before = slot.born
                self._changed.wait()
                if slot.born > before:  # made while we waited: as good as made for us
                    break
            return slot, False

    def _made(self, slot: _Slot, make: Callable[[], V]) -> V:
        born = monotonic()
        try:
            value = make()
        except BaseException:
            self._settle(slot)  # whoever waits tries in our place
            raise
        slot.value, slot.cost = value, monotonic() - born
        self._settle(slot, born)
        return value

    def _renew(self, slot: _Slot, make: Callable[[], V]) -> None:
        try:
            self._made(slot, make)
        except Exception:  # whoever asks next tries it themselves and meets the error
            logger.exception("a shared value could not be renewed")
        finally:
            connection.close_if_unusable_or_obsolete()

    def _settle(self, slot: _Slot, born: float | None = None) -> None:
        with self._changed:
            slot.busy = False
            slot.born = slot.born if born is None else born
            self._changed.notify_all()

    def _make_room(self) -> None:
        if len(self._slots) >= CAPACITY:
            idle = [key for key, slot in self._slots.items() if not slot.busy]
            for key in sorted(idle, key=lambda key: self._slots[key].born)[: CAPACITY // 2]:
                del self._slots[key]


_all: "WeakSet[Shared[Any, Any]]" = WeakSet()


_background: ThreadPoolExecutor | None = None


def renew_in_background() -> None:
    """Let nobody wait for a value that is only a little old: a thread of its own renews it.

    For the web server; its thread has its own connection to the database.
    """
    global _background
    _background = ThreadPoolExecutor(1, thread_name_prefix="shared")


def forget_all() -> None:
    """Empty every store of this process; for tests, and after a restart of the demo's day."""
    for one in list(_all):
        one.forget()
