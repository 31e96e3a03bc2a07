"""The page frame: what every figure, every answer and every refusal looks like."""

import pytest
from django.http import HttpResponse
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from fangxian.kernel.shell import errors, headers, views
from fangxian.kernel.templatetags import shell


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        (None, 10, "—"),  # not known is not none
        (3, None, "—"),
        (0, 0, "—"),  # nothing was expected
        (0, 10, "0 %"),
        (1, 100_000, "0.1 %"),  # something is never shown as nothing
        (99_999, 100_000, "99.9 %"),  # nor nearly all as all
        (7, 8, "87.5 %"),
        (8, 8, "100 %"),
    ],
)
def test_a_share(part: int | None, whole: int | None, expected: str) -> None:
    assert shell.percent(part, whole) == expected


@pytest.mark.parametrize(("value", "text"), [(None, "—"), (0, "0"), (1234567, "1,234,567")])
def test_a_count_that_is_not_known_is_a_dash(value: int | None, text: str) -> None:
    assert shell.count(value) == text


@pytest.mark.parametrize(
    ("answered", "expected", "level"),
    [(None, 5, "unknown"), (0, 0, "none"), (0, 5, "0"), (4, 5, "2"), (5, 5, "4")],
)
def test_a_day_of_the_strip(answered: int | None, expected: int, level: str) -> None:
    day = {"day": None, "answered": answered, "expected": expected}
    assert shell._strip_day(day)["level"] == level


def test_a_change_needs_both_days() -> None:
    assert shell.change(3, None)["difference"] is None
    assert shell.change(3, 5) == {"difference": -2, "size": 2}


def test_x_of_y_of_what_is_not_known_draws_no_bar() -> None:
    with translation.override("en"):
        drawn = Template("{% load shell %}{% of None 30 %}").render(Context())
    assert "<b>—</b> of 30" in drawn
    assert "<progress" not in drawn


def test_no_component_writes_an_inline_style_or_script() -> None:
    drawn = Template(
        '{% load shell %}{% of 3 5 %}{% icon "x" %}{% badge "ok" "ok" %}{% change 1 2 %}'
    ).render(Context())
    assert "style=" not in drawn
    assert "<script" not in drawn


def test_every_answer_carries_the_policy() -> None:
    request = RequestFactory().get("/")
    answer = headers.SecurityHeaders(lambda _: HttpResponse())(request)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'; img-src 'self' data:" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("back", "expected"), [("/units/", "/units/"), ("https://elsewhere.example/", "/"), ("", "/")]
)
def test_the_language_switch_leads_back_but_never_elsewhere(back: str, expected: str) -> None:
    request = RequestFactory().post("/language/", {"language": "en", "next": back})
    answer = views.language(request)
    assert answer.headers["Location"] == expected
    assert answer.cookies["language"].value == "en"


def test_an_unknown_language_is_not_kept() -> None:
    answer = views.language(RequestFactory().post("/language/", {"language": "xx"}))
    assert "language" not in answer.cookies


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 422, 500])
def test_each_refusal_says_what_to_do_next(status: int) -> None:
    title, reason, advice = errors._texts(status)
    assert title and reason and advice
