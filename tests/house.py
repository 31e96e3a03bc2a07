"""A home of its own for a test run, set before the settings are read (see `addopts`)."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

KEPT = {"FANGXIAN_DATABASE_URL", "FANGXIAN_NO_BROWSER"}
IS_XDIST_WORKER = "PYTEST_XDIST_WORKER" in os.environ
PREFIX = "fangxian-tests-"


def _clear_environment() -> Path:
    """Forget the developer's own settings; make a home that the workers inherit by name."""
    for name in [name for name in os.environ if name.startswith("FANGXIAN_")]:
        if name not in KEPT:
            del os.environ[name]
    parent = Path(tempfile.mkdtemp(prefix=PREFIX))
    # PostgreSQL runs as a user of its own, who must be able to pass.
    parent.chmod(0o711)
    os.environ["FANGXIAN_HOME"] = str(parent / "home")
    os.environ["FANGXIAN_DB_ROLE"] = "owner"
    return parent


_parent = None if IS_XDIST_WORKER else _clear_environment()


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    if _parent is not None:
        shutil.rmtree(_parent, ignore_errors=True)
