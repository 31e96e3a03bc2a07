"""A worker that is killed, an import that is given up: what was half done is not there."""

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection

from fangxian.foundation.people.models import Guardian, Membership, Person
from fangxian.kernel.intake import actions, sources, tasks
from fangxian.kernel.intake.models import Intake
from fangxian.kernel.intake.rules import State
from fangxian.kernel.intake.work import run
from tests.cast import AT, Cast, build
from tests.intake.files import as_csv

#: a worker that stops where it is told to, as long as a file is not there
WORKER = """
import sys, time
from pathlib import Path
import django
django.setup()
from datetime import datetime
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
from fangxian.foundation.people.roster import commit
from fangxian.kernel.intake import frames, holding, work
commit.PIECE = frames.CHUNK = 5
holding.PERIOD_SECONDS = 0
phase, marker = sys.argv[3], Path(sys.argv[4])
tell = holding.Progress._tell
def stopping(self, done, total):
    tell(self, done, total)
    if self._phase == phase and done:
        marker.touch()
        while marker.exists():
            time.sleep(0.02)
        tell(self, done, total)
holding.Progress._tell = stopping
work.run(int(sys.argv[2]), at=datetime.fromisoformat(sys.argv[5]))
"""
HEADING = ["班级", "姓名", "学号", "家长电话"]
MANY = [["三年级1班", f"新生{n}", f"N{n}", f"0000000{n:04}"] for n in range(40)]
WAIT_SECONDS = 60


@pytest.fixture
def real_cast(transactional_db: None) -> Cast:
    """The cast in tables that other processes see."""
    return build()


def uploaded(cast: Cast) -> Intake:
    content = io.BytesIO(as_csv([HEADING, *MANY]))
    return actions.upload(kind="roster", unit_id=cast.school.id, file_name="a.csv", file=content,
                          options={}, by=cast.actor("reporter"), at=AT)  # fmt: skip


@contextmanager
def worker(made: Intake, phase: str, marker: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A worker of its own, standing still in the middle of a phase."""
    words = [str(connection.settings_dict["NAME"]), str(made.pk), phase, str(marker),
             AT.isoformat()]  # fmt: skip
    process = subprocess.Popen([sys.executable, "-c", WORKER, *words], env=dict(os.environ))
    try:
        deadline = time.monotonic() + WAIT_SECONDS
        while not marker.exists():
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.02)
        yield process
    finally:
        process.kill()
        process.wait()


def traces(made: Intake) -> tuple[int, int, int, list[object], list[Path]]:
    """New people, memberships and guardians; tables and files of the import."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relname LIKE %s", [f"%\\_{made.pk}"])
        left = [row[0] for row in cursor.fetchall() if "intake" in row[0] or "roster" in row[0]]
    new = Person.objects.filter(name__startswith="新生")
    return (new.count(), Membership.objects.filter(person__in=new).count(),
            Guardian.objects.filter(person__in=new).count(), left,
            list(sources.folder().glob(f"{made.pk}.*")))  # fmt: skip


NOTHING: tuple[int, int, int, list[object], list[Path]] = (0, 0, 0, [], [])


def until(made: Intake, state: State) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while Intake.objects.get(pk=made.pk).state != state:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def reviewed(cast: Cast, phase: str) -> Intake:
    """An import about to enter a phase."""
    made = uploaded(cast)
    if phase == "writing":
        run(made.pk, at=AT)
        actions.commit(intake_id=made.pk, only_right=False, options={},
                       by=cast.actor("reporter"), at=AT)  # fmt: skip
    return made


@pytest.mark.parametrize("phase", ["reading", "comparing", "writing"])
def test_a_worker_killed_in_the_middle_is_followed_by_one_that_writes_once(
    real_cast: Cast, tmp_path: Path, phase: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = reviewed(real_cast, phase)
    with worker(made, phase, tmp_path / "stop") as killed:
        os.kill(killed.pid, signal.SIGKILL)
        killed.wait()
    assert traces(made)[:3] == (0, 0, 0)
    monkeypatch.setattr("fangxian.kernel.clock.now", lambda: AT)
    tasks.resume.func(timestamp=0)
    if phase != "writing":
        until(made, State.REVIEW)
        assert traces(made)[:3] == (0, 0, 0)
        actions.commit(intake_id=made.pk, only_right=False, options={},
                       by=real_cast.actor("reporter"), at=AT)  # fmt: skip
        run(made.pk, at=AT)
    until(made, State.DONE)
    assert traces(made) == (40, 40, 40, [], [])


@pytest.mark.parametrize("phase", ["reading", "comparing", "writing"])
def test_given_up_in_the_middle_leaves_nothing_behind(
    real_cast: Cast, tmp_path: Path, phase: str
) -> None:
    made = reviewed(real_cast, phase)
    with worker(made, phase, tmp_path / "stop") as working:
        actions.cancel(intake_id=made.pk, by=real_cast.actor("reporter"), at=AT)
        assert Intake.objects.get(pk=made.pk).cancel_asked
        (tmp_path / "stop").unlink()
        assert working.wait(WAIT_SECONDS) == 0
    assert Intake.objects.get(pk=made.pk).state == State.CANCELLED
    assert traces(made) == NOTHING


@pytest.mark.parametrize("phase", ["reading", "writing"])
def test_given_up_after_the_worker_was_killed_leaves_nothing_behind(
    real_cast: Cast, tmp_path: Path, phase: str
) -> None:
    made = reviewed(real_cast, phase)
    with worker(made, phase, tmp_path / "stop") as killed:
        os.kill(killed.pid, signal.SIGKILL)
        killed.wait()
    deadline = time.monotonic() + WAIT_SECONDS
    while actions.cancel(intake_id=made.pk, by=real_cast.actor("reporter"), at=AT).state in (
        State.READING, State.WRITING, State.UPLOADED,
    ):  # fmt: skip
        assert time.monotonic() < deadline  # the server takes a moment to see that it is alone
        time.sleep(0.05)
    assert traces(made) == NOTHING


def test_two_workers_at_once_are_one_too_many(real_cast: Cast, tmp_path: Path) -> None:
    made = uploaded(real_cast)
    with worker(made, "reading", tmp_path / "stop") as working:
        run(made.pk, at=AT)  # nothing happens
        assert Intake.objects.get(pk=made.pk).state == State.READING
        (tmp_path / "stop").unlink()
        while working.poll() is None:
            (tmp_path / "stop").unlink(missing_ok=True)
            time.sleep(0.02)
    assert Intake.objects.get(pk=made.pk).state == State.REVIEW


def test_a_review_outlives_the_server_by_reading_again(real_cast: Cast) -> None:
    made = uploaded(real_cast)
    run(made.pk, at=AT)
    with connection.cursor() as cursor:  # what a crash does to unlogged tables
        cursor.execute(f"TRUNCATE intake_row_{made.pk}, roster_row_{made.pk}")
    by = real_cast.actor("reporter")
    actions.commit(intake_id=made.pk, only_right=False, options={}, by=by, at=AT)
    run(made.pk, at=AT)
    assert Intake.objects.get(pk=made.pk).state == State.REVIEW
    actions.commit(intake_id=made.pk, only_right=False, options={}, by=by, at=AT)
    run(made.pk, at=AT)
    assert traces(made) == (40, 40, 40, [], [])
