"""The one statement that a first answer costs.

At eight in the morning every group of the province checks in. A first, well-formed check by
token needs only one round trip: authenticate, authorise, find the group and what it owes, keep
the check and its lines, answer the obligation and write the audit trail, all in one prepared
statement that either does everything or nothing. Whatever is not that case inserts nothing
here and takes the plain way of `actions.record`, which knows every refusal by name. A property
test holds the two equal.

The day and the session stand in the statement as literals, so that each plan knows its one
partition and looks its row up by the whole key; the statement is prepared anew once a day.
"""

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

import psycopg
from django.db import connection

from fangxian.foundation.accounts.rules import fingerprint
from fangxian.kernel.audit import origin
from fangxian.kernel.partitions import ensure_day
from fangxian.watch.checks import rules
from fangxian.watch.checks.actions import Submission, columns, numbered
from fangxian.watch.checks.rules import CheckEvent, CheckPermission, Line, Session

#: what is told later than this takes the plain way, which asks first whether the day has a list
FEW_DAYS = timedelta(days=7)
COUNTS = (
    "enrolled",
    "present",
    "not_known",
    "absent_ill",
    "absent_leave",
    "absent_unknown",
    "absent_other",
    "symptomatic_present",
    "fever",
    "reached_well",
    "reached_ill",
    "not_reached",
    "at_campus",
    "at_city",
    "at_province",
    "at_elsewhere",
    "at_abroad",
)
ITEM_COLUMNS = (
    "n integer, code text, channel text, told_at timestamptz, on_behalf_of text, digest text, "
    "persons bigint[], lines json, " + ", ".join(f"{name} integer" for name in COUNTS)
)
LINE_COLUMNS = (
    "number smallint, person_id bigint, name text, is_present boolean, reason text, "
    "symptoms varchar(24)[], temperature numeric(3,1)"
)
MEMBERS = """
      AND NOT EXISTS (
          SELECT FROM unnest(i.persons) AS p (id)
          WHERE NOT EXISTS (
              SELECT FROM people_membership m
              WHERE m.person_id = p.id AND m.group_id = o.unit_id
                AND m.valid_from <= {day} AND m.valid_to > {day}))
"""
LINES = """
, lines AS (
    INSERT INTO check_line (day, unit_id, session, revision, number, school_id, path,
                            person_id, name, is_present, reason, symptoms, temperature, known_at)
    SELECT {day}, owed.unit_id, '{session}', 1, l.number, owed.school_id, owed.path,
           l.person_id, l.name, l.is_present, l.reason, l.symptoms, l.temperature, $2
    FROM owed CROSS JOIN json_to_recordset(owed.lines) AS l ({line_columns})
    WHERE (SELECT count(*) FROM ins) = (SELECT count(*) FROM owed)
)
"""
# No step joins another on a key: such a join has no statistics and would compare all with all.
# The scope is asked by starts_with, which no index serves: the row must be found by its key.
STATEMENT = """
WITH who AS (
    SELECT t.id, t.user_id, w.path
    FROM accounts_apitoken t
    JOIN accounts_user u ON u.id = t.user_id AND u.is_active
    JOIN units_unitversion w ON w.unit_id = t.unit_id
     AND w.valid_from <= {today} AND w.valid_to > {today}
    WHERE t.hash = $1 AND t.revoked_at IS NULL AND t.expires_at > $2
      AND '{permission}' = ANY (t.permissions)
), owed AS (
    SELECT i.*, o.unit_id, o.school_id, o.path, who.id AS token_id, who.user_id
    FROM who, json_to_recordset($3::json) AS i ({item_columns})
    JOIN units_unitversion v ON v.code = i.code
     AND v.valid_from <= {day} AND v.valid_to > {day} AND v.kind = 'group'
    JOIN obligation o ON o.day = {day} AND o.kind = '{kind}'
     AND o.unit_id = v.unit_id AND o.subject = '' AND o.cancelled_at IS NULL
    WHERE starts_with(o.path, who.path){members}
), ins AS (
    INSERT INTO check_revision (day, unit_id, session, revision, school_id, path, recorded_by,
                                token_id, channel, told_at, received_at, on_behalf_of, digest,
                                {counts})
    SELECT {day}, unit_id, '{session}', 1, school_id, path, user_id, token_id, channel, told_at,
           $2, on_behalf_of, decode(digest, 'hex'), {counts}
    FROM owed ORDER BY unit_id
    ON CONFLICT DO NOTHING
    RETURNING id, unit_id, path, recorded_by, token_id, told_at, received_at, channel,
              on_behalf_of, enrolled - COALESCE(not_known, not_reached) AS accounted
), answered AS (
    UPDATE obligation o
    SET accounted = ins.accounted,
        told_at = COALESCE(o.told_at, ins.told_at),
        received_at = COALESCE(o.received_at, ins.received_at),
        answered_by = COALESCE(o.answered_by, ins.recorded_by),
        channel = COALESCE(o.channel, ins.channel),
        on_behalf_of = COALESCE(o.on_behalf_of, ins.on_behalf_of)
    FROM ins
    WHERE o.day = {day} AND o.kind = '{kind}' AND o.unit_id = ins.unit_id AND o.subject = ''
), noted AS (
    INSERT INTO audit_event (day, at, event, by_id, token_id, unit_id, path, subject, detail,
                             address)
    SELECT {today}, received_at, '{event}', recorded_by, token_id, unit_id, path,
           unit_id || ':{day_text}:{session}', '{{"revision": 1}}', $4::inet
    FROM ins
){lines}
SELECT (SELECT array_agg(n ORDER BY unit_id) FROM owed),
       (SELECT array_agg(id ORDER BY unit_id) FROM ins)
"""


