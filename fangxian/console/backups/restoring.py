"""Bring a backup back beside what is there, compare it with its manifest, and only then use it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from fangxian.config.database import Login, direct_login
from fangxian.config.environment import BadSetting, DatabaseRole, Environment
from fangxian.console import roles
from fangxian.console.backups import contents, manifest, places, programs
from fangxian.console.backups.manifest import Damaged, Manifest
from fangxian.console.backups.progress import Progress
from fangxian.console.backups.taking import DUMP, HOME, KEYS

Say = Callable[[str], None]
MOST_TOLD = 5


def prove(environment: Environment, source: Path, *, jobs: int, say: Say) -> Manifest:
    """Restore a backup into a database of its own, compare, and remove that again."""
    told = _sound(source, say)
    owner = direct_login(environment, DatabaseRole.OWNER)
    with places.administered(environment) as server:
        scratch = places.beside(server, owner, "proof")
        try:
            _fill(scratch, source, told, jobs, say)
        finally:
            places.drop(server, scratch.name)
    return told


def restore(
    environment: Environment,
    source: Path,
    *,
    jobs: int,
    replace: bool,
    keys: bool,
    say: Say,
) -> Manifest:
    """Put a backup in the place of what is there; until it is proven, nothing is touched."""
    told = _sound(source, say)
    owner = direct_login(environment, DatabaseRole.OWNER)
    with (
        places.administered(environment) as server,
        places.nobody_else(environment, server),
    ):
        held = places.holds_data(owner)
        if held and not replace:
            raise BadSetting(
                f"the database {owner.name} holds data ({held}): restore into an empty one, "
                "or say --replace"
            )
        fresh = places.beside(server, owner, "restored")
        try:
            _fill(fresh, source, told, jobs, say)
            roles.grant(fresh, [direct_login(environment, role).user for role in roles.SERVING])
        except BaseException:
            places.drop(server, fresh.name)
            raise
        old = places.put_in_place(server, fresh.name, owner.name)
        _bring_files(source / HOME, environment.home, replace=replace, keys=keys)
        places.drop(server, old)
    return told


def _sound(source: Path, say: Say) -> Manifest:
    told = manifest.read(source)
    say(f"Checking the files of {source}.")
    manifest.check(source, told)
    return told


def _fill(to: Login, source: Path, told: Manifest, jobs: int, say: Say) -> None:
    with roles.connect(to) as connection:
        server = connection.info.server_version // 10000
    sizes = {name: table.size for name, table in told.tables.items()}
    progress = Progress("Restoring", sizes, say)
    words: list[str | Path] = [
        f"--dbname={to.name}",
        f"--jobs={jobs}",
        "--no-owner",
        "--no-privileges",
        "--exit-on-error",
        "--verbose",
        source / DUMP,
    ]
    programs.run(programs.for_restore(server, told.made_by), words, to, progress.hear)
    progress.end()
    _compare(to, told, sizes, jobs, say)
    with roles.connect(to) as connection:
        connection.execute("ANALYZE")


def _compare(to: Login, told: Manifest, sizes: dict[str, int], jobs: int, say: Say) -> None:
    progress = Progress("Comparing", sizes, say)
    with contents.snapshot(to) as (_connection, moment):
        found = contents.read(to, moment=moment, jobs=jobs, tell=progress.finished)
    progress.end()
    wrong = contents.differences(told.tables, found)
    if wrong:
        more = f" and {len(wrong) - MOST_TOLD} more" if len(wrong) > MOST_TOLD else ""
        raise Damaged(f"what came back differs: {'; '.join(wrong[:MOST_TOLD])}{more}")


def _bring_files(source: Path, home: Path, *, replace: bool, keys: bool) -> None:
    for path in sorted(source.rglob("*")) if source.is_dir() else []:
        name = path.relative_to(source)
        if path.is_dir() or (name.parts[0] == "keys" and not (keys and name.name in KEYS)):
            continue
        target = home / name
        if target.exists() and not replace:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
