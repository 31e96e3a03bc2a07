"""Where a request comes from: the client itself, or what a proxy of ours says of it."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from django.conf import settings

Network = IPv4Network | IPv6Network


def client_address(meta: Mapping[str, Any]) -> str | None:
    """The client's address; None where there is none, as in a call without a connection.

    `X-Forwarded-For` counts only as far as proxies of ours wrote it: read from its end, the
    first address that is none of theirs. Whatever a client wrote before that is not looked at.
    """
    proxies = _networks(tuple(settings.FANGXIAN.proxies))
    forwarded = str(meta.get("HTTP_X_FORWARDED_FOR", "")).split(",")
    return nearest([*forwarded, str(meta.get("REMOTE_ADDR", ""))], proxies)


@lru_cache(maxsize=8)  # it stands in the way of every check
def _networks(texts: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ip_network(one) for one in texts)


def nearest(addresses: Sequence[str], proxies: Sequence[Network]) -> str | None:
    """The last of some addresses that is no proxy's; a word that is no address ends the search."""
    found = None
    for text in reversed(addresses):
        address = _address(text.strip())
        if address is None:
            break
        found = str(address)
        if not any(address in network for network in proxies):
            break
    return found


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
