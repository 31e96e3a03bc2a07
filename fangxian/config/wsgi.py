"""What the web server answers with: static files, then programs, then pages."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from typing import Any

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from whitenoise import WhiteNoise

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fangxian.config.settings")
django.setup(set_prefix=False)

from fangxian.config.observed import Observed  # noqa: E402 (tables are known only now)
from fangxian.kernel.tracing import ROUTE  # noqa: E402
from fangxian.watch.checks import thin  # noqa: E402

# As Django calls the same call.
THIN_ROUTE = "api:record_check"

Environ = dict[str, Any]
StartResponse = Callable[..., Any]

# Vite names what it builds after its content, so those files may be kept for ever.
HASHED = re.compile(r"^.+/assets/[^/]+-[\w-]{8}\.[\w.]+$")


def _is_hashed(path: str, url: str) -> bool:
    return HASHED.match(url) is not None


class ProgramHandler(WSGIHandler):
    """Django without what only pages need: no session, cookie, CSRF or messages.

    A program that shows a token pays for none of them; at eight in the morning that is a third
    of what a check costs in Python.
    """

    def load_middleware(self, is_async: bool = False) -> None:
        pages = settings.MIDDLEWARE
        settings.MIDDLEWARE = settings.PROGRAM_MIDDLEWARE
        try:
            super().load_middleware(is_async)
        finally:
            settings.MIDDLEWARE = pages


class Lanes:
    """Send a first check by token the thin way, programs a short one, and pages the whole."""

    def __init__(self, pages: WSGIHandler, programs: WSGIHandler) -> None:
        self.pages = pages
        self.programs = programs

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if thin.is_candidate(environ):
            answered = thin.answer(environ, start_response)
            if answered is not None:
                environ[ROUTE] = THIN_ROUTE
                return answered
        is_program = "HTTP_AUTHORIZATION" in environ and environ["PATH_INFO"].startswith("/api/")
        lane = self.programs if is_program else self.pages
        return lane(environ, start_response)


application = Observed(
    WhiteNoise(
        Lanes(get_wsgi_application(), ProgramHandler()),
        root=settings.STATIC_ROOT,
        prefix=settings.STATIC_URL,
        max_age=60,
        immutable_file_test=_is_hashed,
    )
)
