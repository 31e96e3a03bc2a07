"""What stands around every answer: an id, figures, a log line."""

from __future__ import annotations

import io
import json
import logging
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from fangxian.config import metrics
from fangxian.config.logs import JsonLines, Reference
from fangxian.config.observed import Observed
from fangxian.kernel.tracing import request_id
from tests.cast import Cast

GIVEN = "nginx-0123456789abcdef"


def answered(application: Any, **environ: str) -> tuple[str, dict[str, str], bytes]:
    told: list[Any] = []
    asked = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "HTTP_HOST": "127.0.0.1",
        "HTTP_ACCEPT_LANGUAGE": "en",
        "wsgi.input": io.BytesIO(),
        "wsgi.url_scheme": "http",
    }
    body = b"".join(application(asked | environ, lambda *args: told.extend(args)))
    return told[0], dict(told[1]), body


@pytest.fixture
def whole() -> Any:
    """The whole application; made before the test's own logging, which making it would undo."""
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # where `up` collects them
    from fangxian.config.wsgi import application

    return application


@pytest.mark.parametrize(
    ("given", "kept"),
    [(GIVEN, True), ("short", False), ("with space in", False), ("x" * 65, False), ("", False)],
)
def test_an_id_is_taken_when_it_is_one(given: str, kept: bool) -> None:
    seen: list[str] = []

    def application(environ: Any, start: Any) -> list[bytes]:
        seen.append(request_id.get())
        start("200 OK", [])
        return [b""]

    headers = answered(Observed(application), HTTP_X_REQUEST_ID=given)[1]
    assert (headers["X-Request-ID"] == given) is kept
    assert [headers["X-Request-ID"]] == seen
    assert request_id.get() == ""


@pytest.mark.django_db(transaction=True)
def test_refusals_name_the_request_to_programs_and_people(whole: Any) -> None:
    api = answered(whole, PATH_INFO="/api/v1/units/510000", HTTP_X_REQUEST_ID=GIVEN)
    assert (api[0][:3], json.loads(api[2])["request_id"]) == ("401", GIVEN)
    page = answered(whole, PATH_INFO="/nowhere", HTTP_X_REQUEST_ID=GIVEN)
    assert page[0][:3] == "404"
    assert GIVEN in page[2].decode()


@pytest.mark.django_db(transaction=True)
def test_the_access_log_names_the_page_and_never_what_was_searched_for(
    whole: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "fangxian.access"):
        answered(whole, PATH_INFO="/sign-in/", QUERY_STRING="q=secret")
        answered(whole, PATH_INFO="/healthz")
    (record,) = [one for one in caplog.records if one.name == "fangxian.access"]
    facts: dict[str, Any] = record.facts  # type: ignore[attr-defined]
    assert (facts["path"], facts["status"], facts["method"]) == ("/sign-in/", 200, "GET")
    assert facts["route"] == "accounts:sign-in"
    assert "secret" not in record.getMessage()


def test_a_line_of_json_says_what_happened_and_in_which_request() -> None:
    try:
        raise ValueError("broken")
    except ValueError:
        record = logging.LogRecord("fangxian.x", logging.ERROR, "", 1, "says %s", ("中",), None)
        record.exc_info = (ValueError, ValueError("broken"), None)
    record.facts = {"status": 500}
    before = request_id.set(GIVEN)
    try:
        Reference().filter(record)
    finally:
        request_id.reset(before)
    line = JsonLines().format(record)
    assert "\n" not in line
    told = json.loads(line)
    assert told["message"] == "says 中"
    assert (told["request_id"], told["status"], told["level"]) == (GIVEN, 500, "error")
    assert "ValueError: broken" in told["exception"]


def figures(text: str) -> dict[str, float]:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


@pytest.mark.django_db
@pytest.mark.usefixtures("at_eight")
def test_figures_are_for_this_machine(cast: Cast, client: Client) -> None:
    metrics.count("checks:mine", "GET", "200", 0.2)
    told = figures(client.get("/metrics").content.decode())
    assert told['fangxian_requests_total{method="GET",route="checks:mine",status="200"}'] >= 1
    assert told['fangxian_request_seconds_bucket{le="0.1",route="checks:mine"}'] == 0
    assert told['fangxian_answers{kind="check.morning",state="expected",unit="510000"}'] == 5
    assert told['fangxian_answers{kind="check.morning",state="answered",unit="510000"}'] == 0
    assert told["fangxian_workers"] == 0
    for header in ({"X-Forwarded-For": "192.0.2.7"}, {"Forwarded": "for=192.0.2.7"}):
        assert client.get("/metrics", headers=header).status_code == 404
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.7").status_code == 404


@pytest.mark.django_db
def test_figures_for_another_machine_need_the_token(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings.FANGXIAN, "metrics_token", "t" * 20)
    far: dict[str, Any] = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.get("/metrics").status_code == 404
    shown = {"Authorization": f"Bearer {'t' * 20}"}
    assert client.get("/metrics", headers=shown, **far).status_code == 200
    wrong = {"Authorization": f"Bearer {'u' * 20}"}
    assert client.get("/metrics", headers=wrong, **far).status_code == 404


@pytest.mark.django_db
def test_health_says_what_is_wrong(client: Client) -> None:
    assert client.get("/healthz").content == b"ok\n"
    answer = client.get("/healthz?worker")
    assert (answer.status_code, answer.content) == (503, b"no worker is alive\n")
