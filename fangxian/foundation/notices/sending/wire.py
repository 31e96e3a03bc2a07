"""One HTTP request to somebody else's server, and no further than it may go.

No redirects, no proxies, a limit on time and size. Where robots may not be just anywhere, the
connection itself is looked at before a byte is sent: a name that resolves to a public address
when asked, and to a private one when called, gets nothing.
"""

import ipaddress
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

from fangxian.foundation.notices.rules import Failure
from fangxian.foundation.notices.sending.outcomes import NotSent

CONNECT_SECONDS = 5
READ_SECONDS = 10
LONGEST_ANSWER = 64 * 1024
CHUNK = 4096


@dataclass(frozen=True)
class Answer:
    """What the receiver said."""

    status_code: int
    content: bytes

    @property
    def text(self) -> str:
        """The answer as text, whatever it is."""
        return self.content.decode(errors="replace")


class PrivateAddress(Exception):
    """The server stands inside: in this machine's own network, or is this machine."""


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public network."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo or (None, None))[1]
        if inner is not None:
            return is_public(str(inner))
        if found in ipaddress.ip_network("64:ff9b::/96"):
            return False
    return found.is_global and not found.is_multicast


class _Guarded:
    """A connection that looks at where it has come to before it says anything."""

    def _new_conn(self) -> Any:
        made = super()._new_conn()  # type: ignore[misc]
        if is_public(made.getpeername()[0]):
            return made
        made.close()
        raise PrivateAddress


class _GuardedHTTP(_Guarded, HTTPConnection):
    pass


class _GuardedHTTPS(_Guarded, HTTPSConnection):
    pass


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _GuardedHTTP


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedHTTPS


class _PublicOnly(HTTPAdapter):
    """Connects to public addresses only."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}


def call(
    method: str,
    url: str,
    *,
    content: bytes,
    headers: Mapping[str, str],
    anywhere: bool,
    params: Mapping[str, str] | None = None,
) -> Answer:
    """Ask once and read the answer; NotSent says in our words why there is none."""
    with requests.Session() as session:
        session.trust_env = False
        if not anywhere:
            for scheme in ("http://", "https://"):
                session.mount(scheme, _PublicOnly())
        try:
            return _exchange(session, method, url, content, headers, params)
        except PrivateAddress:
            raise NotSent(Failure.PRIVATE) from None
        except requests.Timeout:
            raise NotSent(Failure.TIMEOUT) from None
        except (requests.exceptions.SSLError, ssl.SSLError):
            raise NotSent(Failure.INSECURE) from None
        except (requests.RequestException, ValueError, OSError):
            raise NotSent(Failure.UNREACHABLE) from None


def _exchange(
    session: requests.Session,
    method: str,
    url: str,
    content: bytes,
    headers: Mapping[str, str],
    params: Mapping[str, str] | None,
) -> Answer:
    deadline = time.monotonic() + CONNECT_SECONDS + READ_SECONDS
    answer = session.request(
        method,
        url,
        data=content,
        headers=dict(headers),
        params=dict(params or {}),
        timeout=(CONNECT_SECONDS, READ_SECONDS),
        allow_redirects=False,
        stream=True,
    )
    read = b""
    for chunk in answer.iter_content(CHUNK):
        read += chunk
        if len(read) >= LONGEST_ANSWER:
            break
        if time.monotonic() > deadline:
            raise NotSent(Failure.TIMEOUT)
    return Answer(answer.status_code, read)
