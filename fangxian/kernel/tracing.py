"""The id of the request that is being answered: in every log line, answer and error page.

nginx gives one, or the web server makes one; a person who quotes it from an error page is
found in the logs.
"""

import os
import re
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

GetResponse = Callable[[HttpRequest], HttpResponse]

HEADER = "X-Request-ID"
ENVIRON = "HTTP_X_REQUEST_ID"
ROUTE = "fangxian.route"
NOWHERE = "nowhere"
# What may stand in a log as it is.
_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")

request_id: ContextVar[str] = ContextVar("request_id", default="")


def id_from(given: str) -> str:
    """The id that came with the request, if it is one, else a new one."""
    return given if _ID.fullmatch(given) else os.urandom(8).hex()


class Traced:
    """Tell the layer around Django which of its pages answered."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        found = request.resolver_match
        request.META[ROUTE] = found.view_name if found else NOWHERE
        return response
