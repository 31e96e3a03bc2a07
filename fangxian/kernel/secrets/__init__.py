"""Values that nobody may read who only has the database: sealed, and found again by blind indexes.

`seal` and `open_` bind a value to its field and to what it belongs to; `blind` gives the same
bytes for the same value, so that it can be looked up; `SealedField` and `BlindField` do both in a
model. `collection_key` gives data a key of their own, whose destruction is their end.
"""

from fangxian.kernel.secrets.keyring import BadKeys, ring
from fangxian.kernel.secrets.sealing import (
    KeyMissing,
    Tampered,
    Unopenable,
    Unreadable,
    blind,
    blind_many,
    normal,
    open_,
    readable,
    resealed,
    seal,
    seal_many,
)

__all__ = [
    "BadKeys",
    "KeyMissing",
    "Tampered",
    "Unopenable",
    "Unreadable",
    "blind",
    "blind_many",
    "normal",
    "open_",
    "readable",
    "resealed",
    "ring",
    "seal",
    "seal_many",
]
