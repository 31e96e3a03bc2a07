"""Where a robot stands: what may be entered as its address, and which lane that is."""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, urlsplit

from django.utils.translation import gettext as _

from fangxian.foundation.notices.rules import Channel
from fangxian.kernel.errors import Invalid

HOSTS = {
    Channel.WECOM: ("qyapi.weixin.qq.com",),
    Channel.DINGTALK: ("oapi.dingtalk.com", "api.dingtalk.com"),
    Channel.FEISHU: ("open.feishu.cn", "open.larksuite.com"),
}
KEY = re.compile(r"[A-Za-z0-9_-]+")
TOKEN = re.compile(r"[A-Za-z0-9]+")
LONGEST_LANE = 120


@dataclass(frozen=True)
class Endpoint:
    """A robot's address as it is kept, and the lane it shares with all on the same host."""

    url: str
    lane: str


def endpoint(channel: Channel, url: str, *, anywhere: bool) -> Endpoint:
    """The address of a robot, if it may stand there; Invalid says what to enter.

    anywhere: the installation lets robots stand inside its own network.
    """
    text = url.strip()
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _wrong(_("This is not an address. Copy the robot's webhook address.")) from None
    if parts.scheme not in ("https", "http") or not host or parts.username:
        raise _wrong(_("This is not an address. Copy the robot's webhook address."))
    if not anywhere:
        _check_outside(channel, parts.scheme, host)
    _check_key(channel, parts)
    place = f"{host}:{port}" if port else host
    return Endpoint(text, f"{channel} {place}"[:LONGEST_LANE])


def _check_outside(channel: Channel, scheme: str, host: str) -> None:
    if scheme != "https":
        raise _wrong(_("The address must begin with https://"))
    if channel in HOSTS and host not in HOSTS[channel]:
        raise _wrong(
            _("Such a robot's address begins with https://%(host)s") % {"host": HOSTS[channel][0]}
        )
    try:
        inside = not ipaddress.ip_address(host).is_global
    except ValueError:
        inside = "." not in host
    if inside:
        raise _wrong(_("A robot may not stand inside a private network."))


def _check_key(channel: Channel, parts: SplitResult) -> None:
    query = parse_qs(parts.query)
    found = {
        Channel.WECOM: (KEY, query.get("key", [""])[0]),
        Channel.DINGTALK: (TOKEN, query.get("access_token", [""])[0]),
        Channel.FEISHU: (KEY, parts.path.rstrip("/").rpartition("/")[2]),
    }
    if channel in found:
        pattern, key = found[channel]
        if not pattern.fullmatch(key):
            raise _wrong(_("The key is missing from this address. Copy all of it."))


def _wrong(text: str) -> Invalid:
    return Invalid(text, {"url": [text]})
