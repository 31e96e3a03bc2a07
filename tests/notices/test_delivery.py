"""Deliveries on their way, to a real mail server and a real web server."""

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from fangxian.config.gateways import SmsGateway
from fangxian.foundation.accounts.models import User
from fangxian.foundation.notices import actions, sending
from fangxian.foundation.notices.models import Delivery, Lane, Notice, Robot
from fangxian.foundation.notices.queries import backlog
from fangxian.foundation.notices.rules import LANE_FAILURES, MOST_ATTEMPTS, Category, State
from tests.cast import AT, Cast
from tests.notices.receivers import Call, MailServer, WebServer

pytestmark = pytest.mark.django_db(transaction=True)
REAL = AT


def tell(cast: Cast, *names: str, template: str = "tests.asked", dedupe: str = "x") -> actions.Sent:
    return actions.send(
        to=[cast.users[name].pk for name in names],
        template=template,
        context={"unit": {"zh": "示例中心校", "en": "Sample"}, "due": "09:30"},
        path=cast.school.path,
        link="/checks/",
        dedupe=dedupe,
        at=AT,
    )


def run(after: timedelta = timedelta(0)) -> bool:
    return sending.run(at=AT + after, real=REAL + after)


def robot(cast: Cast, channel: str, url: str, **more: object) -> Robot:
    return Robot.objects.create(
        unit_id=cast.school.id,
        channel=channel,
        name="校群",
        url=url,
        categories=list(Category),
        lane=f"{channel} {url}",
        made_at=AT,
        **more,
    )


def test_a_mail_arrives_in_the_readers_language(real_cast: Cast, mailbox: MailServer) -> None:
    User.objects.filter(username="head").update(language="en")
    assert tell(real_cast, "head", "reporter").deliveries == 2
    assert not run()
    by_reader = {letter.to[0]: letter for letter in mailbox.letters}
    assert set(by_reader) == {"head@example.cn", "reporter@example.cn"}
    assert by_reader["head@example.cn"].subject == "Sample has not answered"
    assert "示例中心校" in by_reader["reporter@example.cn"].subject
    assert "https://fangxian.example.cn/checks/" in by_reader["head@example.cn"].text
    assert {one.state for one in Delivery.objects.all()} == {State.SENT}
    run()
    assert len(mailbox.letters) == 2


def test_what_one_receiver_refuses_does_not_stop_the_next(
    real_cast: Cast, mailbox: MailServer
) -> None:
    mailbox.refused = {
        "head@example.cn": "550 no such mailbox",
        "teacher@example.cn": "451 try again later",
    }
    tell(real_cast, "head", "teacher", "reporter")
    run()
    found = {one.user_id: one for one in Delivery.objects.all()}
    head, teacher, reporter = (
        found[real_cast.users[name].pk] for name in ("head", "teacher", "reporter")
    )
    assert reporter.state == State.SENT
    assert (head.state, head.last_error) == (State.GIVEN_UP, "refused:550 no such mailbox")
    assert (teacher.state, teacher.attempts) == (State.QUEUED, 1)
    assert teacher.retry_at is not None and teacher.retry_at > REAL
    mailbox.refused = {}
    run(timedelta(minutes=2))
    teacher.refresh_from_db()
    assert (teacher.state, teacher.attempts, teacher.last_error) == (State.SENT, 2, "")


