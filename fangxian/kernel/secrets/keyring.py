"""The keys of this installation: where they come from, and which of them seals today.

One line a key: `index` and its bytes in base64, and a line for each numbered key. The highest
number seals; all of them open. The file is looked at again each second, and at once where a
number is unknown, so that a new key needs no restart.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings

KEY_BYTES: Final = 32
HIGHEST: Final = 65_535  # a number takes two bytes of what is sealed
INDEX: Final = "index"
LOOK_SECONDS: Final = 1.0
_LINE: Final = re.compile(r"(index|[1-9][0-9]{0,4}) ([A-Za-z0-9+/]{43}=)", re.ASCII)


class BadKeys(Exception):
    """The keys cannot be used; the message says in one line which and what to do."""


@dataclass(frozen=True)
class Ring:
    """Keys by number, and the key of the blind indexes."""

    masters: Mapping[int, bytes]
    index: bytes

    @property
    def writes(self) -> int:
        """The number of the key that seals."""
        return max(self.masters)

    def text(self) -> str:
        """As it stands in the file."""
        lines = [(INDEX, self.index), *((str(n), key) for n, key in sorted(self.masters.items()))]
        return "".join(f"{name} {base64.b64encode(key).decode()}\n" for name, key in lines)

    def with_new(self) -> Ring:
        """With one more key, which seals from then on."""
        if self.writes == HIGHEST:
            raise BadKeys("There have been 65,535 keys: no number is left")
        fresh = {self.writes + 1: secrets.token_bytes(KEY_BYTES)}
        return Ring({**self.masters, **fresh}, self.index)

    def without(self, numbers: set[int]) -> Ring:
        """Without keys that nothing uses any more; never without the one that seals."""
        kept = {n: key for n, key in self.masters.items() if n not in numbers or n == self.writes}
        return Ring(kept, self.index)

    def fingerprint(self, number: int) -> bytes:
        """Tells whether a key is the same, and nothing of it."""
        return _fingerprint(self.masters[number])

    @property
    def index_fingerprint(self) -> bytes:
        """The same of the key of the blind indexes."""
        return _fingerprint(self.index)


def _fingerprint(key: bytes) -> bytes:
    return hashlib.blake2b(b"fangxian", key=key, digest_size=16).digest()


def new_ring() -> Ring:
    """The first keys of an installation."""
    return Ring({1: secrets.token_bytes(KEY_BYTES)}, secrets.token_bytes(KEY_BYTES))


def parse(text: str, where: str) -> Ring:
    """Read the lines; BadKeys says where they stand and what is wrong, never the key."""
    masters: dict[int, bytes] = {}
    index = b""
    for number, line in enumerate(re.split(r"[\n,;]", text), 1):
        plain = " ".join(line.split())
        if not plain or plain.startswith("#"):
            continue
        found = _LINE.fullmatch(plain)
        if found is None:
            raise BadKeys(f"{where}, line {number}: write a number (or index) and 32 bytes in "
                          "base64")  # fmt: skip
        try:
            key = base64.b64decode(found[2], validate=True)
        except binascii.Error:
            raise BadKeys(f"{where}, line {number}: this is no base64") from None
        if found[1] == INDEX:
            index = key
        elif int(found[1]) > HIGHEST or int(found[1]) in masters:
            raise BadKeys(f"{where}, line {number}: key {found[1]} stands there twice, or its "
                          f"number is above {HIGHEST}")  # fmt: skip
        else:
            masters[int(found[1])] = key
    if not masters or not index:
        what = "the key of the blind indexes (index)" if masters else "every key"
        raise BadKeys(f"{where}: {what} is missing; bring the file back from where you keep keys")
    return Ring(masters, index)


class _Held:
    """The ring as last read, and what the file looked like then."""

    def __init__(self) -> None:
        self.ring: Ring | None = None
        self.seen: tuple[object, ...] = ()
        self.looked = 0.0
        self.lock = threading.Lock()


_held = _Held()


def ring(*, anew: bool = False) -> Ring:
    """The keys as they are now; `anew` looks at the file although that was done a moment ago."""
    held = _held
    if held.ring is not None and not anew and time.monotonic() - held.looked < LOOK_SECONDS:
        return held.ring
    with held.lock:
        told, file = settings.FIELD_KEYS, settings.FIELD_KEYS_FILE
        seen = (told,) if told else _looks(file)
        if held.ring is None or seen != held.seen:
            held.ring = read(told, file)
            held.seen = seen
        held.looked = time.monotonic()
        return held.ring


def _looks(file: Path) -> tuple[object, ...]:
    try:
        now = file.stat()
    except OSError as error:
        raise BadKeys(f"{file} cannot be read ({error.strerror}): bring it back") from None
    return (str(file), now.st_ino, now.st_mtime_ns, now.st_size)


def read(told: str, file: Path) -> Ring:
    """The keys that the environment tells, or else those of a file."""
    if told:
        return parse(told, "FANGXIAN_FIELD_KEYS")
    try:
        return parse(file.read_text(), str(file))
    except OSError as error:
        raise BadKeys(f"{file} cannot be read ({error.strerror}): bring it back") from None
