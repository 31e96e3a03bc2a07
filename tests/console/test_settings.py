"""A setting that cannot be used ends in one line that names it and says what to write."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fangxian.config import database, environment
from fangxian.config.environment import BadSetting, DatabaseRole

ROOT = Path(__file__).resolve().parents[2]
URL = "postgresql://owner:p%40ss@db.example:6000/school?sslmode=require"


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("PORT", "http", "PORT is 'http', which cannot be used: write a port between"),
        ("PORT", "70000", "PORT is '70000', which cannot be used: write a port between"),
        ("FANGXIAN_DEMO", "city", "FANGXIAN_DEMO is 'city', .*: write province, holiday or"),
        ("FANGXIAN_DATABASE_URL", "mysql://a@b/c", "FANGXIAN_DATABASE_URL cannot be used: write"),
        ("FANGXIAN_DATABASE_URL", "postgresql://host/c", "FANGXIAN_DATABASE_URL cannot be used"),
        ("FANGXIAN_SECRET_KEY", "short", "FANGXIAN_SECRET_KEY cannot be used: write at least 32"),
        ("FANGXIAN_DEBUG", "perhaps", "FANGXIAN_DEBUG is 'perhaps', .*: write 1 or 0"),
        ("FANGXIAN_WEB_WORKERS", "0", "FANGXIAN_WEB_WORKERS is '0', .*: write a whole number"),
        ("FANGXIAN_DB_ROLE", "root", "FANGXIAN_DB_ROLE is 'root', .*: write owner, worker or web"),
        ("FANGXIAN_HOEM", "/srv", "FANGXIAN_HOEM is not a setting .*: did you mean FANGXIAN_HOME"),
    ],
)
def test_a_bad_value_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, line: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSetting, match=line) as caught:
        environment.load()
    assert "\n" not in str(caught.value)
    assert "short" not in str(caught.value)


def test_debug_is_for_this_machine_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANGXIAN_DEBUG", "1")
    assert environment.load().debug
    monkeypatch.setenv("FANGXIAN_BIND", "192.0.2.1")
    with pytest.raises(BadSetting, match="FANGXIAN_DEBUG shows the inside"):
        environment.load()


def test_an_external_servers_roles_are_named_after_its_database(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FANGXIAN_DATABASE_URL", URL)
    found = environment.load()
    owner, web = (database.login(found, role) for role in (DatabaseRole.OWNER, DatabaseRole.WEB))
    assert (owner.user, owner.password, owner.port) == ("owner", "p@ss", 6000)
    assert (web.user, web.host, web.name) == ("school_web", "db.example", "school")
    assert web.password != owner.password
    assert web.options == {"sslmode": "require"}


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"PORT": "0"}, "PORT is '0', which cannot be used: write a port between 1 and 65535\n"),
        (
            {"FANGXIAN_HOME": "/proc/nowhere"},
            "FANGXIAN_HOME: /proc/nowhere cannot be used (No such file or directory): "
            "write a directory that you may write to\n",
        ),
    ],
)
def test_the_command_ends_with_one_line_and_status_2(settings: dict[str, str], line: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "fangxian.console", "up"],
        env={**os.environ, **settings},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (2, line)


def test_behind_a_pool_only_the_web_goes_through_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANGXIAN_DATABASE_URL", "postgresql://owner:pw@pool.example:6432/lessons")
    monkeypatch.setenv("FANGXIAN_DATABASE_DIRECT_URL", URL)
    found = environment.load()
    hosts = {role: database.login(found, role).host for role in DatabaseRole}
    assert hosts == {"owner": "db.example", "worker": "db.example", "web": "pool.example"}
    web = database.login(found, DatabaseRole.WEB)
    assert (web.user, web.name) == ("school_web", "lessons")
    assert database.direct_login(found, DatabaseRole.WEB).name == "school"


@pytest.mark.parametrize(("prepares", "threshold"), [("0", None), ("1", 5)])
def test_a_pool_is_asked_nothing_it_cannot_do(
    monkeypatch: pytest.MonkeyPatch, prepares: str, threshold: int | None
) -> None:
    monkeypatch.setenv("FANGXIAN_DATABASE_URL", "postgresql://owner:pw@pool.example:6432/lessons")
    monkeypatch.setenv("FANGXIAN_DATABASE_DIRECT_URL", URL)
    monkeypatch.setenv("FANGXIAN_POOL_PREPARES", prepares)
    monkeypatch.setenv("FANGXIAN_DB_ROLE", "web")
    to = database.django_database(environment.load())
    assert to["OPTIONS"]["prepare_threshold"] == threshold
    assert to["DISABLE_SERVER_SIDE_CURSORS"] is True
    assert "options" not in to["OPTIONS"]


def test_what_the_address_says_of_the_session_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANGXIAN_DATABASE_URL", f"{URL}&options=-c%20statement_timeout%3D5s")
    monkeypatch.setenv("FANGXIAN_DB_ROLE", "web")
    assert (
        database.django_database(environment.load())["OPTIONS"]["options"]
        == "-c statement_timeout=5s"
    )


def test_a_direct_address_alone_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FANGXIAN_DATABASE_URL", raising=False)
    monkeypatch.setenv("FANGXIAN_DATABASE_DIRECT_URL", URL)
    with pytest.raises(BadSetting, match="FANGXIAN_DATABASE_DIRECT_URL goes with a pool"):
        environment.load()


def test_who_serves_is_not_told_the_owners_password() -> None:
    told = database.without_password(URL)
    assert told == "postgresql://owner@db.example:6000/school?sslmode=require"
