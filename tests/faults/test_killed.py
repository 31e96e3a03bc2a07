"""kill -9 in the middle of the load: what was acknowledged is there, once; nothing else is."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from fangxian.console import postgres
from tests.console.tree import ROOT, Tree, running_tree, settings, status_of

# One installation for both stories: they stay with one worker of the run.
pytestmark = [pytest.mark.embedded, pytest.mark.xdist_group("faults")]
GROUPS = 900
CLIENTS = 4
# Between two checks of one client: the load lasts about as long as the faults do.
PAUSE = 0.05
PATIENCE = 120
WEB = "fangxian.console.web"

KEPT = """
SELECT r.unit_id, count(*), min(r.id), count(*) FILTER (WHERE r.is_current)
FROM check_revision r WHERE r.day = %(day)s GROUP BY r.unit_id"""
ANSWERED = """
SELECT o.unit_id FROM obligation o
WHERE o.day = %(day)s AND o.kind = 'check.morning' AND o.told_at IS NOT NULL"""
NOTED = """
SELECT unit_id, count(*) FROM audit_event WHERE event = 'checks.recorded' GROUP BY unit_id"""
FIRED = """
SELECT kind, rung, level, unit_id, school_id, silent, told, gaps, raised_to, folded_into
FROM escalation_firing WHERE day = %(day)s ORDER BY 1, 2, 3, 4, 5"""
TOLD = "SELECT kind, user_id, count(*) FROM notice WHERE day = %(day)s GROUP BY 1, 2 ORDER BY 1, 2"
DECIDED = "SELECT kind, rung FROM escalation_decided WHERE day = %(day)s ORDER BY 1, 2"


@dataclass
class Teachers:
    """Somebody at a counter with many groups: asks again until a check is acknowledged."""

    port: int
    day: str
    groups: Sequence[dict[str, Any]]
    acknowledged: dict[int, int] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)
    interruptions: int = 0
    _connection: http.client.HTTPConnection | None = None

    def work(self) -> None:
        for group in self.groups:
            deadline = time.monotonic() + PATIENCE
            while not self._tell(group) and time.monotonic() < deadline:
                self.interruptions += 1
                time.sleep(PAUSE)
            time.sleep(PAUSE)
        if self._connection is not None:
            self._connection.close()

    def _tell(self, group: dict[str, Any]) -> bool:
        enrolled = group["enrolled"]
        told = {"unit": group["code"], "day": self.day, "session": "morning"}
        told |= {"enrolled": enrolled, "present": enrolled, "not_known": 0}
        headers = {
            "Authorization": f"Bearer {group['token']}",
            "Content-Type": "application/json",
        }
        self._connection = self._connection or http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=30
        )
        try:
            self._connection.request("POST", "/api/v1/checks", json.dumps(told), headers)
            answer = self._connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            self._connection = None
            return False
        if answer.status in (200, 201):
            self.acknowledged[group["unit_id"]] = json.loads(text)["id"]
            return True
        if answer.status < 500:
            self.refusals.append(f"{answer.status} {text!r}")
            return True
        return False


@pytest.fixture(scope="module")
def tree(lasting_home: Path) -> Iterator[Tree]:
    with running_tree(lasting_home) as tree:
        tree.until("ready")
        yield tree


def ground(tree: Tree, *words: str) -> subprocess.Popen[str]:
    environment = settings(tree.home, tree.port)
    environment |= {"DJANGO_SETTINGS_MODULE": "fangxian.config.settings"}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.ground", *words],
        env={**environment, "FANGXIAN_DB_ROLE": "owner"},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def rows(tree: Tree, query: str, day: str) -> list[Any]:
    with postgres.Server(tree.home).connect("fangxian") as connection:
        return connection.execute(query, {"day": date.fromisoformat(day)}).fetchall()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with suppress(OSError, psycopg.Error, StopIteration, http.client.HTTPException):
            if condition():
                return
        time.sleep(0.1)
    raise AssertionError("it did not come back")


def ends(process: subprocess.Popen[str]) -> int:
    process.communicate()
    return process.returncode


def kill(tree: Tree, words: str, *, youngest: bool = False) -> None:
    """The first, or the last started, process with these words; then until all answers again."""
    found = sorted(pid for pid, line in tree.members().items() if words in line)
    victim = found[-1 if youngest else 0]
    os.kill(victim, signal.SIGKILL)
    until(lambda: victim not in tree.members() and status_of(tree.port) == 200)
    until(lambda: words in " ".join(tree.members().values()))


@pytest.fixture(scope="module")
def prepared(tree: Tree) -> dict[str, Any]:
    said, _nothing = ground(tree, "prepare", str(GROUPS)).communicate()
    told: dict[str, Any] = json.loads(said)
    return told


def test_every_acknowledged_check_is_there_once(tree: Tree, prepared: dict[str, Any]) -> None:
    day, groups = prepared["days"][0], prepared["groups"]
    assert len(groups) == GROUPS
    teachers = [Teachers(tree.port, day, groups[part::CLIENTS]) for part in range(CLIENTS)]
    threads = [threading.Thread(target=one.work) for one in teachers]
    for thread in threads:
        thread.start()
    time.sleep(1)
    kill(tree, WEB, youngest=True)  # one of its processes
    kill(tree, WEB)  # all of it
    kill(tree, "--name=worker")
    kill(tree, f"{tree.home}/postgres")
    kill(tree, f"{tree.home}/postgres")
    for thread in threads:
        thread.join()

    acknowledged = {unit: kept for one in teachers for unit, kept in one.acknowledged.items()}
    assert [one.refusals for one in teachers] == [[]] * CLIENTS
    assert sum(one.interruptions for one in teachers) > 0
    assert acknowledged.keys() == {group["unit_id"] for group in groups}
    kept = {unit: (count, first, current) for unit, count, first, current in rows(tree, KEPT, day)}
    assert kept == {unit: (1, first, 1) for unit, first in acknowledged.items()}
    assert {unit for (unit,) in rows(tree, ANSWERED, day)} == kept.keys()
    assert dict(rows(tree, NOTED, day)) == dict.fromkeys(kept, 1)


def test_every_rung_is_told_once(tree: Tree, prepared: dict[str, Any]) -> None:
    _today, killed, quiet = prepared["days"]
    assert ends(ground(tree, "sweep", quiet)) == 0
    for seconds in (0.05, 0.4):
        sweeper = ground(tree, "sweep", killed)
        assert sweeper.stdout is not None
        assert sweeper.stdout.readline() == "sweeping\n"
        time.sleep(seconds)
        sweeper.kill()
        ends(sweeper)
    both = [ground(tree, "sweep", killed) for _ in range(2)]
    assert [ends(one) for one in both] == [0, 0]
    for query in (DECIDED, FIRED, TOLD):
        assert rows(tree, query, killed) == rows(tree, query, quiet) != []
