"""Rings of keys for one test, without touching those of the run."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings

from fangxian.kernel.secrets.keyring import Ring, new_ring, ring

Use = Callable[[Ring], Ring]


@pytest.fixture
def use() -> Iterator[Use]:
    """Have these keys until the test ends."""
    before = settings.FIELD_KEYS

    def have(keys: Ring) -> Ring:
        settings.FIELD_KEYS = keys.text()
        return ring(anew=True)

    yield have
    settings.FIELD_KEYS = before
    ring(anew=True)


@pytest.fixture
def keys(use: Use) -> Ring:
    """Keys of this test's own."""
    return use(new_ring())


@pytest.fixture(params=["aes-256-gcm", "sm4-gcm"])
def cipher(request: pytest.FixtureRequest) -> Iterator[str]:
    """Each way of sealing."""
    before, settings.FIELD_CIPHER = settings.FIELD_CIPHER, request.param
    yield request.param
    settings.FIELD_CIPHER = before
