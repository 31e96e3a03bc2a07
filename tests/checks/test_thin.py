"""The thin way and Django say the same, and what the thin way declines Django answers."""

import io
import json
from typing import Any

import pytest
from django.conf import settings

from fangxian.kernel.models import AuditEvent
from fangxian.watch.checks import thin
from fangxian.watch.checks.models import Check
from tests.cast import DAY, Cast

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("at_eight")]
Answer = tuple[int, dict[str, str], Any]


def call(body: bytes, token: str, path: str = thin.PATH) -> Answer:
    """Send a request through the whole entry point, as the web server does."""
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # where `up` collects them
    from fangxian.config.wsgi import application

    told: list[Any] = []
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "127.0.0.1",
        "HTTP_AUTHORIZATION": f"Bearer {token}",
        "HTTP_ACCEPT_LANGUAGE": "en",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "wsgi.url_scheme": "http",
        "wsgi.errors": io.StringIO(),
    }
    answered = application(environ, lambda *args: told.extend(args))
    text = b"".join(answered)
    status, headers = told[0], dict(told[1])
    return int(status.split()[0]), headers, json.loads(text)


def body(unit: str, **changes: Any) -> bytes:
    told = {
        "unit": unit,
        "day": DAY.isoformat(),
        "session": "morning",
        "enrolled": 45,
        "present": 44,
        "not_known": 0,
        "absences": [{"reason": "ill", "symptoms": ["fever"]}],
    }
    return json.dumps(told | changes).encode()


def test_a_first_check_never_reaches_django(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from fangxian.watch.checks import api

    monkeypatch.setattr(api, "_read", None)
    status, headers, told = call(body(cast.plain_group.code), cast.tokens["reporter"])
    assert status == 201
    assert Check.objects.get(day=DAY).id == told["id"]
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert AuditEvent.objects.filter(event="checks.recorded").count() == 1


def test_both_ways_say_the_same(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    thin_answer = call(body(cast.plain_group.code), cast.tokens["reporter"])
    monkeypatch.setattr(thin, "is_candidate", lambda environ: False)
    one = body(cast.named_group.code, enrolled=5, present=4)
    status, headers, told = call(one, cast.tokens["reporter"])
    assert status == thin_answer[0]
    assert set(told) == set(thin_answer[2])
    assert told["received_at"] == thin_answer[2]["received_at"]
    same = {"Content-Type", "Content-Security-Policy", "X-Content-Type-Options"}
    assert {name: headers[name] for name in same} == {name: thin_answer[1][name] for name in same}


@pytest.mark.parametrize(
    ("changes", "who", "status"),
    [
        ({}, "nobody", 401),
        ({}, "outsider", 404),
        ({}, "auditor", 403),
        ({"present": 45}, "reporter", 422),
        ({"session": "noon"}, "reporter", 422),
        ({"day": "2026-11-24"}, "reporter", 422),
        ({"colour": "red"}, "reporter", 422),
    ],
)
def test_what_it_declines_django_refuses(
    cast: Cast, changes: dict[str, Any], who: str, status: int
) -> None:
    answer = call(body(cast.plain_group.code, **changes), cast.tokens.get(who, "fx_no"))
    assert answer[0] == status
    assert answer[1]["Content-Type"] == "application/problem+json"
    assert not Check.objects.filter(day=DAY).exists()


def test_an_answer_that_was_lost_is_found_by_django(cast: Cast) -> None:
    first = call(body(cast.plain_group.code), cast.tokens["reporter"])
    again = call(body(cast.plain_group.code), cast.tokens["reporter"])
    assert (again[0], again[2]["id"]) == (200, first[2]["id"])
