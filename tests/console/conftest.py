"""Homes of their own: these stories start and kill servers."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def _new_home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="fx-") as parent:
        # A path short enough for a socket, where PostgreSQL's user may pass.
        Path(parent).chmod(0o711)
        yield Path(parent) / "home"


@pytest.fixture
def home() -> Iterator[Path]:
    """An empty home."""
    with _new_home() as made:
        yield made


@pytest.fixture(scope="module")
def lasting_home() -> Iterator[Path]:
    """A home that the stories of one module use one after the other."""
    with _new_home() as made:
        yield made
