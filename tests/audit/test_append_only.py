"""What was written to the trail stays, whoever asks; only old days go, and leave a trace."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import ProgrammingError, connection, transaction

from fangxian.kernel import audit
from fangxian.kernel.access import system
from fangxian.kernel.audit import sealing, verifying
from fangxian.kernel.clock import SHANGHAI
from fangxian.kernel.models import AuditEvent, Installation
from fangxian.kernel.partitions import ensure_day

pytestmark = pytest.mark.django_db
DAY = date(2031, 5, 7)
LONG_AGO = date(2021, 5, 7)
BY = system("tests", [])


class Done(audit.Event):
    SOMETHING = "tests.something"


def happened(day: date, times: int = 1) -> None:
    at = datetime(day.year, day.month, day.day, 8, tzinfo=SHANGHAI)
    for number in range(times):
        audit.record(Done.SOMETHING, by=BY, at=at, subject=str(number))


def run(statement: str, *values: date) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, list(map(str, values)))


def begin_for_good() -> None:
    now = datetime.now(SHANGHAI)
    Installation.objects.update_or_create(id=1, defaults={"is_demo": False, "created_at": now})


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET subject = 'something else'",
        "DELETE FROM audit_event",
        "UPDATE audit_event_p20310507 SET subject = 'something else'",
        "DELETE FROM audit_event_p20310507",
        "UPDATE audit_segment SET events = 0",
        "DELETE FROM audit_segment",
        "TRUNCATE audit_event",
        "TRUNCATE audit_event_p20310507",
        "TRUNCATE audit_segment",
    ],
)
def test_even_the_owner_is_refused(statement: str) -> None:
    begin_for_good()
    happened(DAY)
    sealing.seal()
    with pytest.raises(ProgrammingError, match="only ever added to"):
        run(statement)
    assert AuditEvent.objects.filter(day=DAY).count() == 1


def test_a_demonstration_may_begin_anew() -> None:
    begin_for_good()
    Installation.objects.update(is_demo=True)
    happened(DAY)
    run("TRUNCATE audit_event, audit_segment")
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    "statement", ["audit_forget('2021-05-07')", "audit_append(NULL, 1, 1, 1, NULL, false)"]
)
def test_web_lets_go_of_nothing(as_web: None, statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        run(f"SELECT {statement}")


def test_web_makes_no_segment_of_its_own(as_web: None) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        run(
            "INSERT INTO audit_segment (number, day, after_id, upto_id, events, rows_hash, "
            "previous, hash, sealed_at) VALUES (1, '2031-05-07', 0, 1, 1, '', '', '', now())"
        )
    run("SELECT audit_seal()")


def test_an_old_day_goes_once_it_is_sealed_and_leaves_a_trace() -> None:
    begin_for_good()
    happened(LONG_AGO, 3)
    with pytest.raises(ProgrammingError, match="not sealed yet"):
        run("SELECT audit_forget(%s)", LONG_AGO)
    sealing.seal()
    run("SELECT audit_forget(%s)", LONG_AGO)
    (told,) = AuditEvent.objects.filter(event="audit.forgotten")
    assert (told.detail["day"], told.detail["count"]) == (str(LONG_AGO), 3)
    assert LONG_AGO not in verifying.days_kept()
    assert verifying.verify().findings == ()


def test_a_young_day_stays() -> None:
    young = datetime.now(SHANGHAI).date() - timedelta(days=150)
    ensure_day(young)
    with pytest.raises(ProgrammingError, match="younger than six months"):
        run("SELECT audit_forget(%s)", young)


def test_what_comes_to_a_day_that_was_forgotten_is_seen() -> None:
    happened(LONG_AGO, 2)
    sealing.seal()
    run("SELECT audit_forget(%s)", LONG_AGO)
    ensure_day_anew(LONG_AGO)
    run(
        "INSERT INTO audit_event (day, id, at, event) VALUES (%s, 1, now(), 'tests.forged')",
        LONG_AGO,
    )
    (found,) = verifying.verify().findings
    assert (found.what, found.day) == (verifying.Wrong.ADDED, LONG_AGO)


def ensure_day_anew(day: date) -> None:
    run("SELECT ensure_day(%s)", day)
