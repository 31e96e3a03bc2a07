"""Whatever stands in an address: an answer or a refusal, never an error of ours.

Every parameter of every list, as links and filters of the pages name them and as the views read
them, gets quotes, UNION, a sleep, NUL, numbers without end, wrong days and what reverses text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from django.db import transaction
from django.test import Client

from tests.proof.ground import Ground
from tests.proof.test_foreign_identifiers import POINTING, parameters, path_of, pointed_at
from tests.proof.walking import Page, view_of, walk

FANGXIAN = Path(__file__).resolve().parents[2] / "fangxian"
READ = re.compile(r"""\.GET(?:\.get|\.getlist)?[\(\[]\s*["'](\w+)["']""")
STARTS = (
    "/", "/account/", "/people/", "/people/search/", "/reports/", "/reports/queue/", "/checks/",
    "/calendar/", "/units/", "/accounts/", "/audit/", "/board/", "/reminders/", "/imports/",
    "/notices/", "/notices/deliveries/", "/notices/robots/", "/notices/robots/deliveries/",
)  # fmt: skip
VALUES = {
    "a quote": "' OR '1'='1",
    "a union": "1 UNION SELECT password FROM accounts_user--",
    "a sleep": "1;SELECT pg_sleep(60)--",
    "a double quote": '") FROM accounts_user --',
    "a NUL": "a\x00b",
    "digits without end": "9" * 5000,
    "a large number": "9" * 19,
    "a superscript": "²",
    "less than nothing": "-1",
    "a day that is none": "2026-02-30",
    "the last of all days": "9999-12-31",
    "what reverses text": "\u202e\u2066\u200f<x>",
    "half a pair": "\ud83d",
    "a pattern": "%_\\%(x)s{0}",
    "a long word": "安" * 3000,
}
#: parameters that no link or filter names, with where they are read
ELSEWHERE = {
    "code": "/units/options/",
    "was": "/units/5101040001/",
    "next": "/sign-in/",
    "school": "/audit/",
}
NUMBERS = ("digits without end", "a large number", "a superscript")
QUICK = ("a quote", "a NUL", "digits without end", "a large number")


def named_in(page: Page) -> Iterator[tuple[str, str]]:
    """The view and name of every parameter that a page's links and filters send."""
    for link in page.links:
        for name, _value in parse_qsl(urlsplit(link).query, keep_blank_values=True):
            yield urlsplit(link).path, name
    for form in page.forms:
        if form.method == "get":
            for one in form.fields:
                yield urlsplit(form.action).path, one.name


def asked(client: Client) -> dict[tuple[str, str], str]:
    """Every parameter of every kind of page, with a path where it is used."""
    read = {name for path in FANGXIAN.rglob("*.py") for name in READ.findall(path.read_text())}
    found: dict[tuple[str, str], str] = {}
    for page in walk(client, *STARTS):
        path = urlsplit(page.path).path
        for where, name in [*named_in(page), (path, "page")]:
            if view := view_of(where):
                found.setdefault((view, name), where)
    for name in read - {name for _view, name in found}:
        found[("", name)] = ELSEWHERE.get(name, "")
    return found


def test_no_parameter_of_a_list_breaks_us(ground: Ground) -> None:
    client = ground.ours.client()
    found = asked(client)
    assert not [key for key, path in found.items() if not path], "say where these are read"
    assert len(found) > 100
    broken = []
    for (view, name), path in found.items():
        for what in NUMBERS if name == "page" else VALUES if name in ("sort", "day") else QUICK:
            text = VALUES[what].encode(errors="surrogatepass")
            address = f"{path}?{name}={quote(text)}"
            with transaction.atomic():
                status = client.get(address).status_code
                transaction.set_rollback(True)
            if status >= 500:
                broken.append(f"{view} {name}: {what}: {status}")
    assert not broken, "\n".join(broken)


def test_no_part_of_a_path_breaks_us(ground: Ground) -> None:
    ours, client = ground.ours, ground.ours.client()
    broken = []
    for address in POINTING:
        names = parameters(address)
        keys = {name: pointed_at(address, name) for name in names}
        right = {n: ours.ids[key] if key else "2026-11-23" for n, key in keys.items()}
        for name in names:
            for what in QUICK:
                path = path_of(address, right | {name: quote(VALUES[what].encode())})
                with transaction.atomic():
                    status = client.get(path).status_code
                    if status == 405:
                        status = client.post(path).status_code
                    transaction.set_rollback(True)
                if status >= 500:
                    broken.append(f"{address.name} {name}: {what}: {status}")
    assert not broken, "\n".join(broken)


def test_no_field_of_a_form_breaks_us(ground: Ground) -> None:
    from tests.proof.test_foreign_identifiers import forms_of

    client = ground.ours.client()
    broken, tried = [], 0
    for form in forms_of(client):
        for name in {one.name for one in form.fields} - {"csrfmiddlewaretoken"}:
            for what in ("a quote", "a NUL", "digits without end"):
                tried += 1
                with transaction.atomic():
                    answer = client.post(form.action, form.sent() | {name: [VALUES[what]]})
                    transaction.set_rollback(True)
                if answer.status_code >= 500:
                    broken.append(f"{form.action} {name}: {what}: {answer.status_code}")
    assert not broken, "\n".join(broken)
    assert tried > 200


@pytest.mark.parametrize("value", ["%00", "%ff", "%f0%9f", "%u0041", "%"])
def test_an_address_that_is_no_text_is_refused(ground: Ground, value: str) -> None:
    client = ground.ours.client()
    for path in (f"/units/?q={value}", f"/units/{value}/", f"/people/search/?q={value}"):
        assert client.get(path).status_code < 500
