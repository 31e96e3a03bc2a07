"""Sealing what was done: finished stretches of the trail get a hash that leads to the last one."""

import logging
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from fangxian.kernel.audit.models import AuditSegment

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Seal:
    """The newest segment: written down elsewhere, it vouches for everything before it."""

    number: int
    hash: str
    at: datetime


def newest() -> Seal | None:
    """The newest seal; None before the first."""
    found = AuditSegment.objects.order_by("-number").first()
    return Seal(found.number, bytes(found.hash).hex(), found.sealed_at) if found else None


def seal() -> bool:
    """Seal all that can no longer gain a neighbour; False where a long transaction is in the way.

    Each call of the database's function is its own transaction where the caller has none.
    """
    before = newest()
    while (left := _seal_some()) is not None and left > 0:
        pass
    after = newest()
    if after is not None and after != before:
        # Whoever keeps the log elsewhere keeps the proof there, too.
        logger.info(
            "audit sealed up to segment %s %s",
            after.number,
            after.hash,
            extra={"facts": {"segment": after.number, "hash": after.hash}},
        )
    return left is not None


def _seal_some() -> int | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_seal()")
        (left,) = cursor.fetchone()
    return None if left is None else int(left)
