"""The half of a collection's key that is never in the database, and so in no backup of it.

A file for each collection under `FANGXIAN_HOME/collections`. What opens a line is made of this
half and of the one in the database: a backup brings the one back, never the other.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from django.conf import settings

from fangxian.kernel.secrets.collections import Collection, Destroyed

BYTES = 32


def _file(name: str) -> Path:
    folder = settings.FANGXIAN.home / "collections"
    return Path(folder) / hashlib.sha256(name.encode()).hexdigest()


def make(name: str) -> None:
    """Make the half of a new collection; it must be on the disk before anything is sealed."""
    file = _file(name)
    file.parent.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as handle:
        handle.write(secrets.token_bytes(BYTES))
        handle.flush()
        os.fsync(handle.fileno())


def joined(collection: Collection) -> Collection:
    """The collection with both halves. Raises Destroyed where ours is gone."""
    try:
        half = _file(collection.name).read_bytes()
    except FileNotFoundError:
        raise Destroyed(f"the key of {collection.name} is not on this machine") from None
    return collection.with_half(half)


def destroy(name: str) -> None:
    """Overwrite the half and remove it; again changes nothing."""
    file = _file(name)
    if not file.exists():
        return
    with file.open("r+b") as handle:
        handle.write(secrets.token_bytes(BYTES))
        handle.flush()
        os.fsync(handle.fileno())
    file.unlink()