def test_a_dead_mail_server_rests_and_nothing_is_lost(
    real_cast: Cast, mailbox: MailServer, settings: Settings
) -> None:
    alive = settings.FANGXIAN
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings.FANGXIAN = alive.model_copy(update={"smtp_port": closed.getsockname()[1]})
        tell(real_cast, "head", "teacher", "reporter", "health_officer")
        for minute in range(LANE_FAILURES):
            run(timedelta(minutes=minute))
        lane = Lane.objects.get(name="email")
        assert lane.failures == LANE_FAILURES
        assert lane.open_until is not None
        tried = Delivery.objects.filter(attempts__gt=0).count()
        run(timedelta(minutes=LANE_FAILURES - 1, seconds=10))
        assert Delivery.objects.filter(attempts__gt=0).count() == tried, "it rests"
    assert Delivery.objects.filter(state=State.QUEUED).count() == 4
    settings.FANGXIAN = alive
    run(timedelta(hours=1))
    assert sorted(letter.to[0] for letter in mailbox.letters) == [
        f"{name}@example.cn" for name in ("head", "health_officer", "reporter", "teacher")
    ]
    assert Lane.objects.get(name="email").failures == 0


def test_after_the_last_attempt_it_is_given_up_with_the_reason(
    real_cast: Cast, receiver: WebServer
) -> None:
    receiver.answers["/hook"] = lambda call: (429, {})
    robot(real_cast, "webhook", receiver.url("/hook"))
    tell(real_cast, "head")
    for attempt in range(MOST_ATTEMPTS + 3):
        run(timedelta(hours=4 * attempt) if attempt < 5 else timedelta(hours=20 + attempt % 3))
    row = Delivery.objects.get()
    assert (row.state, row.attempts, row.last_error) == (State.GIVEN_UP, MOST_ATTEMPTS, "busy:429")
    assert len(receiver.calls) == MOST_ATTEMPTS
    assert len({call.headers["Idempotency-Key"] for call in receiver.calls}) == 1


def test_what_waited_a_day_is_given_up(
    real_cast: Cast, receiver: WebServer, settings: Settings
) -> None:
    robot(real_cast, "webhook", receiver.url("/hook"))
    tell(real_cast, "head")
    run(timedelta(hours=25))
    row = Delivery.objects.get()
    assert (row.state, row.last_error) == (State.GIVEN_UP, "too_old")
    assert receiver.calls == []


def test_each_robot_is_told_what_it_expects(real_cast: Cast, receiver: WebServer) -> None:
    robot(real_cast, "wecom", receiver.url("/cgi-bin/webhook/send?key=abc-123"))
    robot(real_cast, "dingtalk", receiver.url("/robot/send?access_token=abc123"), secret="SECx1")
    robot(real_cast, "feishu", receiver.url("/open-apis/bot/v2/hook/abc-123"), secret="s1")
    robot(real_cast, "webhook", receiver.url("/in?from=x"), secret="s2")
    sent = tell(real_cast, "head", "reporter")
    assert sent.notices == 2
    assert sent.deliveries == 4, "once for all who work there"
    run()
    calls = {call.path.partition("?")[0]: call for call in receiver.calls}
    text = "示例中心校 has not answered\nDue 09:30.\nhttp"
    wecom = calls["/cgi-bin/webhook/send"]
    assert wecom.path.endswith("?key=abc-123")
    assert wecom.json["msgtype"] == "text"
    assert wecom.json["text"]["content"].startswith(text)
    dingtalk = calls["/robot/send"]
    assert dingtalk.json["msgtype"] == "text"
    assert dingtalk.json["text"]["content"].startswith(text)
    assert "access_token=abc123" in dingtalk.path
    assert "timestamp=" in dingtalk.path and "sign=" in dingtalk.path
    feishu = calls["/open-apis/bot/v2/hook/abc-123"]
    assert feishu.json["msg_type"] == "text"
    assert feishu.json["content"]["text"].startswith(text)
    assert set(feishu.json) == {"msg_type", "content", "timestamp", "sign"}
    webhook = calls["/in"]
    assert webhook.path == "/in?from=x"
    assert webhook.json["title"] == "示例中心校 has not answered"
    assert webhook.json["link"].endswith("/checks/")
    assert webhook.headers["X-Fangxian-Signature"].startswith("sha256=")
    assert {one.state for one in Delivery.objects.all()} == {State.SENT}


