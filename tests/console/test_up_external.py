"""`fangxian up` on a server that somebody else runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from fangxian.config.database import from_url
from fangxian.console.roles import SERVING, connect
from tests.console.tree import ROOT, Tree, running_tree, status_of
from tests.console.tree import settings as settings_of

pytestmark = pytest.mark.external
NAME = "story_up"


@pytest.fixture
def url() -> Iterator[str]:
    given = settings.FANGXIAN.database_url
    with connect(from_url(given)) as server:
        server.execute(f"CREATE DATABASE {NAME}")
        yield urlsplit(given)._replace(path=f"/{NAME}").geturl()
        server.execute(f"DROP DATABASE {NAME} WITH (FORCE)")
        for role in SERVING:
            server.execute(f"DROP ROLE {NAME}_{role}")


def test_it_serves_and_keeps_the_owners_password_to_itself(home: Path, url: str) -> None:
    with running_tree(home, FANGXIAN_DATABASE_URL=url) as tree:
        tree.until("ready")
        assert status_of(tree.port) == 200
        secret = from_url(url).password.encode()
        for words in ("fangxian.console.web", "--name=worker", "--name=heavy worker"):
            environ = Path(f"/proc/{tree.find(words)}/environ").read_bytes()
            assert b"FANGXIAN_DATABASE_URL=" in environ
            assert secret not in environ
        found = doctor(tree, url)
        assert {one["name"] for one in found if one["state"] == "fail"} == set()
        assert any("FANGXIAN_DATABASE_URL, PostgreSQL" in one["says"] for one in found)


def doctor(tree: Tree, url: str) -> list[dict[str, str]]:
    done = subprocess.run(
        [sys.executable, "-m", "fangxian.console", "doctor", "--json"],
        env={**os.environ, **settings_of(tree.home, tree.port), "FANGXIAN_DATABASE_URL": url},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    found: list[dict[str, str]] = json.loads(done.stdout)["findings"]
    return found
