"""Whatever a program sends: a clear refusal, or simply right; never an error of ours."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from fangxian.watch.checks.models import Check
from tests.cast import DAY, Cast
from tests.checks.test_thin import body, call

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("at_eight")]
Make = Callable[[str], bytes]


def raw(unit: str, more: bytes) -> bytes:
    """A check with something at its end that Python would not write."""
    return body(unit)[:-1] + b"," + more + b"}"


REFUSED: dict[str, tuple[int, Make]] = {
    "10 MB": (413, lambda u: body(u, note="x" * 10_000_000)),
    "400,000 absences": (413, lambda u: body(u, absences=[{"reason": "leave"}] * 400_000)),
    "200,000 brackets": (422, lambda u: b"[" * 200_000),
    "50,000 levels": (422, lambda u: raw(u, b'"x":' + b'{"a":' * 50_000 + b"1" + b"}" * 50_000)),
    "a NUL in a name": (422, lambda u: body(u, on_behalf_of="a\x00b", channel="phone")),
    "a NUL in the code": (422, lambda u: body("a\x00b")),
    "no UTF-8": (422, lambda u: b'{"unit":"\xff\xfe"}'),
    "GBK": (422, lambda u: json.dumps({"unit": "张"}, ensure_ascii=False).encode("gbk")),
    "half a surrogate": (422, lambda u: raw(u, b'"on_behalf_of":"\\ud800"')),
    "too large a number": (422, lambda u: body(u, enrolled=10**30, present=10**30 - 1)),
    "half a child": (422, lambda u: body(u, enrolled=45.5)),
    "true children": (422, lambda u: body(u, enrolled=True)),
    "less than nobody": (422, lambda u: body(u, present=-1)),
    "NaN": (422, lambda u: raw(u, b'"enrolled":NaN')),
    "endless fever": (
        422,
        lambda u: raw(u, b'"absences":[{"reason":"ill","temperature":1e999}]'),
    ),
    "a list": (422, lambda u: b"[]"),
    "null": (422, lambda u: b"null"),
    "nothing": (422, lambda u: b""),
    "a day that is none": (422, lambda u: body(u, day="2026-02-30")),
    "the first of all days": (422, lambda u: body(u, day="0001-01-01")),
    "the last of all days": (422, lambda u: body(u, day="9999-12-31")),
    "before the unit": (422, lambda u: body(u, day="2001-09-03")),
    "a field nobody knows": (422, lambda u: body(u, nonsense=1)),
    "a code without end": (422, lambda u: body("x" * 100_000)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_in_words(cast: Cast, name: str) -> None:
    expected, make = REFUSED[name]
    status, headers, told = call(make(cast.plain_group.code), cast.tokens["reporter"])
    assert (status, headers["Content-Type"]) == (expected, "application/problem+json")
    assert told["title"]
    assert not Check.objects.filter(day=DAY).exists()


def test_where_json_breaks_off_is_said(cast: Cast) -> None:
    _status, _headers, told = call(b'{"unit":\n "\xff"}', cast.tokens["reporter"])
    assert told["fields"] == {"body": ["The body is not JSON in UTF-8: look at line 2, column 3."]}


NAMES = [
    "O'Brien",
    "王老师👩🏽‍🏫",
    "བཀྲ་ཤིས",
    "ꆈꌠꁱꂷ",
    "𠮷田",
    "<b>a&b</b>",
    '=cmd|"/c"!A1',
    "%s {0} \\",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_kept_as_it_is_written(cast: Cast, name: str) -> None:
    told = body(cast.plain_group.code, on_behalf_of=name, channel="phone")
    status, _headers, _told = call(told, cast.tokens["reporter"])
    assert status == 201
    assert Check.objects.get(day=DAY).on_behalf_of == name


def test_the_same_from_two_devices_is_one_check(cast: Cast) -> None:
    """One by the short way, one as a page's device would after a lost answer."""
    told = body(cast.plain_group.code)
    first, again = (call(told, cast.tokens["reporter"]) for _device in range(2))
    assert (first[0], again[0]) == (201, 200)
    assert first[2]["id"] == again[2]["id"]


ADDRESSES = [
    "/api/v1/units/{county}/standing?day={day}",
    "/api/v1/daily-reports/{school}/{day}",
    "/board/{county}/?day={day}",
    "/board/{day}/",
    "/reports/{school}/{day}/",
    "/reports/{day}/2026-11-23/",
    "/checks/{group}/{day}/morning/",
    "/api/v1/units/{day}",
    "/api/v1/units?search={day}",
    "/units/?q={day}",
    "/units/?day={day}",
]
DAYS = ["0001-01-01", "9999-12-31", "2026-02-30", "12345-01-01", "%00", "2026-11-23%00", "%ff", "'"]


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("who", ["county_officer", "reporter", "teacher"])
def test_no_address_breaks_us(cast: Cast, who: str, day: str) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(cast.users[who])
    codes: dict[str, Any] = {
        "county": cast.county.code,
        "school": cast.school.code,
        "group": cast.plain_group.code,
        "day": day,
    }
    answers = {}
    for address in ADDRESSES:
        url = address.format(**codes)
        bearer = {"Authorization": f"Bearer {cast.tokens[who]}"} if "/api/" in url else {}
        answers[url] = client.get(url, headers=bearer).status_code
    assert {url: status for url, status in answers.items() if status >= 500} == {}
