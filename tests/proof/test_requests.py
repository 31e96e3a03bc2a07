"""What a request must bring, and what no request may bring about, whichever address it is for."""

from __future__ import annotations

import io
import json
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django import Settings

from fangxian.foundation.accounts.models import User
from fangxian.kernel.shell.headers import HEADERS
from tests.cast import Cast
from tests.proof.ground import Ground
from tests.proof.operations import operations
from tests.proof.test_foreign_identifiers import NOT_POINTING, parameters, path_of, pointed_at
from tests.test_access_matrix import ADDRESSES, STRANGER, WHO, Address, _expected

PAGES = [one for one in ADDRESSES if not one.is_api]
METHODS = ("HEAD", "POST", "DELETE", "OPTIONS")
SHUT_OUT = {302, 401, 403, 404, 405, 501}
WORD = "correct horse battery"


def at_home(ground: Ground, address: Address) -> str:
    """The address with identifiers of our own estate."""
    ids, values = ground.ours.ids, dict[str, str]()
    for name in parameters(address):
        key = pointed_at(address, name)
        values[name] = ids[key] if key else NOT_POINTING[name]
    return path_of(address, values)


def send(client: Client, method: str, path: str, **more: Any) -> Any:
    with transaction.atomic():
        answer = client.generic(method, path, **more)
        transaction.set_rollback(True)
    return answer


def test_no_method_opens_what_is_shut(ground: Ground) -> None:
    """A stranger gets in by no method; who holds every role elsewhere neither."""
    stranger, outsider = Client(raise_request_exception=False), ground.others.client()
    public = {one.name for one in ADDRESSES if one.access == "public"}
    found = []
    for address in PAGES:
        path = at_home(ground, address)
        pointing = any(pointed_at(address, name) for name in parameters(address))
        for method in METHODS:
            if address.name not in public:
                status = send(stranger, method, path).status_code
                found += [f"a stranger, {method} {path}: {status}"] * (status not in SHUT_OUT)
            if pointing:
                status = send(outsider, method, path).status_code
                refused = SHUT_OUT - {302}
                found += [f"an outsider, {method} {path}: {status}"] * (status not in refused)
    assert not found, "\n".join(found)


def test_who_may_not_read_a_page_may_not_send_to_it(ground: Ground, cast: Cast) -> None:
    """The table of access tells one method of each address; sending opens no more to anybody."""
    table, found = _expected(), []
    clients = {who: Client(raise_request_exception=False) for who in WHO if who != STRANGER}
    for who, client in clients.items():
        client.force_login(cast.users[who])
    for number, address in enumerate(PAGES):
        path = at_home(ground, address)
        shut_out = [
            who for who, told in zip(WHO, table[address.name], strict=True) if told == "403"
        ]
        # Each address tries some of them, in turn, so that all have their turn everywhere.
        for who in shut_out[number % 3 :: 3]:
            status = send(clients[who], "POST", path).status_code
            if status not in SHUT_OUT - {302}:
                found.append(f"{who}, POST {path}: {status}")
    assert not found, "\n".join(found)


def test_every_page_that_is_sent_to_asks_for_the_token_of_its_form(ground: Ground) -> None:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(ground.ours.keeper)
    taken = {
        address.name: status
        for address in PAGES
        for method in ("POST", "DELETE")
        if (status := send(client, method, at_home(ground, address)).status_code) not in (403, 405)
    }
    assert not taken


def test_only_the_api_is_exempt_and_it_takes_no_session_without_the_token(ground: Ground) -> None:
    assert not [name for name in exempt(get_resolver().url_patterns) if not name.startswith("api:")]
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(ground.ours.keeper)
    tried = 0
    for operation in operations():
        if operation.method != "GET":
            tried += 1
            _path, _query, body = next(operation.calls(ground.ours.ids, ground.ours.ids | {}))
            answer = send(client, operation.method, _path, data=json.dumps(body),
                          content_type="application/json")  # fmt: skip
            assert answer.status_code == 403, (operation.name, answer.status_code)
    assert tried > 3


def exempt(found: list[Any], space: str = "") -> list[str]:
    """The names of the views that Django would not ask for a token."""
    names = []
    for one in found:
        if isinstance(one, URLResolver):
            names += exempt(one.url_patterns, f"{one.namespace or space}:" if one.namespace else "")
        elif isinstance(one, URLPattern) and getattr(one.callback, "csrf_exempt", False):
            names.append(f"{space}{one.name}")
    return names


def test_no_header_turns_one_method_into_another(ground: Ground) -> None:
    client = ground.ours.client()
    path = f"/people/cohort/{ground.ours.ids['cohort']}/close/"
    for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        assert client.get(path, headers={name: "POST"}).status_code == 405
    assert client.get(f"{path}?_method=POST").status_code == 405
    answer = client.post("/account/", {"_method": "DELETE"})
    assert answer.status_code in (200, 302, 405, 422)


OFF_THE_SITE = [
    "//evil.example", "///evil.example", "\\\\evil.example", "/\\evil.example", "\\/evil.example",
    "http://evil.example", "https:evil.example", "http:///evil.example", "https://testserver@evil.example",
    "javascript:alert(1)", "data:text/html,x", "%2f%2fevil.example", "/%09/evil.example",
    "\t//evil.example", "//evil.example/%2e%2e", "////evil.example", "http://testserver.evil.example",
    "/\n/evil.example", "\x00//evil.example", " //evil.example", "https://[evil",
    "accounts:account", "no such page", "' OR '1'='1",
]  # fmt: skip


