"""What may not be set where people work: each is refused with the line that mends it.

A copy serves others once it is reached from other machines, or says of itself that it is. A
demonstration holds nobody's data; `FANGXIAN_DEBUG` on a developer's own machine neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Protocol
from urllib.parse import urlsplit

#: keys that stand in examples, documents and other people's repositories
WELL_KNOWN = re.compile(
    "insecure|change.?me|example|secret.?key|password|development|testing|placeholder|your.?key",
    re.IGNORECASE,
)
FEWEST_CHARACTERS = 10  # of 32: a key drawn by lot has more different ones than that
HOST = re.compile(r"\.?[a-z0-9-]+(\.[a-z0-9-]+)*|\[[0-9a-f:.]+\]", re.IGNORECASE)


class Set(Protocol):
    """What is looked at, as the environment holds it."""

    @property
    def demo(self) -> str: ...

    secret_key: str
    allowed_hosts: list[str]
    public_url: str
    bind: str
    debug: bool
    https: bool


def refusals(environment: Set) -> Iterator[str]:
    """One line for each setting that cannot be served with."""
    if environment.demo:
        return
    key = environment.secret_key
    if key and (WELL_KNOWN.search(key) or len(set(key)) < FEWEST_CHARACTERS):
        yield (
            "FANGXIAN_SECRET_KEY is one that others know or guess: leave it out, "
            "and a key is made and kept in FANGXIAN_HOME/keys"
        )
    for host in environment.allowed_hosts:
        if host == "*" or not HOST.fullmatch(host):
            yield (
                f"FANGXIAN_ALLOWED_HOSTS holds {host!r}, which is not the name of a host: "
                "write the names that people type, such as fangxian.example.cn"
            )
    if environment.debug and serves_others(environment):
        yield (
            "FANGXIAN_DEBUG shows the inside of the system to whoever causes an error: "
            "leave it out, or serve this machine only with FANGXIAN_BIND=127.0.0.1"
        )
    if environment.public_url.startswith("https:") and not environment.https:
        yield (
            "FANGXIAN_PUBLIC_URL begins with https, but sign-ins would be sent without it too: "
            "write FANGXIAN_HTTPS=1"
        )
    if environment.public_url.startswith("http:") and environment.https:
        yield (
            "FANGXIAN_HTTPS=1 keeps sign-ins to https, but FANGXIAN_PUBLIC_URL leads people "
            "to http: write it with https"
        )


def serves_others(environment: Set) -> bool:
    """Whether anybody but who sits at this machine is to reach it."""
    named = [environment.bind, *environment.allowed_hosts]
    named += [urlsplit(environment.public_url).hostname or ""]
    return environment.https or not all(map(_is_this_machine, filter(None, named)))


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
