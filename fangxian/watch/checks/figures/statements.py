"""Pieces of SQL that several figures share, and how they are asked."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import psycopg
from django.db import connection

from fangxian.watch.checks.rules import FEVER_CELSIUS, Symptom
from fangxian.watch.reporting.indicators import Scope

Row = tuple[Any, ...]

COUNTED_SYMPTOMS = (
    Symptom.COUGH,
    Symptom.SORE_THROAT,
    Symptom.VOMITING,
    Symptom.DIARRHOEA,
    Symptom.ABDOMINAL_PAIN,
    Symptom.RASH,
    Symptom.PAROTID_SWELLING,
    Symptom.CONJUNCTIVAL_REDNESS,
    Symptom.JAUNDICE,
    Symptom.LABOURED_BREATHING,
)

#: which lines `n` tell of the people behind a figure
FEVER = f"('fever' = ANY (n.symptoms) OR coalesce(n.temperature >= {FEVER_CELSIUS}, FALSE))"
ILL = "(n.is_present OR n.reason = 'ill')"
LINES = {
    "absent_ill": "NOT n.is_present AND n.reason = 'ill'",
    "absent_leave": "NOT n.is_present AND n.reason = 'leave'",
    "absent_unknown": "NOT n.is_present AND n.reason = 'unknown_cause'",
    "absent_other": "NOT n.is_present AND n.reason = 'other'",
    "ill": ILL,
    "symptomatic_present": "n.is_present",
    "fever": FEVER,
    "new_ill": ILL,
    "new_fever": FEVER,
    **{s.value: f"'{s.value}' = ANY (n.symptoms)" for s in COUNTED_SYMPTOMS},
}
NEW = {"new_ill": "ill", "new_fever": "fever"}

LATEST = """
latest AS MATERIALIZED (
    SELECT DISTINCT ON (c.unit_id) c.*
    FROM check_revision c
    WHERE c.day = {day} AND c.is_current AND c.path >= %(low)s AND c.path < %(high)s
      AND c.school_id = ANY (%(ids)s::bigint[])
    ORDER BY c.unit_id,
             array_position(ARRAY['home', 'morning', 'noon', 'evening'], c.session::text) DESC
)
"""


def literal(day: date) -> str:
    """A day inside a statement, so that each plan knows its partitions."""
    return f"DATE '{day.isoformat()}'"


def rows(statement: str, params: Mapping[str, Any]) -> list[Row]:
    """All rows of a statement, prepared: it is asked again for other schools of the same day."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        found = cursor.execute(" ".join(statement.split()), params, prepare=True)
        return found.fetchall()


def params(scope: Scope) -> dict[str, Any]:
    """What every statement over a scope needs."""
    return {"ids": scope.school_ids, "low": scope.low, "high": scope.high}
