"""First signatures of many schools at once, the same rows as `actions.sign` writes."""

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from fangxian.foundation.obligations.models import Channel
from fangxian.kernel.access import Actor
from fangxian.kernel.clock import midnight
from fangxian.kernel.partitions import ensure_day
from fangxian.watch.reporting import rules
from fangxian.watch.reporting.drafts import (
    FIRST_WINDOW,
    Draft,
    School,
    derive,
    ids_of,
    schools_owing,
)
from fangxian.watch.reporting.models import Cutoff, DailyReport, ReportRevision
from fangxian.watch.reporting.rows import report_values, revision_from
from fangxian.watch.reporting.rules import KIND, ReportEvent, ReportPermission

REVISION = (
    "day",
    "school_id",
    "revision",
    "bureau_id",
    "path",
    "signed_by",
    "signed_at",
    "cutoff_from",
    "cutoff_at",
    "dictionary_version",
    "groups_expected",
    "groups_answered",
    "people_total",
    "people_accounted",
    "zero_total",
    "is_full_zero",
    "figures",
    "entered",
)
REPORT = ("day", "school_id", "bureau_id", "path", "state", "revision", "signed_by", "signed_at")
AUDIT = ("day", "at", "event", "by_id", "token_id", "unit_id", "path", "subject", "detail")
CUTOFFS = """
UPDATE report_cutoff c
SET day = %(day)s, path = n.path, since = n.since, since_edge = n.since_edge::jsonb,
    at = n.at, at_edge = n.at_edge::jsonb
FROM unnest(%(ids)s::bigint[], %(paths)s::text[], %(since)s::timestamptz[], %(since_edge)s::text[],
            %(at)s::timestamptz[], %(at_edge)s::text[])
     AS n (school_id, path, since, since_edge, at, at_edge)
WHERE c.school_id = n.school_id
"""
ANSWERS = """
UPDATE obligation o
SET accounted = n.accounted,
    told_at = coalesce(o.told_at, %(at)s), received_at = coalesce(o.received_at, %(at)s),
    answered_by = coalesce(o.answered_by, %(by)s), channel = coalesce(o.channel, %(channel)s)
FROM unnest(%(ids)s::bigint[], %(accounted)s::int[]) AS n (unit_id, accounted)
WHERE o.day = %(day)s AND o.kind = %(kind)s AND o.unit_id = n.unit_id AND o.subject = ''
  AND o.cancelled_at IS NULL
"""


@transaction.atomic
def sign_many(*, schools: Sequence[int], day: date, at: datetime, by: Actor) -> int:
    """Sign the reports of schools (ids) that have signed nothing yet that day, all at once.

    Schools that owe no report, that have signed, or none of whose groups has answered are left
    out. Returns how many were signed.
    """
    owing = schools_owing(day, schools)
    for school in owing:
        by.require(ReportPermission.SIGN, school.path)
    cutoffs = _locked_cutoffs(owing, day)
    signed = set(
        DailyReport.objects.on(day)
        .filter(school_id__in=ids_of(owing))
        .values_list("school_id", flat=True)
    )
    open_ = [school for school in owing if school.school_id not in signed]
    drafts = [
        draft
        for draft in derive(open_, day, at, cutoffs=cutoffs, signed={})
        if rules.may_sign(by, draft.school.path, draft.cover).allowed
    ]
    if drafts:
        ensure_day(day)
        _write(drafts, by, at)
    return len(drafts)


def _locked_cutoffs(schools: Sequence[School], day: date) -> dict[int, Cutoff]:
    first = midnight(day - FIRST_WINDOW)
    Cutoff.objects.bulk_create(
        [
            Cutoff(school_id=school.school_id, path=school.path, day=day, since=first, at=first)
            for school in schools
        ],
        ignore_conflicts=True,
        batch_size=5000,
    )
    rows = Cutoff.objects.select_for_update().filter(school_id__in=ids_of(schools))
    return {row.school_id: row for row in rows.order_by("school_id")}


def _write(drafts: Sequence[Draft], by: Actor, at: datetime) -> None:
    made = [revision_from(draft, 1, by, at) for draft in drafts]
    _copy("report_revision", REVISION, (_revision_row(one) for one in made))
    _copy("daily_report", REPORT, (_report_row(one) for one in made))
    _move_cutoffs(made, drafts)
    _answer(made, by, at)
    ensure_day(at.date())
    _copy("audit_event", AUDIT, (_audit_row(one, by, at) for one in made))


def _copy(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _revision_row(made: ReportRevision) -> list[Any]:
    values = [getattr(made, name) for name in REVISION[:-1]]
    return [*values, Jsonb(made.entered)]


def _report_row(made: ReportRevision) -> list[Any]:
    values = {"day": made.day, "school_id": made.school_id, **report_values(made)}
    return [str(values[name]) if name == "state" else values[name] for name in REPORT]


def _audit_row(made: ReportRevision, by: Actor, at: datetime) -> list[Any]:
    detail: dict[str, Any] = {"day": str(made.day), "revision": made.revision}
    if by.user_id is None:
        detail["system"] = by.name
    return [
        at.date(), at, ReportEvent.SIGNED.value, by.user_id, by.token_id, made.school_id,
        made.path, rules.identity(made.school_id, made.day), Jsonb(detail),
    ]  # fmt: skip


def _move_cutoffs(made: Sequence[ReportRevision], drafts: Sequence[Draft]) -> None:
    params: dict[str, Any] = {
        "day": made[0].day,
        "ids": [one.school_id for one in made],
        "paths": [one.path for one in made],
        "since": [one.cutoff_from for one in made],
        "since_edge": [_json(draft.window.edge) for draft in drafts],
        "at": [one.cutoff_at for one in made],
        "at_edge": [_json(draft.edge) for draft in drafts],
    }
    with connection.cursor() as cursor:
        cursor.execute(CUTOFFS, params)


def _json(edge: Any) -> str:
    return json.dumps(dict(edge))


def _answer(made: Sequence[ReportRevision], by: Actor, at: datetime) -> None:
    params: dict[str, Any] = {
        "day": made[0].day,
        "kind": KIND,
        "at": at,
        "by": by.user_id,
        "channel": Channel.API.value if by.token_id else Channel.WEB.value,
        "ids": [one.school_id for one in made],
        "accounted": [one.people_accounted for one in made],
    }
    with connection.cursor() as cursor:
        cursor.execute(ANSWERS, params)
