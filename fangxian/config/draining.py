"""What the web server and its processes tell each other: who has come up, and who is to leave.

A page of memory made before the processes are forked. A process that is to leave asks each
client, with its last answers, to come back on a new connection; so when it goes, nobody's
request is on its way to it.
"""

from __future__ import annotations

import mmap
import struct

_NUMBER = struct.Struct("=Q")
_SLOTS = 256
_page = mmap.mmap(-1, mmap.PAGESIZE)


class _Place:
    """This process's number; 0 in one that is not the web server's."""

    number = 0


def number_next() -> int:
    """Before a process is forked: the number it will have."""
    _Place.number += 1
    return _Place.number


def came_up() -> None:
    """Tell the web server that this process can answer."""
    _NUMBER.pack_into(_page, _slot(_Place.number), _Place.number)


def is_up(number: int) -> bool:
    """Whether the process of that number has said that it can answer."""
    return _NUMBER.unpack_from(_page, _slot(number)) == (number,)


def send_away(number: int) -> None:
    """Processes up to that number are to leave."""
    _NUMBER.pack_into(_page, 0, number)


def is_leaving() -> bool:
    """Whether this process is to leave."""
    last: int = _NUMBER.unpack_from(_page)[0]
    return 0 < _Place.number <= last


def _slot(number: int) -> int:
    return _NUMBER.size * (1 + number % _SLOTS)
