"""Where what is being done comes from: the request that a thread is answering."""

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

Environ = Mapping[str, Any]

#: what a WSGI server said of the request that is being answered; None in tasks and commands
request: ContextVar[Environ | None] = ContextVar("request", default=None)


def _nearest(environ: Environ) -> str | None:
    return environ.get("REMOTE_ADDR") or None


class _Reading:
    reader: Callable[[Environ], str | None] = staticmethod(_nearest)


def read_address_by(reader: Callable[[Environ], str | None]) -> None:
    """Say how a client's address is read behind proxies; called from `AppConfig.ready`."""
    _Reading.reader = staticmethod(reader)


def address() -> str | None:
    """The client's address; None where nothing was asked over the network."""
    environ = request.get()
    return None if environ is None else _Reading.reader(environ)
