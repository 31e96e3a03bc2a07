"""The API bears whatever its own description allows, and what it does not: never an error of ours.

Schemathesis makes the calls out of the OpenAPI document, fitting ones and misfitting ones; they go
through the whole of Django in this process. Half of them name a real unit, so that they get past
the first refusal. The choice is the same in every run.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from urllib.parse import quote

import schemathesis
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode

from fangxian.config.api import api
from tests.cast import DAY
from tests.proof.ground import Ground

EXAMPLES = 8
FEWEST = 200
ANSWERED = {200, 201, 204, 400, 401, 403, 404, 405, 409, 413, 415, 422}
steady = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def test_no_operation_breaks_on_what_its_description_allows_or_not(ground: Ground) -> None:
    schema = schemathesis.openapi.from_dict(api.get_openapi_schema())
    answers: list[tuple[str, int, str]] = []
    found: Any
    for found in schema.get_all_operations():
        operation = found.ok()
        for mode in GenerationMode:
            try_out(operation.as_strategy(generation_mode=mode), ground, answers)
    broken = [one for one in answers if one[1] not in ANSWERED]
    assert not broken, broken[:5]
    assert len(answers) >= FEWEST
    assert {200, 404, 422} <= {status for _where, status, _text in answers}


def try_out(strategy: Any, ground: Ground, answers: list[tuple[str, int, str]]) -> None:
    """Some calls of one operation; what was answered is added."""

    @steady
    @given(case=strategy, named=st.booleans())
    def ask(case: Case[Any], named: bool) -> None:
        answers.append(send(case, ground, named=named))

    with suppress(Unsatisfiable):  # nothing misfits a call that takes anything
        ask()


def send(case: Case[Any], ground: Ground, *, named: bool) -> tuple[str, int, str]:
    """One call, with the keeper's token; where a unit is named it is theirs."""
    real = {"code": ground.ours.school.code, "unit": ground.ours.school.code, "day": str(DAY)}
    path = case.path
    for name, value in (case.path_parameters or {}).items():
        path = path.replace("{" + name + "}", real[name] if named else quote(str(value), safe=""))
    told = case.as_transport_kwargs(base_url="http://testserver")
    headers = {"authorization": f"Bearer {ground.ours.token}"}
    body = told.get("data") if told.get("data") is not None else told.get("json")
    with transaction.atomic():
        answer = Client(raise_request_exception=False).generic(
            case.method, path, as_bytes(body), content_type=case.media_type or "application/json",
            query_params={name: as_text(one) for name, one in (case.query or {}).items()},
            headers=headers,
        )  # fmt: skip
        transaction.set_rollback(True)
    where = f"{case.method} {path} {case.query!r:.300} {body!r:.300}"
    return where, answer.status_code, answer.content.decode(errors="replace")[:200]


def as_bytes(body: Any) -> bytes:
    """A body as it goes over the wire."""
    import json

    if isinstance(body, bytes):
        return body
    return b"" if body is None else json.dumps(body).encode()


def as_text(value: Any) -> Any:
    """A parameter as it stands in an address."""
    if isinstance(value, list):
        return [as_text(one) for one in value]
    return str(value).encode(errors="replace").decode()
