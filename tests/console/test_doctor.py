"""The doctor sees what is wrong with a running installation, and says what to do."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from fangxian.console import postgres
from tests.console.tree import PATIENCE, ROOT, Tree, running_tree, settings

pytestmark = pytest.mark.embedded
DOCTOR = [sys.executable, "-m", "fangxian.console", "doctor"]
WORKERS = "SELECT count(*) FROM procrastinate_workers"
LATER = """
WITH job AS (
    INSERT INTO procrastinate_jobs (queue_name, task_name, args, status)
    VALUES ('nobody', 'tests.never', '{}', 'todo') RETURNING id)
SELECT id FROM job"""


@pytest.fixture(scope="module")
def tree(lasting_home: Path) -> Iterator[Tree]:
    with running_tree(lasting_home) as tree:
        tree.until("ready")
        both_workers(tree)
        yield tree


def both_workers(tree: Tree) -> None:
    """Wait until each has said that it lives: a late one would hide that the others are gone."""
    deadline = time.monotonic() + PATIENCE
    with postgres.Server(tree.home).connect("fangxian") as connection:
        while connection.execute(WORKERS).fetchone() != (2,):
            assert time.monotonic() < deadline, "a worker never came"
            time.sleep(0.2)


@pytest.fixture
def inside(tree: Tree) -> Iterator[psycopg.Connection]:
    with postgres.Server(tree.home).connect("fangxian") as connection:
        yield connection


def doctor(tree: Tree, *words: str) -> tuple[int, dict[str, list[dict[str, str]]]]:
    done = subprocess.run(
        [*DOCTOR, "--json", *words],
        env=settings(tree.home, tree.port),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    found: dict[str, list[dict[str, str]]] = {}
    told: dict[str, Any] = json.loads(done.stdout)
    for one in told["findings"]:
        found.setdefault(one["name"], []).append(one)
    return done.returncode, found


def states(found: dict[str, list[dict[str, str]]], name: str) -> set[str]:
    return {one["state"] for one in found[name]}


def test_a_healthy_installation_and_one_that_is_not(tree: Tree, inside: psycopg.Connection) -> None:
    healthy(tree)
    unwell(tree, inside)


def healthy(tree: Tree) -> None:
    status, found = doctor(tree)
    assert status == 0, found
    wanted = {"database", "roles", "migrations", "clock", "worker", "queues", "web", "disk"}
    assert wanted <= found.keys()
    assert states(found, "backup") == {"warn"}
    assert doctor(tree, "--strict")[0] == 1
    shown = subprocess.run(
        DOCTOR, env=settings(tree.home, tree.port), cwd=ROOT, capture_output=True, text=True
    ).stdout
    assert "fangxian backup --verify" in shown
    assert "0 wrong" in shown


def unwell(tree: Tree, inside: psycopg.Connection) -> None:
    job = inside.execute(LATER).fetchone()
    inside.execute(
        "UPDATE procrastinate_events SET at = at - interval '1 hour' WHERE job_id = %s", job
    )
    inside.execute("DELETE FROM procrastinate_workers")
    row = inside.execute(
        "DELETE FROM django_migrations WHERE app = 'checks' AND name LIKE '0001%' "
        "RETURNING app, name, applied"
    ).fetchone()
    assert row is not None
    status, found = doctor(tree)
    assert status == 1
    assert states(found, "migrations") == {"fail"}
    assert found["migrations"][0]["do"] == "run fangxian migrate"
    inside.execute("INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, %s)", row)

    status, found = doctor(tree)
    assert status == 1
    assert states(found, "worker") == {"fail"}
    assert "fail" in states(found, "queues")
    assert "nobody: 1 due" in " ".join(one["says"] for one in found["queues"])


def test_without_a_database_the_rest_is_still_looked_at(home: Path) -> None:
    home.mkdir()
    nowhere = Tree.__new__(Tree)
    nowhere.home, nowhere.port = home, 1
    status, found = doctor(nowhere)
    assert status == 1
    assert states(found, "database") == {"fail"}
    assert found["database"][0]["do"] == "start it with fangxian up"
    assert states(found, "worker") == {"unknown"}
    assert states(found, "disk") <= {"ok", "warn"}