@pytest.mark.parametrize(
    ("channel", "path", "answer", "state", "error"),
    [
        ("wecom", "/w?key=abc-123", (200, {"errcode": 93000, "errmsg": "invalid webhook abc-123"}),
         State.GIVEN_UP, "refused:93000 invalid webhook …"),
        ("wecom", "/w?key=abc-123", (200, {"errcode": 45009, "errmsg": "too often"}),
         State.QUEUED, "busy:45009 too often"),
        ("dingtalk", "/w?access_token=abc123", (200, {"errcode": 310000, "errmsg": "keywords"}),
         State.GIVEN_UP, "refused:310000 keywords"),
        ("feishu", "/w/abc-123", (200, {"code": 19021, "msg": "sign match fail"}),
         State.GIVEN_UP, "refused:19021 sign match fail"),
        ("feishu", "/w/abc-123", (200, b"<html>"), State.GIVEN_UP, "refused:<html>"),
        ("webhook", "/w", (302, b"http://127.0.0.1:1/"), State.GIVEN_UP,
         "refused:302 http://127.0.0.1:1/"),
        ("webhook", "/w", (503, b"later"), State.QUEUED, "broken:503 later"),
    ],
)  # fmt: skip
def test_a_robots_answer_is_read(
    real_cast: Cast,
    receiver: WebServer,
    channel: str,
    path: str,
    answer: tuple[int, object],
    state: State,
    error: str,
) -> None:
    def say(call: Call) -> tuple[int, object]:
        return answer

    receiver.answers[path.partition("?")[0]] = say
    robot(real_cast, channel, receiver.url(path))
    tell(real_cast, "head")
    run()
    row = Delivery.objects.get()
    assert (row.state, row.last_error) == (state, error)


def test_a_robot_may_not_be_inside(
    real_cast: Cast, receiver: WebServer, settings: Settings
) -> None:
    settings.FANGXIAN = settings.FANGXIAN.model_copy(update={"robots_anywhere": False})
    robot(real_cast, "webhook", f"http://localhost:{receiver.port}/in")
    tell(real_cast, "head")
    run()
    row = Delivery.objects.get()
    assert (row.state, row.last_error) == (State.GIVEN_UP, "private")
    assert receiver.calls == []


def test_a_dead_robot_holds_up_nobody_else(
    real_cast: Cast, receiver: WebServer, mailbox: MailServer, settings: Settings
) -> None:
    settings.FANGXIAN = settings.FANGXIAN.model_copy(update={"robots_anywhere": True})
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(1)  # takes the connection, never answers
        robot(real_cast, "webhook", f"http://127.0.0.1:{silent.getsockname()[1]}/")
        robot(real_cast, "wecom", receiver.url("/w?key=abc-123"))
        tell(real_cast, "head", "reporter")
        run()
    states = {one.channel: one.state for one in Delivery.objects.all()}
    assert states == {"email": State.SENT, "wecom": State.SENT, "webhook": State.QUEUED}
    assert len(mailbox.letters) == 2


def test_a_text_message_goes_through_the_gateway(
    real_cast: Cast, receiver: WebServer, settings: Settings
) -> None:
    settings.SMS_GATEWAY = SmsGateway.model_validate(
        {
            "url": receiver.url("/sms"),
            "headers": {"Content-Type": "application/json", "Authorization": "Bearer x"},
            "body": '{"to": "{phone}", "words": "{text}"}',
            "success": {"json": {"result.code": 0}},
        }
    )
    receiver.answers["/sms"] = lambda call: (200, {"result": {"code": 0}})
    User.objects.filter(username="head").update(phone='138"0000')
    assert tell(real_cast, "head").deliveries == 0, "what is not urgent costs nobody a text message"
    assert tell(real_cast, "head", template="tests.case", dedupe="y").deliveries == 1
    run()
    [call] = receiver.calls
    assert call.json == {"to": '138"0000', "words": "A case at 示例中心校"}
    assert call.headers["Authorization"] == "Bearer x"
    assert Delivery.objects.get().state == State.SENT


