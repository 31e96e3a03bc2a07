"""The secrets an installation makes for itself, one file each, readable by their owner only."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from fangxian.config.environment import BadSetting
from fangxian.kernel.secrets.keyring import new_ring

# Keys that web and worker use. From "database" all its passwords follow, the owner's too.
SERVING = ("secret_key", "fields")
# Files with secrets that whoever runs the installation puts there for them.
FILES = ("sms.toml",)


def key(home: Path, name: str) -> str:
    """The secret of that name under `home`, made on first use."""
    return _kept(home, name, secrets.token_urlsafe(48) + "\n").read_text().strip()


def field_keys(home: Path) -> Path:
    """The file with the keys of sealed fields under `home`, made on first use."""
    return _kept(home, "fields", new_ring().text())


def replace_field_keys(file: Path, text: str) -> None:
    """Put other keys into the file, readable to the same as before; whole or not at all."""
    before = file.stat()
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    _write(draft, text)
    if os.geteuid() == 0:
        os.chown(draft, before.st_uid, before.st_gid)
    draft.chmod(before.st_mode & 0o777)
    draft.replace(file)


def _kept(home: Path, name: str, first: str) -> Path:
    path = home / "keys" / name
    try:
        if not path.exists():
            _make(path, first)
        with path.open():
            return path
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
    key(home, "secret_key")
    for name in SERVING:
        if not (home / "keys" / name).exists():  # told by the environment
            continue
        os.chown(home / "keys" / name, -1, group)
        (home / "keys" / name).chmod(0o640)
    os.chown(home / "keys", -1, group)
    (home / "keys").chmod(0o710)
    for file in filter(Path.exists, (home / name for name in FILES)):
        os.chown(file, -1, group)
        file.chmod(file.stat().st_mode | 0o040)


def _make(path: Path, text: str) -> None:
    if not path.parent.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.parent.chmod(0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    _write(draft, text)
    try:
        # A link, not a rename: whoever comes second keeps the key of whoever came first.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _write(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
