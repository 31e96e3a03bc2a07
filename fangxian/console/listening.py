"""The port of `fangxian up`: taken before anything is prepared, opened when all is ready.

The listeners belong to the tree and not to the web server's processes: while one of them is
replaced or dies, connections wait in the queue of its listener. There is one for each process, and
the kernel spreads connections over them (SO_REUSEPORT): from a single one, the process that wakes
first would take all that came at the same moment.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from fangxian.config.environment import BadSetting, Environment

BACKLOG = 2048


@contextmanager
def reserved(environment: Environment) -> Iterator[list[socket.socket]]:
    """Sockets bound to the port; connections are refused until they are opened up."""
    place = (environment.bind, environment.port)
    family = socket.AF_INET6 if ":" in environment.bind else socket.AF_INET
    with ExitStack() as stack:
        try:
            # Another tree could share the port: so a name of it is taken, which only one can have.
            if sys.platform == "linux":
                name = stack.enter_context(socket.socket(socket.AF_UNIX))
                name.bind(f"\0fangxian {environment.bind} {environment.port}")
            with socket.socket(family) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(place)
            listeners = [
                stack.enter_context(socket.socket(family)) for _ in range(environment.web_workers)
            ]
            for listener in listeners:
                for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
                    listener.setsockopt(socket.SOL_SOCKET, option, 1)
                listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                listener.bind(place)
        except OSError as error:
            raise _taken(environment, error) from None
        yield listeners


def open_up(listeners: Sequence[socket.socket], environment: Environment) -> None:
    """Take connections from now on."""
    for listener in listeners:
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
