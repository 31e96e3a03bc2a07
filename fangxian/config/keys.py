"""The secrets an installation makes for itself, one file each, readable by their owner only."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from fangxian.config.environment import BadSetting

# Keys that web and worker use. From "database" all its passwords follow, the owner's too.
SERVING = ("secret_key",)
# Files with secrets that whoever runs the installation puts there for them.
FILES = ("sms.toml",)


def key(home: Path, name: str) -> str:
    """The secret of that name under `home`, made on first use."""
    path = home / "keys" / name
    try:
        if not path.exists():
            _make(path)
        return path.read_text().strip()
    except OSError as error:
        raise BadSetting(
            f"FANGXIAN_HOME: {home} cannot be used ({error.strerror}): "
            "write a directory that you may write to"
        ) from None


def password(home: Path, role: str) -> str:
    """The password of a database role, the same for every process of one installation."""
    return hmac.new(key(home, "database").encode(), role.encode(), hashlib.sha256).hexdigest()


def share(home: Path, group: int | None) -> None:
    """Let web and worker, who run as another user, read what they need and nothing else."""
    if group is None:
        return
    for name in SERVING:
        key(home, name)
        os.chown(home / "keys" / name, -1, group)
        (home / "keys" / name).chmod(0o640)
    os.chown(home / "keys", -1, group)
    (home / "keys").chmod(0o710)
    for file in filter(Path.exists, (home / name for name in FILES)):
        os.chown(file, -1, group)
        file.chmod(file.stat().st_mode | 0o040)


def _make(path: Path) -> None:
    if not path.parent.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.parent.chmod(0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(48) + "\n")
    try:
        # A link, not a rename: whoever comes second keeps the key of whoever came first.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
