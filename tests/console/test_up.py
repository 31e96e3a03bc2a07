"""`fangxian up`: one tree of processes that answers, mends itself and leaves nothing behind."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.console.tree import ROOT, UP, Tree, free_port, running_tree, settings, status_of

pytestmark = [pytest.mark.embedded, pytest.mark.xdist_group("up")]

PATIENCE = 120


@pytest.fixture
def tree(lasting_home: Path) -> Iterator[Tree]:
    with running_tree(lasting_home) as tree:
        yield tree


def refused(home: Path, port: int) -> str:
    ended = subprocess.run(
        UP, env=settings(home, port), cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 2
    return ended.stderr


def nobody_serves_as_root(tree: Tree) -> None:
    """Web and worker are somebody who cannot read the key all passwords follow from."""
    for words in ("fangxian.console.web", "--name=worker", "--name=heavy worker"):
        user = Path(f"/proc/{tree.find(words)}").stat().st_uid
        assert user == pwd.getpwnam("fangxian-web").pw_uid
    assert (tree.home / "keys" / "database").stat().st_mode & 0o077 == 0


def test_the_tree_answers_mends_itself_and_ends_in_seconds(tree: Tree) -> None:
    assert tree.until("ready").endswith(f"http://127.0.0.1:{tree.port}")
    assert status_of(tree.port) == 200
    assert "already runs" in refused(tree.home, free_port())
    assert f":{tree.port} cannot be served" in refused(tree.home.with_name("other"), tree.port)

    if os.geteuid() == 0:
        nobody_serves_as_root(tree)

    os.kill(tree.find("--name=worker"), signal.SIGKILL)
    tree.until(r"The worker ended unexpectedly \(signal SIGKILL\); starting it again")
    os.kill(tree.find(f"{tree.home}/postgres"), signal.SIGKILL)
    tree.until("The database ended unexpectedly; starting it again")
    deadline = time.monotonic() + PATIENCE
    while status_of(tree.port) != 200 and time.monotonic() < deadline:
        time.sleep(0.1)

    begun = time.monotonic()
    tree.process.send_signal(signal.SIGTERM)
    assert tree.process.wait(30) == 0
    assert time.monotonic() - begun < 15
    assert tree.members() == {}


def test_nothing_outlives_a_killed_parent(tree: Tree) -> None:
    tree.until("ready")
    tree.process.kill()
    tree.process.wait(10)
    deadline = time.monotonic() + 30
    while tree.members() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert tree.members() == {}
