"""Sealing a value, opening it, and finding it again without opening anything.

What is sealed begins with how (one byte), the key's number (two), and a nonce (twelve); then what
cannot be read, and sixteen bytes that fit only this field and what the value belongs to.
"""

from __future__ import annotations

import hashlib
import os
import struct
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from django.conf import settings
from django.utils.translation import gettext as _

from fangxian.kernel.secrets.keyring import Ring, ring

HEADER: Final = struct.Struct(">BH")
NONCE: Final = 12
TAG: Final = 16
AES, SM4 = 1, 2
CIPHERS: Final = {"aes-256-gcm": AES, "sm4-gcm": SM4}
BLIND_BYTES: Final = 16


class Unopenable(Exception):
    """What was sealed cannot be opened."""


class KeyMissing(Unopenable):
    """The key is not in the ring; `number` says which."""

    def __init__(self, number: int) -> None:
        super().__init__(f"key {number} is missing")
        self.number = number


class Tampered(Unopenable):
    """It was changed, cut off, or sealed for another field or row."""


class Unreadable(str):
    """What a page shows in place of a value that cannot be opened; `sealed` is what is kept."""

    sealed: bytes

    @classmethod
    def of(cls, sealed: bytes, error: Unopenable) -> Unreadable:
        """In the reader's language."""
        if isinstance(error, KeyMissing):
            text = _("cannot be read (key %(number)s is missing)") % {"number": error.number}
        else:
            text = _("cannot be read (changed outside the system)")
        found = cls(text)
        found.sealed = sealed
        return found


class _Sealer(Protocol):
    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...
    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...


class SM4GCM:
    """SM4 (GB/T 32907) in GCM, called as `AESGCM` is."""

    def __init__(self, key: bytes) -> None:
        self._algorithm = algorithms.SM4(key[:16])

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        """The ciphertext with its tag."""
        work = Cipher(self._algorithm, modes.GCM(nonce)).encryptor()
        work.authenticate_additional_data(associated_data or b"")
        return work.update(data) + work.finalize() + work.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        """The plain text; raises InvalidTag."""
        mode = modes.GCM(nonce, data[-TAG:])
        work = Cipher(self._algorithm, mode).decryptor()
        work.authenticate_additional_data(associated_data or b"")
        return work.update(data[:-TAG]) + work.finalize()


@lru_cache(maxsize=256)
def sealer(master: bytes, how: int, field: str) -> _Sealer:
    """What seals and opens a field's values with a key."""
    key = derived(master, f"seal {how} {field}")
    return AESGCM(key) if how == AES else SM4GCM(key)


def derived(master: bytes, purpose: str) -> bytes:
    """A key of 32 bytes for one purpose, from which nothing follows for another."""
    info = f"fangxian {purpose}".encode()
    return HKDFExpand(algorithm=SHA256(), length=32, info=info).derive(master)


def _bound(field: str, bound_to: object) -> bytes:
    return f"{field}\0{bound_to}".encode()


def seal(value: str, field: str, bound_to: object) -> bytes:
    """Seal a value of a field ("table.column"), bound to what it belongs to and never leaves."""
    return seal_many([value], field, [bound_to])[0]


def seal_many(values: Sequence[str], field: str, bound_to: Iterable[object]) -> list[bytes]:
    """Seal many values of one field, each bound to the one of the other list."""
    keys, how = ring(), CIPHERS[settings.FIELD_CIPHER]
    number = keys.writes
    encrypt = sealer(keys.masters[number], how, field).encrypt
    head, start = HEADER.pack(how, number), f"{field}\0"
    drawn = os.urandom(NONCE * len(values))
    nonces = [drawn[at : at + NONCE] for at in range(0, len(drawn), NONCE)]
    return [
        head + nonce + encrypt(nonce, value.encode(), f"{start}{whose}".encode())
        for nonce, value, whose in zip(nonces, values, bound_to, strict=True)
    ]


def open_(sealed: bytes, field: str, bound_to: object) -> str:
    """The value; raises KeyMissing, or Tampered where it was not sealed for this."""
    if len(sealed) < HEADER.size + NONCE + TAG:
        raise Tampered("too short")
    how, number = HEADER.unpack_from(sealed)
    if how not in CIPHERS.values():
        raise Tampered(f"sealed in an unknown way: {how}")
    keys = _with_key(number)
    nonce = sealed[HEADER.size : HEADER.size + NONCE]
    try:
        opener = sealer(keys.masters[number], how, field)
        rest = sealed[HEADER.size + NONCE :]
        return opener.decrypt(nonce, rest, _bound(field, bound_to)).decode()
    except InvalidTag:
        raise Tampered("changed, or sealed for another field or row") from None


def _with_key(number: int) -> Ring:
    keys = ring()
    if number not in keys.masters:
        keys = ring(anew=True)
    if number not in keys.masters:
        raise KeyMissing(number)
    return keys


def readable(sealed: bytes | None, field: str, bound_to: object) -> str:
    """The value for a page: nothing where there is none, and in words where it cannot be opened."""
    if not sealed:
        return ""
    try:
        return open_(sealed, field, bound_to)
    except Unopenable as error:
        return Unreadable.of(sealed, error)


def number_of(sealed: bytes) -> int:
    """Which key sealed it."""
    return int(HEADER.unpack_from(sealed)[1])


def resealed(sealed: bytes, field: str, bound_to: object, to: object | None = None) -> bytes:
    """Sealed anew with today's key, for the same or for another row."""
    whose = bound_to if to is None else to
    return seal(open_(sealed, field, bound_to), field, whose)


def normal(value: str) -> str:
    """A value as blind indexes know it: no spaces, one width, capital letters."""
    return "".join(unicodedata.normalize("NFKC", value).split()).upper()


def blind(value: str, field: str) -> bytes:
    """Sixteen bytes that are the same for the same value of a field, and tell nothing else."""
    return blind_many([normal(value)], field)[0]


def blind_many(values: Sequence[str], field: str) -> list[bytes]:
    """The same of many values that are in their normal form already."""
    key, make = _index_key(ring().index, field), hashlib.blake2b
    return [make(value.encode(), key=key, digest_size=BLIND_BYTES).digest() for value in values]


@lru_cache(maxsize=256)
def _index_key(master: bytes, field: str) -> bytes:
    return derived(master, f"index {field}")
