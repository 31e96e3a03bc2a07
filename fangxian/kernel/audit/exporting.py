"""The trail for other systems: every sealed event as a line of JSON or of syslog.

What is not sealed yet may still gain a neighbour and is left for the next time, so that whoever
goes on after a segment gets every event once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC
from typing import Any

from fangxian.kernel.audit.models import AuditEvent, AuditSegment

# The log of audit (13), informational (6): RFC 5424, 6.2.1.
PRIORITY = 13 * 8 + 6
# The number that RFC 5612 keeps for examples: ours is none of the registered ones.
STRUCTURE = "audit@32473"
LONGEST_MSGID = 32
NOTHING = "-"


def segments(after: int) -> Iterator[AuditSegment]:
    """The segments behind a number, in order."""
    yield from AuditSegment.objects.filter(number__gt=after).order_by("number").iterator()


def events(segment: AuditSegment) -> list[AuditEvent]:
    """The events that a segment seals, in order."""
    if segment.forgotten:
        return []
    rows = AuditEvent.objects.filter(day=segment.day)
    return list(rows.filter(id__gt=segment.after_id, id__lte=segment.upto_id).order_by("id"))


def event_record(row: AuditEvent, segment: int, names: dict[int, str]) -> dict[str, Any]:
    """An event in words that another system keeps; what is not known is left out."""
    said = {
        "kind": "event", "segment": segment, "id": row.id, "day": row.day.isoformat(),
        "at": _at(row), "event": row.event, "by": row.by_id, "who": names.get(row.by_id or 0),
        "acting": row.acting, "token": row.token_id, "address": row.address,
        "unit": row.unit_id, "path": row.path, "subject": row.subject, "purpose": row.purpose,
        "persons": row.persons, "detail": row.detail,
    }  # fmt: skip
    return {word: value for word, value in said.items() if value not in (None, "", {})}


def segment_record(row: AuditSegment) -> dict[str, Any]:
    """A segment with its seal: kept elsewhere, it vouches for the events before it."""
    return {
        "kind": "segment", "segment": row.number, "day": row.day.isoformat(),
        "at": row.sealed_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "event": "audit.forgotten_day" if row.forgotten else "audit.sealed",
        "events": row.events, "hash": bytes(row.hash).hex(),
    }  # fmt: skip


def _at(row: AuditEvent) -> str:
    return row.at.astimezone(UTC).isoformat(timespec="microseconds")


def as_jsonl(record: dict[str, Any], host: str) -> str:
    """A record as one line of JSON."""
    return json.dumps(record, ensure_ascii=False, default=str)


def as_syslog(record: dict[str, Any], host: str) -> str:
    """A record as one line of RFC 5424, everything that is known as structured data."""
    message = str(record["event"])[:LONGEST_MSGID]
    shown = {word: value for word, value in record.items() if word not in ("at", "event")}
    data = " ".join(f'{word}="{_escaped(value)}"' for word, value in shown.items())
    return (
        f"<{PRIORITY}>1 {record['at']} {host or NOTHING} fangxian {NOTHING} {message} "
        f"[{STRUCTURE} {data}] {record['event']}"
    )


def _escaped(value: object) -> str:
    r"""A value as RFC 5424, 6.3.3 wants it (\" \\ \]), on one line whatever is in it."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return json.dumps(text, ensure_ascii=False)[1:-1].replace("]", r"\]")


FORMATS = {"jsonl": as_jsonl, "syslog": as_syslog}
