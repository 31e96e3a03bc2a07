"""Homes of their own: these stories start and kill servers."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def home() -> Iterator[Path]:
    """An empty home with a path short enough for a socket, where PostgreSQL's user may pass."""
    with tempfile.TemporaryDirectory(prefix="fx-") as parent:
        Path(parent).chmod(0o711)
        yield Path(parent) / "home"