def test_what_the_gateway_refuses_is_kept_in_its_words(
    real_cast: Cast, receiver: WebServer, settings: Settings
) -> None:
    settings.SMS_GATEWAY = SmsGateway.model_validate(
        {"url": receiver.url("/sms?to={phone}&text={text}"), "success": {"contains": "taken"}}
    )
    receiver.answers["/sms"] = lambda call: (200, b"no credit")
    User.objects.filter(username="head").update(phone="13800000000")
    tell(real_cast, "head", template="tests.case")
    run()
    row = Delivery.objects.get()
    assert (row.state, row.last_error) == (State.GIVEN_UP, "refused:200 no credit")


def test_what_was_read_meanwhile_is_not_sent(real_cast: Cast, mailbox: MailServer) -> None:
    tell(real_cast, "head")
    Notice.objects.update(read_at=AT)
    run()
    assert Delivery.objects.get().state == State.SUPPRESSED
    assert mailbox.letters == []


def test_who_the_server_does_not_know_ends_the_lane_and_not_the_letters(
    real_cast: Cast, mailbox: MailServer
) -> None:
    mailbox.refused_senders = {"fangxian@example.cn": "550 who are you"}
    tell(real_cast, "head", "reporter", "teacher")
    run()
    assert {one.state for one in Delivery.objects.all()} == {State.QUEUED}
    assert Delivery.objects.filter(attempts=1).count() == 1, "the others were not even tried"
    assert Lane.objects.get(name="email").last_error == "credentials:550 who are you"


def test_a_new_passwords_link_goes_by_mail_where_an_address_is_known(
    real_cast: Cast, mailbox: MailServer, settings: Settings
) -> None:
    User.objects.filter(username="head").update(language="en")
    client = Client()
    client.force_login(real_cast.users["unit_admin"])
    path = f"/accounts/people/{real_cast.users['head'].pk}/password-link/"
    assert "也已通过电子邮件发出" in client.post(path).content.decode()
    [letter] = mailbox.letters
    assert letter.to == ["head@example.cn"]
    assert letter.subject == "A new password for Fangxian"
    assert "/new-password/fx_" in letter.text
    mailbox.refused = {"head@example.cn": "550 no such mailbox"}
    assert "550 no such mailbox" in client.post(path).content.decode()
    settings.FANGXIAN = settings.FANGXIAN.model_copy(update={"smtp_host": ""})
    assert "电子邮件" not in client.post(path).content.decode()


def test_a_server_that_never_finishes_its_answer_is_left_alone(
    real_cast: Cast, receiver: WebServer
) -> None:
    with socket.socket() as slow:
        slow.bind(("127.0.0.1", 0))
        slow.listen(1)

        def trickle() -> None:
            with suppress(OSError):
                talking, _from = slow.accept()
                with talking:
                    for _byte in range(200):
                        talking.sendall(b"H")
                        time.sleep(0.1)

        threading.Thread(target=trickle, daemon=True).start()
        made = robot(real_cast, "webhook", f"http://127.0.0.1:{slow.getsockname()[1]}/")
        robot(real_cast, "wecom", receiver.url("/w?key=abc-123"))
        tell(real_cast, "head")
        sending.run(at=AT, real=REAL, seconds=1, patience=1)
        assert Lane.objects.get(name=made.lane).last_error == "timeout"
        states = {one.channel: one.state for one in Delivery.objects.all()}
        assert states == {"wecom": State.SENT, "webhook": State.SENDING}
        waiting = backlog(at=AT, real=REAL)
        assert (waiting.waiting, waiting.resting) == (1, [])
        until_settled(lambda: Delivery.objects.get(channel="webhook").state != State.SENDING)


def until_settled(settled: Callable[[], bool]) -> None:
    """Wait for the thread that was left to itself, so that it leaves nothing behind."""
    while not settled():
        time.sleep(0.05)