@lru_cache(maxsize=64)
def _statement(day: date, today: date, session: Session, with_lines: bool) -> str:
    """The statement for a day and session; it stays the same text, so it is prepared once."""
    day_literal = f"DATE '{day.isoformat()}'"
    lines = LINES.format(day=day_literal, session=session.value, line_columns=LINE_COLUMNS)
    return STATEMENT.format(
        day=day_literal,
        day_text=day.isoformat(),
        today=f"DATE '{today.isoformat()}'",
        session=session.value,
        kind=session.kind,
        permission=CheckPermission.RECORD.value,
        event=CheckEvent.RECORDED.value,
        counts=", ".join(COUNTS),
        item_columns=ITEM_COLUMNS,
        members=MEMBERS.format(day=day_literal) if with_lines else "",
        lines=lines if with_lines else "",
    )


_as_json = json.JSONEncoder(separators=(",", ":")).encode


def may_be_first(one: Submission, at: datetime) -> bool:
    """Whether only the database can still speak against this as a group's first check."""
    in_time = at.date() - FEW_DAYS <= one.day <= at.date() and one.told_at <= at
    return in_time and one.revises is None and not rules.problems(one.content)


def record_first(
    submissions: Sequence[Submission], *, token: str, at: datetime
) -> list[int] | None:
    """Keep first checks of one day and session in one statement; None when one is not that case.

    The caller has asked `may_be_first` of each. When None comes
    back from several submissions, the caller rolls back; one alone has written nothing.
    Returns the ids in the order of the submissions.
    """
    day, session, today = submissions[0].day, submissions[0].content.session, at.date()
    ensure_day(day)
    ensure_day(today)
    items = [_item(number, submission) for number, submission in enumerate(submissions)]
    with_lines = any("lines" in item for item in items)
    values = [fingerprint(token), at, _as_json(items), origin.address()]
    owed, kept = _execute(_statement(day, today, session, with_lines), values)
    if owed is None or kept is None or not len(owed) == len(kept) == len(submissions):
        return None
    ids = dict(zip(owed, kept, strict=True))
    return [ids[number] for number in range(len(submissions))]


def _execute(statement: str, values: list[object]) -> tuple[list[int] | None, list[int] | None]:
    """Run a prepared statement on Django's own connection, past the layers that slow it.

    Django's cursors put the values into the text and so never prepare; this one does.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.RawCursor(connection.connection) as cursor:
        numbers, ids = cursor.execute(statement, values, prepare=True).fetchone() or (None, None)
    return numbers, ids


def _item(number: int, submission: Submission) -> dict[str, Any]:
    """A check as the statement reads it; what is not said is left out and read as NULL."""
    content = submission.content
    item = {name: value for name, value in columns(content).items() if value is not None}
    item["n"] = number
    item["code"] = submission.unit
    item["channel"] = submission.channel
    item["told_at"] = submission.told_at.isoformat()
    item["digest"] = item["digest"].hex()
    lines = numbered(content)
    if lines:
        item["lines"] = [_line(*one) for one in lines]
        item["persons"] = [line.person for _n, line, _p in lines if line.person is not None]
    return item


def _line(number: int, line: Line, is_present: bool) -> dict[str, object]:
    return {
        "number": number,
        "person_id": line.person,
        "name": line.name,
        "is_present": is_present,
        "reason": line.reason,
        "symptoms": list(line.symptoms),
        "temperature": None if line.temperature is None else str(line.temperature),
    }
