"""First checks of many groups in one statement, the same rows as `checks.actions.record` writes.

A morning of the province is 425,000 checks beside people who want to look at it. Here the groups
are known by id and owe a check for certain, so that nothing needs to be looked up or refused.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import connection

from fangxian.kernel.access import Actor
from fangxian.kernel.partitions import ensure_day
from fangxian.watch.checks.actions import columns, numbered
from fangxian.watch.checks.rules import CheckEvent, Content, Session

COUNTS: Final = (
    "enrolled", "present", "not_known", "absent_ill", "absent_leave", "absent_unknown",
    "absent_other", "symptomatic_present", "fever", "reached_well", "reached_ill", "not_reached",
    "at_campus", "at_city", "at_province", "at_elsewhere", "at_abroad",
)  # fmt: skip
ITEM: Final = {
    "unit_id": "bigint", "told_at": "timestamptz", "received_at": "timestamptz",
    "channel": "text", "on_behalf_of": "text", "digest": "text", "accounted": "int",
    **dict.fromkeys(COUNTS, "int"),
}  # fmt: skip
LINE: Final = {
    "line_unit": "bigint", "number": "smallint", "person_id": "bigint", "is_present": "boolean",
    "reason": "text", "symptoms": "text", "temperature": "numeric",
}  # fmt: skip
STATEMENT: Final = """
WITH told AS (
    SELECT * FROM unnest({item_arrays}) AS t ({item_names})
), ins AS (
    INSERT INTO check_revision (day, unit_id, session, revision, school_id, path, recorded_by,
                                channel, told_at, received_at, on_behalf_of, digest, {counts})
    SELECT o.day, o.unit_id, %(session)s, 1, o.school_id, o.path, %(by)s,
           t.channel, t.told_at, t.received_at, t.on_behalf_of, decode(t.digest, 'hex'), {counts}
    FROM told t
    JOIN obligation o ON o.day = %(day)s AND o.kind = %(kind)s AND o.unit_id = t.unit_id
     AND o.subject = ''
    WHERE o.told_at IS NULL AND o.excused_at IS NULL AND o.cancelled_at IS NULL
    ORDER BY o.unit_id
    ON CONFLICT DO NOTHING
    RETURNING unit_id, school_id, path, received_at
), answered AS (
    UPDATE obligation o
    SET accounted = t.accounted, told_at = t.told_at, received_at = t.received_at,
        answered_by = %(by)s, channel = t.channel, on_behalf_of = t.on_behalf_of
    FROM told t JOIN ins ON ins.unit_id = t.unit_id
    WHERE o.day = %(day)s AND o.kind = %(kind)s AND o.unit_id = t.unit_id AND o.subject = ''
), noted AS (
    INSERT INTO audit_event (day, at, event, by_id, unit_id, path, subject, detail)
    SELECT %(day)s, received_at, %(event)s, %(by)s, unit_id, path,
           unit_id || ':' || %(day)s || ':' || %(session)s, '{{"revision": 1}}'
    FROM ins
), lines AS (
    INSERT INTO check_line (day, unit_id, session, revision, number, school_id, path, person_id,
                            is_present, reason, symptoms, temperature, known_at)
    SELECT %(day)s, ins.unit_id, %(session)s, 1, l.number, ins.school_id, ins.path, l.person_id,
           l.is_present, l.reason, string_to_array(l.symptoms, ','), l.temperature,
           ins.received_at
    FROM unnest({line_arrays}) AS l ({line_names}) JOIN ins ON ins.unit_id = l.line_unit
)
SELECT count(*) FROM ins
"""


@dataclass(frozen=True)
class Telling:
    """A group's first check, when it was told and when it arrived."""

    unit: int
    content: Content
    channel: str
    told_at: datetime
    received_at: datetime


def record(tellings: Sequence[Telling], *, day: date, session: Session, by: Actor) -> int:
    """Record checks of groups that owe one; groups that have answered meanwhile are left out.

    One statement, so that all of it is there or nothing. Returns how many were recorded.
    """
    ensure_day(day)
    values: dict[str, object] = {
        "day": day,
        "session": session.value,
        "kind": session.kind,
        "by": by.user_id,
        "event": CheckEvent.RECORDED.value,
        **_transposed(ITEM, [_item(telling) for telling in tellings]),
        **_transposed(LINE, [row for telling in tellings for row in _lines(telling)]),
    }
    with connection.cursor() as cursor:
        cursor.execute(_statement(), values)  # type: ignore[arg-type]
        return int(cursor.fetchone()[0])


def _statement() -> str:
    def arrays(kinds: Mapping[str, str]) -> str:
        return ", ".join(f"%({name})s::{kind}[]" for name, kind in kinds.items())

    return STATEMENT.format(
        item_arrays=arrays(ITEM),
        item_names=", ".join(ITEM),
        line_arrays=arrays(LINE),
        line_names=", ".join(LINE),
        counts=", ".join(COUNTS),
    )


def _transposed(
    kinds: Mapping[str, str], rows: Sequence[Mapping[str, object]]
) -> dict[str, list[object]]:
    return {name: [row[name] for row in rows] for name in kinds}


def _item(telling: Telling) -> dict[str, object]:
    item = columns(telling.content)
    digest = item["digest"]
    assert isinstance(digest, bytes)  # noqa: S101 (for the type checker)
    return item | {
        "unit_id": telling.unit,
        "told_at": telling.told_at,
        "received_at": telling.received_at,
        "channel": telling.channel,
        "digest": digest.hex(),
        "accounted": telling.content.accounted,
    }


def _lines(telling: Telling) -> Iterator[dict[str, object]]:
    for number, line, is_present in numbered(telling.content):
        yield {
            "line_unit": telling.unit,
            "number": number,
            "person_id": line.person,
            "is_present": is_present,
            "reason": line.reason,
            "symptoms": ",".join(line.symptoms),
            "temperature": line.temperature,
        }
