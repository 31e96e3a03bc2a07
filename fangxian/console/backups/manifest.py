"""What a backup says of itself: manifest.json, with a checksum of every file beside it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fangxian.console.backups.contents import Table

NAME = "manifest.json"
FORMAT = 1
CHUNK = 1024 * 1024


class Damaged(Exception):
    """The backup is not what its manifest says, or has none; the message says what is wrong."""


@dataclass(frozen=True)
class Manifest:
    """When and of what it was made, by which pg_dump, and what every table held."""

    made_at: str
    fangxian: str
    database: str
    server: str
    made_by: int
    tables: dict[str, Table]
    files: dict[str, str]
    format: int = FORMAT

    @property
    def rows(self) -> int:
        """All rows of all tables."""
        return sum(table.rows for table in self.tables.values())


def write(directory: Path, manifest: Manifest) -> None:
    """Leave it in the backup's directory."""
    text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1)
    (directory / NAME).write_text(text + "\n")


def read(directory: Path) -> Manifest:
    """Read it, without looking at the files yet."""
    try:
        told: dict[str, Any] = json.loads((directory / NAME).read_text())
        if told["format"] != FORMAT:
            raise Damaged(f"{directory} was made by a newer version of Fangxian: use that one")
        tables = {name: Table(**table) for name, table in told.pop("tables").items()}
        return Manifest(**told, tables=tables)
    except FileNotFoundError:
        raise Damaged(f"{directory} is not a backup: it has no {NAME}") from None
    except (OSError, ValueError, KeyError, TypeError):
        raise Damaged(f"{directory / NAME} cannot be read: take another backup") from None


def checksums(directory: Path) -> dict[str, str]:
    """Every file below the directory, but the manifest, with its SHA-256."""
    return {
        str(path.relative_to(directory)): _checksum(path)
        for path in sorted(directory.rglob("*"))
        if path.is_file() and path.name != NAME
    }


def check(directory: Path, manifest: Manifest) -> None:
    """Raise Damaged unless every file is there as it was written."""
    found = checksums(directory)
    for name, wanted in manifest.files.items():
        if name not in found:
            raise Damaged(f"{directory / name} is missing: take another backup")
        if found[name] != wanted:
            raise Damaged(f"{directory / name} has been damaged: take another backup")


def _checksum(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
