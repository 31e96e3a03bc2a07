"""The first command on an empty home, whichever it is: it works, or says what to do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.console.tree import ROOT, free_port, settings

pytestmark = pytest.mark.embedded


def command(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "fangxian.console", *words],
        env=settings(home, free_port()),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_empty_home_is_set_up_by_init_and_others_say_what_to_do(home: Path) -> None:
    early = command(home, "token", "--user", "nobody", "--unit", "510000")
    assert early.returncode == 2
    assert "run fangxian up" in early.stderr and "Traceback" not in early.stderr

    made = command(home, "init")
    assert made.returncode == 0, made.stderr
    assert "/invitation/" in made.stdout
