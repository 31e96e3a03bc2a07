"""The machine and the settings: nothing here needs the database."""

from __future__ import annotations

import http.client
import json
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from fangxian.config.environment import Environment
from fangxian.console.doctor.findings import Finding, fail, ok, warn

GIB = 1024**3
SCARCE_GIB = 5
EMPTY_GIB = 1
BACKUP_EVERY = timedelta(hours=26)
ANSWER_SECONDS = 5


def settings(environment: Environment) -> Iterator[Finding]:
    """What the environment sets, as far as it is unwise together."""
    name, far = "settings", not environment.bind.startswith(("127.", "localhost", "::1"))
    if environment.debug:
        yield warn(name, "FANGXIAN_DEBUG is on", "leave it out where people work")
    if far and not environment.https:
        yield warn(
            name,
            f"pages are served on {environment.bind} without TLS",
            "put nginx before it (deploy/nginx.conf) with FANGXIAN_BIND=127.0.0.1 "
            "and FANGXIAN_HTTPS=1",
        )
    if environment.https and not environment.allowed_hosts:
        yield warn(
            name,
            "no host name is allowed but this machine's own",
            "set FANGXIAN_ALLOWED_HOSTS to the name that people type",
        )
    if environment.https and not environment.public_url:
        yield warn(
            name,
            "links in messages lead to this machine's own address",
            "set FANGXIAN_PUBLIC_URL to the address that people type",
        )
    yield ok(name, f"home {environment.home}, {environment.web_workers} web processes")


def disk(environment: Environment) -> Iterator[Finding]:
    """Space where the installation keeps its files."""
    free = shutil.disk_usage(environment.home).free / GIB
    says = f"{free:.1f} GiB free at {environment.home}"
    do = "make room, or move FANGXIAN_HOME to a larger disk"
    if free < EMPTY_GIB:
        yield fail("disk", says, do)
    elif free < SCARCE_GIB:
        yield warn("disk", says, do)
    else:
        yield ok("disk", says)


def backup(environment: Environment, at: datetime) -> Iterator[Finding]:
    """When the last backup was made from here."""
    note = Path(environment.home) / "backups" / "latest.json"
    do = "run fangxian backup --verify, every night from a timer (deploy/systemd)"
    try:
        told = json.loads(note.read_text())
        age = at - datetime.fromisoformat(told["at"])
    except FileNotFoundError:
        yield warn("backup", "no backup was made from here", do)
        return
    except (OSError, ValueError, KeyError, TypeError):
        yield warn("backup", f"{note} cannot be read", do)
        return
    says = f"{told.get('path')}, {age.total_seconds() / 3600:.0f} h ago"
    if age > BACKUP_EVERY:
        yield warn("backup", says, do)
    elif not Path(str(told.get("path"))).is_dir():
        yield warn("backup", f"{says}, is not there any more", do)
    else:
        yield ok("backup", says)


def web(environment: Environment) -> Iterator[Finding]:
    """Whether the pages answer on this machine."""
    host = environment.address.removeprefix("http://").rsplit(":", 1)[0].strip("[]")
    connection = http.client.HTTPConnection(host, environment.port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", "/healthz")
        status = connection.getresponse().status
    except OSError as error:
        yield fail(
            "web",
            f"{environment.address} does not answer ({error.strerror or error})",
            "start it with fangxian up, or see its log (journalctl -u fangxian)",
        )
        return
    finally:
        connection.close()
    if status == http.HTTPStatus.OK:
        yield ok("web", f"{environment.address} answers")
    else:
        yield fail("web", f"{environment.address}/healthz says {status}", "see the log for why")
