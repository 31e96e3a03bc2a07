"""A backup comes back the same; a damaged one, and one that would replace data, is refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from fangxian.config.database import Login, direct_login, from_url
from fangxian.config.environment import DatabaseRole, Environment
from fangxian.console import postgres, roles
from fangxian.console.backups import contents, manifest

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Installation:
    """A home of its own, on the embedded server or on the one that this run was given."""

    home: Path
    name: str

    @property
    def environment(self) -> Environment:
        changes: dict[str, object] = {"home": self.home}
        if not settings.FANGXIAN.embedded:
            parts = urlsplit(settings.FANGXIAN.database_url)
            changes["database_url"] = parts._replace(path=f"/{self.name}").geturl()
        return settings.FANGXIAN.model_copy(update=changes)

    def run(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("FANGXIAN_")}
        environment = self.environment
        ours = {"FANGXIAN_HOME": str(self.home)}
        if not environment.embedded:
            ours["FANGXIAN_DATABASE_URL"] = environment.database_url
        return subprocess.run(
            [sys.executable, "-m", "fangxian.console", *map(str, words)],
            env={**kept, **ours},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    def says(self, *words: str | Path) -> str:
        done = self.run(*words)
        assert done.returncode == 0, done.stderr
        return done.stderr

    def is_refused(self, *words: str | Path) -> str:
        done = self.run(*words)
        assert done.returncode != 0
        return done.stderr

    @contextmanager
    def owner(self) -> Iterator[Login]:
        environment = self.environment
        if not environment.embedded:
            yield direct_login(environment, DatabaseRole.OWNER)
            return
        with postgres.running(self.home):
            yield direct_login(environment, DatabaseRole.OWNER)

    def held(self) -> dict[str, contents.Table]:
        with self.owner() as owner, contents.snapshot(owner) as (_connection, moment):
            return contents.read(owner, moment=moment, jobs=2)


@pytest.fixture
def two(home: Path) -> Iterator[tuple[Installation, Installation]]:
    made = Installation(home, "story_one"), Installation(home.with_name("second"), "story_two")
    with contents_of_server(*(one.name for one in made)):
        yield made


@contextmanager
def contents_of_server(*names: str) -> Iterator[None]:
    if settings.FANGXIAN.embedded:
        yield
        return
    with roles.connect(from_url(settings.FANGXIAN.database_url)) as server:
        for name in names:
            server.execute(f"CREATE DATABASE {name}")
        try:
            yield
        finally:
            for name in names:
                server.execute(f"DROP DATABASE {name}")
                for role in roles.SERVING:
                    server.execute(f"DROP ROLE {name}_{role}")


def counted(held: dict[str, contents.Table]) -> dict[str, tuple[int, str]]:
    return {name: (table.rows, table.checksum) for name, table in held.items()}


def test_a_backup_comes_back_the_same(two: tuple[Installation, Installation]) -> None:
    one, other = two
    one.says("migrate", "--verbosity=0")
    one.says("init")
    (one.home / "files").mkdir(exist_ok=True)
    (one.home / "files" / "letter.txt").write_text("kept")
    said = one.says("backup", "--verify", "--keys")
    assert "Verified: " in said
    (made,) = [path for path in (one.home / "backups").iterdir() if path.is_dir()]
    assert made.stat().st_mode & 0o077 == 0
    assert json.loads((one.home / "backups" / "latest.json").read_text())["verified"] is True

    other.says("restore", made, "--keys")
    before = one.held()
    assert before["public.units_unit"].rows > 200
    assert counted(other.held()) == counted(before) == counted(manifest.read(made).tables)
    assert (other.home / "files" / "letter.txt").read_text() == "kept"
    secret = "keys/secret_key"
    assert (other.home / secret).read_text() != (one.home / secret).read_text()

    refusal = other.is_refused("restore", made)
    assert "holds data" in refusal
    assert "--replace" in refusal
    other.says("restore", made, "--replace", "--keys")
    assert counted(other.held()) == counted(before)
    assert (other.home / secret).read_text() == (one.home / secret).read_text()
    other.says("migrate", "--check")

    with next((made / "database").glob("*.dat.gz")).open("ab") as file:
        file.write(b"!")
    assert "has been damaged" in other.is_refused("restore", made, "--replace")
    assert "has been damaged" in other.is_refused("backup", made, "--only-verify")
    assert "is not a backup" in other.is_refused("restore", one.home)
    assert counted(other.held()) == counted(before)


def test_a_difference_is_seen_in_rows_and_in_what_they_say() -> None:
    table = contents.Table(3, "17", 100)
    wanted = {"public.a": table, "public.b": table, "public.c": table}
    found = {
        "public.a": contents.Table(2, "17", 100),
        "public.b": contents.Table(3, "18", 100),
        "public.d": table,
    }
    assert contents.differences(wanted, wanted) == []
    assert contents.differences(wanted, found) == [
        "public.c is missing",
        "public.d is too much",
        "public.a has 2 rows instead of 3",
        "public.b has other rows",
    ]