def test_nobody_is_led_off_the_site(cast: Cast, at_eight: None, settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    User.objects.filter(username="teacher").update(password=make_password(WORD))
    told = {"username": "teacher", "password": WORD}
    for to in OFF_THE_SITE:
        client = Client(raise_request_exception=False)
        answers = [
            client.post("/language/", {"language": "en", "next": to}),
            client.post(f"/sign-in/?next={quote(to)}", told),
            client.get("/sign-in/", {"next": to}),
        ]
        client.logout()
        answers.append(client.post("/sign-in/", told | {"next": to}))
        for answer in answers:
            assert answer.status_code == 302, (to, answer.content)
            where = answer.headers["Location"]
            assert "\\" not in where, where
            led = urljoin("http://testserver/sign-in/", where)
            assert urlsplit(led).netloc == "testserver", where


def test_every_form_field_that_names_a_way_back_keeps_to_the_site(ground: Ground) -> None:
    """Whatever a field is called: an address off the site in it leads nowhere."""
    from tests.proof.test_foreign_identifiers import forms_of

    client = ground.ours.client()
    found = []
    for form in forms_of(client):
        for name in {one.name for one in form.fields if one.kind == "hidden"} | {"next", "back"}:
            if name == "csrfmiddlewaretoken":
                continue
            for to in ("//evil.example", "https://evil.example/", "/\\evil.example"):
                answer = send_form(client, form.action, form.sent() | {name: [to]})
                where = answer.headers.get("Location", "/")
                if not where.startswith("/") or where.startswith(("//", "/\\")):
                    found.append(f"{form.action} {name}: {where}")
    assert not found, "\n".join(found)


def send_form(client: Client, path: str, said: dict[str, Any]) -> Any:
    with transaction.atomic():
        answer = client.post(path, said)
        transaction.set_rollback(True)
    return answer


HOSTS = ("evil.example", "testserver@evil.example", "127.0.0.1.evil.example", "testserver:80:80",
         "", "a b", "testserver\\@x", "*")  # fmt: skip


def test_a_host_that_is_not_ours_is_refused(client: Client, db: None) -> None:
    for host in HOSTS:
        for path in ("/sign-in/", "/api/openapi.json", "/no-such-page/"):
            answer = client.get(path, headers={"host": host})
            assert answer.status_code == 400, (host, path)
            assert "evil" not in answer.content.decode()


def test_another_host_named_beside_ours_is_not_believed(client: Client, cast: Cast) -> None:
    client.force_login(cast.users["unit_admin"])
    for name in ("X-Forwarded-Host", "X-Host", "Forwarded", "X-Original-URL", "X-Rewrite-URL"):
        answer = client.get("/account/", headers={name: "evil.example"})
        assert answer.status_code == 200
        assert "evil.example" not in answer.content.decode()


def raw(path: str, method: str = "GET", **environ: str) -> tuple[str, dict[str, str], bytes]:
    """One request to the application as the web server calls it, static files included."""
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # where `up` collects them
    from fangxian.config.wsgi import application

    told: list[Any] = []
    answered = application(
        {
            "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": "",
            "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8000", "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "127.0.0.1", "REMOTE_ADDR": "127.0.0.1", "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(), "wsgi.errors": io.StringIO(), "wsgi.version": (1, 0),
            "wsgi.multithread": True, "wsgi.multiprocess": True, "wsgi.run_once": False, **environ,
        },
        lambda status, headers, exc_info=None: told.extend([status, dict(headers)]),
    )  # fmt: skip
    body = b"".join(answered)
    return told[0], told[1], body


OUT_OF_THE_WAY = [
    "/static/../keys/secret_key", "/static/..%2fkeys/secret_key", "/static//etc/passwd",
    "/static/%2e%2e/keys/secret_key", "/static/....//keys/secret_key", "/static/..\\keys\\x",
    "/static/\x00", "/static/assets/../../../../etc/passwd", "/../etc/passwd", "//etc/passwd",
    "/people/../../etc/passwd/roster.xlsx", "/imports/sheet/../../etc/passwd/",
]  # fmt: skip
ANSWERED = {
    "/sign-in/": "200",
    "/no-such-page/": "404",
    "/api/v1/codes": "200",
    "/api/v1/units": "401",
    "/api/openapi.json": "200",
    "/api/docs": "200",
    "/healthz": "200",
    "/account/": "302",
}
REFUSED_FOR = {
    "another's host": ("400", {"HTTP_HOST": "evil.example"}),
    "no token of a form": ("403", {"REQUEST_METHOD": "POST"}),
    "a token of nothing": (
        "401", {"HTTP_AUTHORIZATION": "Bearer nonsense", "PATH_INFO": "/api/v1/units"}
    ),
}  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_the_headers_stand_on_every_answer_and_no_path_leads_out() -> None:
    for path, expected in ANSWERED.items():
        status, headers, _body = raw(path)
        assert status[:3] == expected, path
        assert {name: headers.get(name) for name in HEADERS} == HEADERS, path
    for what, (expected, changed) in REFUSED_FOR.items():
        status, headers, _body = raw("/sign-in/", **changed)
        assert status[:3] == expected, what
        assert {name: headers.get(name) for name in HEADERS} == HEADERS, what
    for path in OUT_OF_THE_WAY:
        status, _headers, body = raw(path)
        assert status[:3] in ("301", "302", "400", "404"), (path, status)
        assert b"root:" not in body
