"""The thin way of a first check: past Django, for one call of one kind.

`POST /api/v1/checks` with a token is what a province sends at eight in the morning. Where it is
a first, well-formed check, this answers it with the hot path's one statement; in every other
case it gives the request back untouched, and Django answers with all its refusals. A test holds
that both say the same.
"""

import io
from collections.abc import Callable, Iterable
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.db import Error, connection
from pydantic import ValidationError

from fangxian.foundation.accounts.middleware import secret_in
from fangxian.kernel import clock
from fangxian.kernel.shell.headers import HEADERS
from fangxian.watch.checks import hotpath, schemas
from fangxian.watch.checks.actions import Recorded
from fangxian.watch.checks.schemas import CheckIn

PATH = "/api/v1/checks"
LONGEST = 256 * 1024  # bytes; what is longer is not a usual check

Environ = dict[str, Any]
StartResponse = Callable[..., Any]


def is_candidate(environ: Environ) -> bool:
    """Whether the request may be a first check by token."""
    return (
        environ["PATH_INFO"] == PATH
        and environ["REQUEST_METHOD"] == "POST"
        and secret_in(environ) != ""
        and environ.get("CONTENT_LENGTH", "").isdigit()
        and int(environ["CONTENT_LENGTH"]) <= LONGEST
    )


def answer(environ: Environ, start_response: StartResponse) -> Iterable[bytes] | None:
    """The answer to a first check, or None with the request as it was."""
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    environ["wsgi.input"] = io.BytesIO(body)
    try:
        told = CheckIn.model_validate_json(body)
    except ValidationError:
        return None
    at = clock.now()
    check_id = _record(told, secret_in(environ), at)
    if check_id is None:
        return None
    shown = schemas.shown(told, Recorded(check_id, 1, True, at)).model_dump_json().encode()
    created = HTTPStatus.CREATED
    headers = [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(shown))),
        *HEADERS.items(),
    ]
    start_response(f"{created.value} {created.phrase}", headers)
    return [shown]


def _record(told: CheckIn, token: str, at: datetime) -> int | None:
    submission = told.submission(at, by_token=True)
    if not hotpath.may_be_first(submission, at):
        return None
    try:
        ids = hotpath.record_first([submission], token=token, at=at)
    except Error:
        return None  # Django tries again and tells what is wrong
    finally:
        connection.close_if_unusable_or_obsolete()
    return ids[0] if ids else None
