"""Whose address a request has: a proxy's word counts, a client's own does not."""

from ipaddress import ip_network

import pytest

from fangxian.foundation.accounts.addresses import client_address, nearest

PROXIES = [ip_network("127.0.0.0/8"), ip_network("10.1.0.0/16")]


@pytest.mark.parametrize(
    ("forwarded", "peer", "expected"),
    [
        ("", "192.0.2.7", "192.0.2.7"),
        ("198.51.100.1", "192.0.2.7", "192.0.2.7"),  # no proxy: its word is worth nothing
        ("198.51.100.1", "127.0.0.1", "198.51.100.1"),
        ("203.0.113.9, 198.51.100.1", "127.0.0.1", "198.51.100.1"),  # the first was made up
        ("198.51.100.1, 10.1.0.5", "127.0.0.1", "198.51.100.1"),
        ("203.0.113.9, nonsense", "127.0.0.1", "127.0.0.1"),
        ("", "127.0.0.1", "127.0.0.1"),
        ("::ffff:198.51.100.1", "127.0.0.1", "198.51.100.1"),
        ("", "", None),
    ],
)
def test_the_nearest_address_that_is_no_proxy_counts(
    forwarded: str, peer: str, expected: str | None
) -> None:
    assert nearest([*forwarded.split(","), peer], PROXIES) == expected


def test_behind_nothing_else_this_machine_is_believed() -> None:
    meta = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "198.51.100.1"}
    assert client_address(meta) == "198.51.100.1"
    assert client_address(meta | {"REMOTE_ADDR": "192.0.2.7"}) == "192.0.2.7"
    assert client_address({}) is None
