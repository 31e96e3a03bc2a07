"""A key for one collection of data, whose destruction makes all of it unreadable at once.

What is sealed under it names no key of the installation: only who holds the collection's key,
which lies in a table, sealed by the installation's own, opens it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.db import transaction

from fangxian.kernel.secrets.models import CollectionKey
from fangxian.kernel.secrets.sealing import (
    BLIND_BYTES,
    CIPHERS,
    NONCE,
    TAG,
    Tampered,
    Unopenable,
    derived,
    normal,
    open_,
    sealer,
)

KEY_BYTES: Final = 32
LABEL: Final = "secrets_collectionkey.key"


class Destroyed(Unopenable):
    """The collection's key has been destroyed: what was sealed with it is gone."""


@dataclass(frozen=True)
class Collection:
    """A collection's key in hand: seals and opens as the module `sealing` does."""

    name: str
    _key: bytes = field(repr=False)

    def with_half(self, half: bytes) -> Collection:
        """The same collection under a key made of this one and of another half, kept elsewhere."""
        return Collection(self.name, hmac.digest(self._key, half, "sha256"))

    def seal(self, value: str, field: str, bound_to: object) -> bytes:
        """Seal a value of a field, bound to what it belongs to."""
        return self.seal_many([value], field, [bound_to])[0]

    def seal_many(
        self, values: Sequence[str], field: str, bound_to: Sequence[object]
    ) -> list[bytes]:
        """The same of many values of one field."""
        how = CIPHERS[settings.FIELD_CIPHER]
        encrypt = sealer(self._key, how, field).encrypt
        found = []
        for value, whose in zip(values, bound_to, strict=True):
            nonce = os.urandom(NONCE)
            told = self._bound(field, whose)
            found.append(bytes([how]) + nonce + encrypt(nonce, value.encode(), told))
        return found

    def open_(self, sealed: bytes, field: str, bound_to: object) -> str:
        """The value; raises Tampered where it was not sealed for this."""
        if len(sealed) < 1 + NONCE + TAG or sealed[0] not in CIPHERS.values():
            raise Tampered("not sealed by a collection")
        nonce, rest = sealed[1 : 1 + NONCE], sealed[1 + NONCE :]
        try:
            opener = sealer(self._key, sealed[0], field)
            return opener.decrypt(nonce, rest, self._bound(field, bound_to)).decode()
        except InvalidTag:
            raise Tampered("changed, or sealed for another field, row or collection") from None

    def blind(self, value: str, field: str) -> bytes:
        """Finds a value within this collection only."""
        key = derived(self._key, f"index {field}")
        return hashlib.blake2b(normal(value).encode(), key=key, digest_size=BLIND_BYTES).digest()

    def _bound(self, field: str, bound_to: object) -> bytes:
        return f"{self.name}\0{field}\0{bound_to}".encode()


@transaction.atomic
def make_collection_key(name: str, *, at: datetime) -> Collection:
    """A key for a new collection. Each name is used once, even after its key was destroyed."""
    key = secrets.token_bytes(KEY_BYTES)
    CollectionKey.objects.create(name=name, key=base64.b64encode(key).decode(), at=at)
    return Collection(name, key)


def collection_key(name: str) -> Collection:
    """The key of a collection, asked of the database each time: a destroyed one is gone at once.

    Raises Destroyed, KeyMissing (the installation's key is gone), or CollectionKey.DoesNotExist.
    """
    row = CollectionKey.objects.get(name=name)
    if row.destroyed_at is not None:
        raise Destroyed(f"the key of {name} was destroyed on {row.destroyed_at:%Y-%m-%d}")
    return Collection(name, base64.b64decode(open_(row.__dict__["key"], LABEL, name)))


@transaction.atomic
def destroy_collection_key(name: str, *, at: datetime) -> bool:
    """Destroy a collection's key, and with it everything sealed under it; whether it was there.

    Copies of the wrapped key live on in backups until these are gone.
    """
    row = CollectionKey.objects.select_for_update().get(name=name)
    if row.destroyed_at is not None:
        return False
    row.key, row.destroyed_at = "", at
    row.save(update_fields=["key", "destroyed_at"])
    return True
