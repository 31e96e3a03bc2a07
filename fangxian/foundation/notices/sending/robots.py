"""Chat robots and webhooks: Apprise writes and signs what each expects, our wire carries it.

Apprise calls a message sent when the answer is HTTP 200. WeCom, DingTalk and Feishu answer 200 to
what they refuse, too, and say so inside: so the request goes through `wire`, to the address that
was entered, and the answer is read here.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from apprise.plugins import NotifyBase, custom_json, dingtalk, feishu, wecombot
from django.conf import settings

from fangxian.foundation.notices.models import Robot
from fangxian.foundation.notices.rules import Channel, Failure
from fangxian.foundation.notices.sending import wire
from fangxian.foundation.notices.sending.messages import Message
from fangxian.foundation.notices.sending.outcomes import SENT, NotSent, Outcome

LONGEST = 600
#: what the robots answer when asked too often; later is better
ASKED_TOO_OFTEN = {-1, 45009, 130101, 11232}


@dataclass
class _Exchange:
    """One message on its way through a plugin: where to, and what came back."""

    robot: Robot
    key: str
    answer: wire.Answer | None = None
    problem: NotSent | None = None

    def carry(
        self, data: bytes | str, headers: Mapping[str, str], params: Mapping[str, str] | None
    ) -> wire.Answer:
        content = data.encode() if isinstance(data, str) else data
        if self.robot.channel == Channel.FEISHU and self.robot.secret:
            content = _signed_for_feishu(content, self.robot.secret)
        sent = {**headers, "Idempotency-Key": self.key}
        if self.robot.channel == Channel.WEBHOOK and self.robot.secret:
            sent["X-Fangxian-Signature"] = f"sha256={_hmac(self.robot.secret, content).hex()}"
        try:
            self.answer = wire.call(
                "POST",
                self.robot.url,
                content=content,
                headers=sent,
                params=params,
                anywhere=settings.FANGXIAN.robots_anywhere,
            )
        except NotSent as error:
            self.problem = error
            raise requests.RequestException from None
        return self.answer


_current: ContextVar[_Exchange] = ContextVar("exchange")


class _Wire:
    """What the plugins know as `requests`; whatever address they name, ours is called."""

    codes = requests.codes
    RequestException = requests.RequestException

    def post(self, _url: str, **asked: Any) -> wire.Answer:
        return self.request("POST", _url, **asked)

    def request(self, _method: str, _url: str, **asked: Any) -> wire.Answer:
        return _current.get().carry(asked["data"], asked["headers"], asked.get("params"))


for _plugin in (custom_json, dingtalk, feishu, wecombot):
    setattr(_plugin, "requests", _Wire())  # noqa: B010 (mypy knows the module as it was)


def tell(message: Message) -> Outcome:
    """Have a unit's robot say a message."""
    robot = message.robot
    if robot is None:
        return Outcome(Failure.SWITCHED_OFF)
    channel = Channel(robot.channel)
    exchange = _Exchange(robot, message.key)
    token = _current.set(exchange)
    try:
        _PLUGINS[channel](robot, message)
    except TypeError:  # Apprise refuses the address
        return Outcome(Failure.REFUSED)
    finally:
        _current.reset(token)
    if exchange.problem is not None:
        return exchange.problem.outcome
    if exchange.answer is None:
        return Outcome(Failure.REFUSED)
    return _judged(channel, exchange.answer, robot)


def _make(plugin: Callable[..., Any], **facts: Any) -> NotifyBase:
    """A plugin of Apprise's, whose constructors say nothing about their types."""
    made: NotifyBase = plugin(**facts)
    return made


def _wecom(robot: Robot, message: Message) -> None:
    key = parse_qs(urlsplit(robot.url).query).get("key", [""])[0]
    plugin = _make(wecombot.NotifyWeComBot, key=key)
    plugin.notify(body=message.text[:LONGEST])


def _dingtalk(robot: Robot, message: Message) -> None:
    token = parse_qs(urlsplit(robot.url).query).get("access_token", [""])[0]
    plugin = _make(dingtalk.NotifyDingTalk, token=token, secret=robot.secret or None)
    plugin.notify(body=message.text[:LONGEST])


def _feishu(robot: Robot, message: Message) -> None:
    token = urlsplit(robot.url).path.rstrip("/").rpartition("/")[2]
    _make(feishu.NotifyFeishu, token=token).notify(body=message.text[:LONGEST])


def _webhook(robot: Robot, message: Message) -> None:
    more = {
        "link": message.link,
        "kind": message.kind,
        "urgent": message.urgent,
        "at": message.at.isoformat(),
        "key": message.key,
    }
    plugin = _make(custom_json.NotifyJSON, host=urlsplit(robot.url).hostname, payload=more)
    plugin.notify(title=message.title, body=message.body or message.title)


_PLUGINS: dict[Channel, Callable[[Robot, Message], None]] = {
    Channel.WECOM: _wecom,
    Channel.DINGTALK: _dingtalk,
    Channel.FEISHU: _feishu,
    Channel.WEBHOOK: _webhook,
}


def _judged(channel: Channel, answer: wire.Answer, robot: Robot) -> Outcome:
    said = _without_secrets(answer.text, robot)
    status = answer.status_code
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Outcome(Failure.BUSY, str(status))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Outcome(Failure.BROKEN, f"{status} {said}")
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Outcome(Failure.REFUSED, f"{status} {said}")
    if channel is Channel.WEBHOOK:
        return SENT
    return _judged_by_code(said)


def _judged_by_code(said: str) -> Outcome:
    """What a chat robot's own answer means: `errcode` (WeCom, DingTalk) or `code` (Feishu)."""
    try:
        answer = json.loads(said)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        return Outcome(Failure.REFUSED, said)
    code = answer.get("errcode", answer.get("code", answer.get("StatusCode")))
    if code == 0:
        return SENT
    words = f"{code} {answer.get('errmsg') or answer.get('msg') or ''}"
    return Outcome(Failure.BUSY if code in ASKED_TOO_OFTEN else Failure.REFUSED, words)


def _without_secrets(text: str, robot: Robot) -> str:
    """What the receiver said, should it repeat what nobody is to see."""
    parts = urlsplit(robot.url)
    values = [value for found in parse_qs(parts.query).values() for value in found]
    for secret in (robot.url, robot.secret, *values, parts.path.rpartition("/")[2]):
        if len(secret) > 5:  # noqa: PLR2004
            text = text.replace(secret, "…")
    return text


def _signed_for_feishu(content: bytes, secret: str) -> bytes:
    """Feishu's signature stands in the message: the secret and the second it was signed."""
    second = str(int(time.time()))
    sign = base64.b64encode(_hmac(f"{second}\n{secret}", b"")).decode()
    return json.dumps({**json.loads(content), "timestamp": second, "sign": sign}).encode()


def _hmac(key: str, content: bytes) -> bytes:
    return hmac.new(key.encode(), content, hashlib.sha256).digest()
