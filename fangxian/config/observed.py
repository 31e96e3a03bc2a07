"""What stands around everything the web answers: the request's id, figures, the access log."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from time import perf_counter
from typing import Any

from fangxian.config import draining, metrics
from fangxian.config.logs import ACCESS
from fangxian.kernel.audit import origin
from fangxian.kernel.tracing import ENVIRON, HEADER, ROUTE, id_from, request_id

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

access_log = logging.getLogger(ACCESS)
# Asked every few seconds by programs that watch; of no interest to anybody afterwards.
UNLOGGED = {"healthz", "metrics"}


class Observed:
    """An application whose every answer carries an id, is counted, and logged where wished."""

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        begun = perf_counter()
        reference = id_from(environ.get(ENVIRON, ""))
        status = "500"

        def start(line: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            nonlocal status
            status = line[:3]
            headers.append((HEADER, reference))
            if draining.is_leaving():
                headers.append(("Connection", "close"))
            return start_response(line, headers, exc_info)

        before, asked = request_id.set(reference), origin.request.set(environ)
        try:
            return self.application(environ, start)
        finally:
            seconds = perf_counter() - begun
            route = environ.get(ROUTE) or "static"
            metrics.count(route, environ["REQUEST_METHOD"], status, seconds)
            if access_log.isEnabledFor(logging.INFO) and route not in UNLOGGED:
                _log(environ, status, seconds, route)
            request_id.reset(before)
            origin.request.reset(asked)


def _log(environ: Environ, status: str, seconds: float, route: str) -> None:
    """The path without what was searched for: a name may stand there."""
    method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
    facts = {
        "method": method,
        "path": path,
        "route": route,
        "status": int(status),
        "milliseconds": round(seconds * 1000, 1),
    }
    line = f"{method} {path} {status} {facts['milliseconds']} ms"
    access_log.info(line, extra={"facts": facts})
