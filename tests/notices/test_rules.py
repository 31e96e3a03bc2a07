"""Quiet hours, retries, what an address may be: values in, values out."""

import json
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from fangxian.config.environment import BadSetting
from fangxian.config.gateways import SmsGateway, sms_gateway
from fangxian.foundation.notices.kinds import Template, register, told
from fangxian.foundation.notices.labels import FAILURE_LABELS, why
from fangxian.foundation.notices.planning import QUIET
from fangxian.foundation.notices.rules import (
    LANE_LONGEST_REST,
    MOST_ATTEMPTS,
    MOVES,
    Category,
    Failure,
    State,
    after_failure,
    masked,
    masked_url,
    quiet_until,
    rest_of_lane,
    retry_after,
)
from fangxian.foundation.notices.sending.wire import is_public
from fangxian.kernel.clock import SHANGHAI

BEGIN = datetime(2026, 1, 1, tzinfo=SHANGHAI)
MOMENTS = st.timedeltas(timedelta(0), timedelta(days=700)).map(lambda after: BEGIN + after)
CLOCK = st.times().map(lambda one: one.replace(microsecond=0, tzinfo=None))


def is_quiet(at: datetime, start: time, end: time) -> bool:
    """Walked minute by minute: does the last of the two hands to pass say quiet?"""
    if start == end:
        return False
    day = at.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
    marks = [
        (datetime.combine(day + timedelta(days=n), hand, tzinfo=SHANGHAI), is_start)
        for n in range(3)
        for hand, is_start in ((start, True), (end, False))
    ]
    return max(mark for mark in marks if mark[0] <= at)[1]


@given(at=MOMENTS, start=CLOCK, end=CLOCK)
@example(datetime(2026, 11, 23, 22, 0, tzinfo=SHANGHAI), time(22), time(6, 30))
@example(datetime(2026, 11, 23, 6, 30, tzinfo=SHANGHAI), time(22), time(6, 30))
@example(datetime(2026, 12, 31, 23, 59, tzinfo=SHANGHAI), time(22), time(6, 30))
def test_quiet_hours_put_off_and_never_lose(at: datetime, start: time, end: time) -> None:
    later = quiet_until(at, start, end)
    assert at <= later <= at + timedelta(days=1)
    assert (later > at) == is_quiet(at, start, end)
    if later > at:
        assert later.astimezone(SHANGHAI).time() == end
    assert quiet_until(later, start, end) == later, "what was put off is not put off again"


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(at=MOMENTS, start=CLOCK, end=CLOCK)
def test_the_statement_puts_off_as_the_rule_does(at: datetime, start: time, end: time) -> None:
    asked: dict[str, Any] = {
        "n_day": at.date(),
        "n_time": at.time(),
        "n_zone": SHANGHAI.key,
        "n_at": at,
        "n_quiet_end": at,
        "start": start,
        "end": end,
    }
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {QUIET} FROM (SELECT 1 AS user_id, %(start)s::time AS start, "  # noqa: S608
            f'%(end)s::time AS "end") q',
            asked,
        )
        assert cursor.fetchone() == (quiet_until(at, start, end),)


def test_every_state_has_its_moves_and_only_known_ones() -> None:
    assert set(MOVES) == set(State)
    ends = {
        after_failure(failure, attempts, is_test=is_test)
        for failure in Failure
        for attempts in range(1, MOST_ATTEMPTS + 1)
        for is_test in (False, True)
    }
    assert ends <= MOVES[State.SENDING]


def test_tries_get_rarer_and_come_to_an_end() -> None:
    pauses = [retry_after(attempts) for attempts in range(1, MOST_ATTEMPTS)]
    assert pauses == sorted(pauses)
    assert after_failure(Failure.TIMEOUT, MOST_ATTEMPTS - 1, is_test=False) is State.QUEUED
    assert after_failure(Failure.TIMEOUT, MOST_ATTEMPTS, is_test=False) is State.GIVEN_UP
    rests = [rest_of_lane(failures) for failures in range(1, 100)]
    assert rests == sorted(rests)
    assert rests[-1] == LANE_LONGEST_REST


def test_every_failure_has_its_words() -> None:
    assert set(FAILURE_LABELS) == set(Failure)
    assert why("refused:550 no such: mailbox").endswith("550 no such: mailbox")
    assert why("") == ""


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("zhang@example.cn", "z…@example.cn"),
        ("13812345678", "138…5678"),
        ("123", "…"),
        ("", "…"),
    ],
)
def test_an_address_is_never_shown_whole(address: str, shown: str) -> None:
    assert masked(address) == shown


def test_what_opens_a_group_is_never_shown() -> None:
    url = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=0123456789"
    assert masked_url(url) == "qyapi.weixin.qq.com …6789"
    assert masked_url("https://example.com/in") == "example.com …"


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("127.0.0.1", False),
        ("10.0.0.1", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),  # noqa: S104
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::a00:1", False),
        ("2002:a00:1::", False),
    ],
)
def test_what_is_public(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_a_bad_notice_takes_nothing_with_it() -> None:
    def broken(context: object) -> dict[str, str]:
        raise KeyError("unit")

    register(Template("tests.broken", "Label", "%(n)d", "", Category.DUTIES, facts=broken))
    register(Template("tests.number", "Label", "%(n)d", "", Category.DUTIES))
    assert told("tests.broken", {}).title == "Label"
    assert told("tests.number", {"n": "no number"}).title == "Label"
    assert told("tests.asked", {}).title == "— has not answered"
    assert told("tests.gone", {}).title == "tests.gone"


def gateway(tmp_path: Path, text: str) -> SmsGateway | None:
    (tmp_path / "sms.toml").write_text(text)
    return sms_gateway(tmp_path)


def test_no_gateway_is_no_fault(tmp_path: Path) -> None:
    assert sms_gateway(tmp_path) is None


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("url = ", "is not TOML"),
        ("body = '{phone} {text}'", "url: Field required"),
        ("url = 'nonsense{phone}{text}'", "url: write the gateway's address, https://…"),
        ("url = 'https://x/?to={phone}'", "{text} stands neither in url nor in body"),
        ("url = 'https://x/?{phone}{text}'\nmethd = 'GET'", "methd: Extra inputs"),
        ("url = 'https://x/?{phone}{text}'\nmethod = 'PATCH'", "method: Input should be"),
        ("url = 'https://x/?{phone}{text}'\n[success]\nstatus = []", "success.status: "),
    ],
)
def test_a_bad_gateway_is_refused_with_one_line(tmp_path: Path, text: str, line: str) -> None:
    with pytest.raises(BadSetting) as refused:
        gateway(tmp_path, text)
    assert line in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1
    assert "sms.toml" in str(refused.value)


@given(phone=st.text(max_size=30), text=st.text(max_size=100))
def test_whatever_is_said_arrives_as_it_was_said(phone: str, text: str) -> None:
    as_json = SmsGateway.model_validate(
        {
            "url": "https://x/",
            "headers": {"content-type": "application/json"},
            "body": '{"to": ["{phone}"], "text": "{text}", "again": "{phone}{text}"}',
        }
    )
    found = json.loads(as_json.content(phone, text))
    assert found == {"to": [phone], "text": text, "again": phone + text}
    as_query = SmsGateway.model_validate({"url": "https://x/?to=-{phone}&text=-{text}"})
    query = urlsplit(as_query.address(phone, text)).query
    assert parse_qs(query) == {"to": [f"-{phone}"], "text": [f"-{text}"]}
