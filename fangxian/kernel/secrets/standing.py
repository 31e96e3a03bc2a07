"""Whether the keys at hand are those that this database was sealed with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from fangxian.kernel.secrets.keyring import BadKeys, Ring, ring
from fangxian.kernel.secrets.models import SecretKey

INDEX: Final = 0  # the number under which the key of the blind indexes is known
BRING_BACK: Final = "bring back the keys that belong to this database (docs/operate.md)"


def wrong_keys(keys: Ring, known: Mapping[int, bytes]) -> Iterator[str]:
    """What is wrong with these keys for a database that knows those, a line each."""
    for number, fingerprint in sorted(known.items()):
        if number == INDEX:
            if keys.index_fingerprint != fingerprint:
                yield "the key of the blind indexes is another one"
        elif number not in keys.masters:
            yield f"key {number} is missing"
        elif keys.fingerprint(number) != fingerprint:
            yield f"key {number} is another one"


def require_right_keys() -> None:
    """Raise BadKeys, in one line, where this database was sealed with other keys."""
    rows = SecretKey.objects.filter(retired_at=None)
    known = {row.number: bytes(row.fingerprint) for row in rows}
    wrong = list(wrong_keys(ring(anew=True), known))
    if wrong:
        raise BadKeys(f"Keys: {'; '.join(wrong)}: {BRING_BACK}")


def note_keys(*, at: datetime) -> None:
    """Keep the fingerprints of keys that are new to this database."""
    keys = ring(anew=True)
    told = {INDEX: keys.index_fingerprint}
    told |= {number: keys.fingerprint(number) for number in keys.masters}
    SecretKey.objects.bulk_create(
        [SecretKey(number=number, fingerprint=print_, at=at) for number, print_ in told.items()],
        ignore_conflicts=True,
    )
