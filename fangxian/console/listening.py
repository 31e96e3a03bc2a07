"""The port of `fangxian up`: taken before anything is prepared, opened when all is ready.

The listener belongs to the tree and not to the web server's processes: while one of them is
replaced or dies, connections wait in its queue.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from fangxian.config.environment import BadSetting, Environment

BACKLOG = 2048


@contextmanager
def reserved(environment: Environment) -> Iterator[socket.socket]:
    """A socket bound to the port; connections are refused until it is opened up."""
    family = socket.AF_INET6 if ":" in environment.bind else socket.AF_INET
    with socket.socket(socket.AF_UNIX) as name, socket.socket(family) as listener:
        # Another tree that starts at the same time could bind the port too, as nobody listens
        # yet: so a name of the port is taken, which only one can have.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            if sys.platform == "linux":
                name.bind(f"\0fangxian {environment.bind} {environment.port}")
            listener.bind((environment.bind, environment.port))
        except OSError as error:
            raise _taken(environment, error) from None
        yield listener


def open_up(listener: socket.socket, environment: Environment) -> None:
    """Take connections from now on."""
    try:
        listener.listen(BACKLOG)
    except OSError as error:
        raise _taken(environment, error) from None
    listener.setblocking(False)


def _taken(environment: Environment, error: OSError) -> BadSetting:
    return BadSetting(
        f"PORT: {environment.bind}:{environment.port} cannot be served "
        f"({error.strerror}): end what uses it, or write another, such as PORT=8001"
    )
