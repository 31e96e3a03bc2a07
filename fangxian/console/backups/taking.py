"""Take a backup: one moment of the database, dumped and summed up, with the files beside it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from fangxian.config.database import Login, direct_login
from fangxian.config.environment import BadSetting, DatabaseRole, Environment
from fangxian.console.backups import contents, manifest, programs
from fangxian.console.backups.manifest import Manifest
from fangxian.console.backups.progress import Progress

DUMP = "database"
HOME = "home"
# What whoever runs the installation put below FANGXIAN_HOME, or people brought there.
FILES = ("files", "norms", "sms.toml")
# "database" stays behind: from it follow passwords of the server that it was made for.
KEYS = ("secret_key",)

Say = Callable[[str], None]


@dataclass(frozen=True)
class Choice:
    """What to take: dump with so many processes; the files; the keys, which are secrets."""

    jobs: int = 2
    files: bool = True
    keys: bool = False


def take(
    environment: Environment, parent: Path, choice: Choice, *, at: datetime, version: str, say: Say
) -> Path:
    """Make a backup in a new directory below `parent`, which is whole or not there at all."""
    target = parent / f"{at:%Y-%m-%dT%H%M%S}"
    draft = target.with_name(f".{target.name}.part")
    try:
        draft.mkdir(parents=True, mode=0o700)
    except OSError as error:
        raise BadSetting(f"{parent} cannot be written to ({error.strerror})") from None
    try:
        owner = direct_login(environment, DatabaseRole.OWNER)
        made = _dump(owner, draft / DUMP, choice.jobs, say)
        _copy_files(environment.home, draft / HOME, choice)
        files = manifest.checksums(draft)
        made = replace(made, made_at=at.isoformat(), fangxian=version, files=files)
        manifest.write(draft, made)
        draft.rename(target)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return target


def forget_old(parent: Path, keep: int) -> list[Path]:
    """Remove all but the newest so many backups below a directory; those that are gone."""
    found = sorted(path for path in parent.iterdir() if (path / manifest.NAME).is_file())
    old = found[:-keep] if keep else []
    for path in old:
        shutil.rmtree(path)
    return old


def size(directory: Path) -> int:
    """All its files in bytes."""
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())


def _dump(owner: Login, target: Path, jobs: int, say: Say) -> Manifest:
    with contents.snapshot(owner) as (connection, moment):
        server = connection.info.server_version // 10000
        major, program = programs.for_dump(server)
        sizes = contents.sizes(connection)
        progress = Progress("Dumping", sizes, say)
        words = [
            f"--dbname={owner.name}",
            "--format=directory",
            f"--file={target}",
            f"--jobs={jobs}",
            "--compress=1",
            f"--snapshot={moment}",
            "--no-unlogged-table-data",
            "--verbose",
        ]
        programs.run(program, words, owner, progress.hear)
        progress.end()
        summing = Progress("Summing up", sizes, say)
        tables = contents.read(owner, moment=moment, jobs=jobs, tell=summing.finished)
        summing.end()
        version = connection.info.parameter_status("server_version") or ""
    return Manifest("", "", owner.name, version, major, tables, {})


def _copy_files(home: Path, target: Path, choice: Choice) -> None:
    names = FILES if choice.files else ()
    keys = tuple(f"keys/{name}" for name in KEYS) if choice.keys else ()
    for name in (*names, *keys):
        source = home / name
        if source.is_dir():
            shutil.copytree(source, target / name)
        elif source.exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / name)
