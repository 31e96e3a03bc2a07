"""Sealing: whatever order transactions end in, nothing is missed and nothing is a false alarm."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from io import StringIO
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from fangxian.config.database import login
from fangxian.config.environment import DatabaseRole
from fangxian.console import roles
from fangxian.kernel.audit import sealing, verifying
from fangxian.kernel.audit.verifying import Wrong
from fangxian.kernel.models import AuditEvent, AuditSegment

DAYS = ("2031-05-07", "2031-05-08")
INSERT = "INSERT INTO audit_event (day, at, event, subject) VALUES (%s, '2031-05-07', 'x', %s)"


def another() -> psycopg.Connection:
    """A connection of its own, as the owner."""
    to = login(settings.FANGXIAN, DatabaseRole.OWNER)
    name = connection.settings_dict["NAME"]
    return roles.connect(replace(to, name=name, **_where()))


def _where() -> dict[str, Any]:
    return {"host": connection.settings_dict["HOST"], "port": connection.settings_dict["PORT"]}


@pytest.fixture
def days(transactional_db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE audit_event, audit_segment RESTART IDENTITY")
        for day in DAYS:
            cursor.execute("SELECT ensure_day(%s)", [day])


@pytest.fixture
def impatient(days: None) -> Iterator[None]:
    """Sealing gives up at once where somebody is in the way."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('audit_seal()'::regprocedure)")
        (whole,) = cursor.fetchone()
        cursor.execute(whole.replace("looks integer := 250", "looks integer := 0"))
    yield
    with connection.cursor() as cursor:
        cursor.execute(whole)


def sealed_events() -> int:
    return sum(AuditSegment.objects.values_list("events", flat=True))


def test_what_is_not_committed_yet_is_waited_for(impatient: None) -> None:
    with another() as slow, another() as quick:
        with slow.transaction():
            slow.execute(INSERT, [DAYS[0], "drew its id first"])
            quick.execute(INSERT, [DAYS[0], "committed first"])
            assert not sealing.seal()
            assert sealed_events() == 0
        assert sealing.seal()
    assert sealed_events() == 2
    assert verifying.verify().findings == ()


def test_one_who_only_drew_an_id_is_waited_for_too(impatient: None) -> None:
    """Between drawing an id and writing the row there is no transaction id to be seen."""
    drawn = (
        "INSERT INTO audit_event (day, at, event) SELECT '2031-05-07', now(), 'x' "
        "WHERE nextval('audit_event_id_seq') < 0"
    )
    with another() as slow, another() as quick, slow.transaction():
        quick.execute(INSERT, [DAYS[0], "earlier: the next ids need no line in the log"])
        slow.execute(drawn)
        assert slow.execute("SELECT pg_current_xact_id_if_assigned()").fetchone() == (None,)
        quick.execute(INSERT, [DAYS[0], "later"])
        assert not sealing.seal()


def test_sealing_waits_no_longer_for_those_who_came_after(impatient: None) -> None:
    with another() as reader, reader.transaction():
        reader.execute("SELECT count(*) FROM audit_event")
        with connection.cursor() as cursor:
            cursor.execute(INSERT, [DAYS[0], "here"])
        assert sealing.seal()
    assert sealed_events() == 1


STEPS = st.lists(
    st.tuples(
        st.integers(0, 2), st.sampled_from(["write", "write", "commit", "rollback", "seal"]),
        st.sampled_from(DAYS),
    ),
    max_size=40,
)  # fmt: skip


@hypothesis_settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
def test_in_whatever_order_they_end_every_event_is_sealed_once(
    impatient: None, steps: list[tuple[int, str, str]]
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE audit_event, audit_segment")
    with ExitStack() as stack:
        writers = [stack.enter_context(another()) for _ in range(3)]
        for writer in writers:
            writer.autocommit = False
        for who, what, day in steps:
            if what == "write":
                writers[who].execute(INSERT, [day, str(who)])
            elif what == "commit":
                writers[who].commit()
            elif what == "rollback":
                writers[who].rollback()
            else:
                sealing.seal()
                assert verifying.verify().findings == ()
        for writer in writers:
            writer.commit()
    assert sealing.seal()
    found = verifying.verify()
    assert found.findings == ()
    assert sealed_events() == found.events == AuditEvent.objects.count()


def test_two_who_seal_at_once_make_one_chain(days: None) -> None:
    with another() as first, another() as second:
        first.execute(INSERT, [DAYS[0], "a"])
        with first.transaction():
            assert first.execute("SELECT audit_seal()").fetchone() == (0,)
            assert second.execute("SELECT audit_seal()").fetchone() == (None,)
        assert second.execute("SELECT audit_seal()").fetchone() == (0,)
    assert [one.number for one in AuditSegment.objects.all()] == [1]


def test_a_transaction_that_sees_only_the_past_may_not_seal(days: None) -> None:
    with another() as one, one.transaction():
        one.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        with pytest.raises(psycopg.errors.RaiseException, match="sees what others commit"):
            one.execute("SELECT audit_seal()")


@pytest.fixture
def three_segments(days: None) -> None:
    for number in range(3):
        with connection.cursor() as cursor:
            for subject in range(4):
                cursor.execute(INSERT, [DAYS[number % 2], f"{number}.{subject}"])
        sealing.seal()


def tamper(*statements: str) -> None:
    """Change what must not be changed, as one who has power over the server does."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in ("audit_event", "audit_segment"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement.replace("FIRST", FIRST))
        for table in ("audit_event", "audit_segment"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def findings(**words: Any) -> list[tuple[Wrong, int | None]]:
    return [(one.what, one.segment) for one in verifying.verify(**words).findings]


FIRST = "(SELECT min(id) FROM audit_event WHERE day = '2031-05-07')"


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("SELECT 1", []),
        ("DELETE FROM audit_event WHERE id = FIRST", [(Wrong.REMOVED, 1)]),
        ("UPDATE audit_event SET subject = 'y' WHERE id = FIRST", [(Wrong.EDITED, 1)]),
        ("UPDATE audit_event SET at = at + interval '1 us' WHERE id = FIRST",
         [(Wrong.EDITED, 1)]),
        ("UPDATE audit_event SET detail = '{\"a\": null}' WHERE id = FIRST",
         [(Wrong.EDITED, 1)]),
        ("UPDATE audit_event SET persons = '{7}' WHERE id = FIRST", [(Wrong.EDITED, 1)]),
        ("UPDATE audit_event SET address = '192.0.2.7' WHERE id = FIRST",
         [(Wrong.EDITED, 1)]),
        ("DELETE FROM audit_segment WHERE number = 2",
         [(Wrong.SEGMENT_MISSING, 2), (Wrong.ADDED, None)]),
        ("DELETE FROM audit_segment WHERE number = 1",
         [(Wrong.SEGMENT_MISSING, 1), (Wrong.ADDED, None)]),
        ("UPDATE audit_segment SET events = 3 WHERE number = 2", [(Wrong.SEGMENT_ALTERED, 2)]),
        ("UPDATE audit_segment SET sealed_at = sealed_at - interval '1 s' WHERE number = 3",
         [(Wrong.SEGMENT_ALTERED, 3)]),
        ("UPDATE audit_event SET day = '2031-05-08' WHERE id = FIRST",
         [(Wrong.REMOVED, 1), (Wrong.ADDED, None)]),
        ("DROP TABLE audit_event_p20310508", [(Wrong.REMOVED, 2)]),
    ],
)  # fmt: skip
def test_whatever_is_changed_is_found(
    three_segments: None, statement: str, found: list[tuple[Wrong, int | None]]
) -> None:
    tamper(statement)
    assert findings() == found


def test_an_event_put_among_old_ones_is_found(three_segments: None) -> None:
    # An id that was given on another day: nothing in the table itself speaks against it.
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_event (day, id, at, event) "
            "SELECT '2031-05-08', min(id), now(), 'forged' FROM audit_event"
        )
    assert findings() == [(Wrong.ADDED, None)]


def test_the_end_cut_off_is_found_by_a_seal_that_was_written_down(three_segments: None) -> None:
    seal = sealing.newest()
    assert seal is not None
    grouped = f"{seal.hash[:8]} {seal.hash[8:16].upper()}"
    assert findings(expect=grouped) == []
    tamper(
        "DELETE FROM audit_event WHERE subject LIKE '2.%'",
        "DELETE FROM audit_segment WHERE number = 3",
    )
    assert findings() == []
    assert findings(expect=seal.hash) == [(Wrong.UNEXPECTED, None)]


def test_a_day_is_looked_through_alone(three_segments: None) -> None:
    tamper("DELETE FROM audit_event WHERE id = FIRST")
    days = {one.day for one in AuditSegment.objects.all()}
    assert findings(first=max(days)) == []
    assert findings(last=min(days)) == [(Wrong.REMOVED, 1)]


@pytest.fixture
def said(three_segments: None) -> Callable[..., tuple[str, int]]:
    def run(*words: str) -> tuple[str, int]:
        out = StringIO()
        try:
            call_command("audit", *words, stdout=out)
        except SystemExit as end:
            return out.getvalue(), int(str(end.code))
        return out.getvalue(), 0

    return run


def test_the_command_says_so_and_ends_with_1(said: Callable[..., tuple[str, int]]) -> None:
    text, code = said("verify")
    assert (code, "12 events, 3 segments: all as it was sealed" in text) == (0, True)
    tamper("DELETE FROM audit_event WHERE id = FIRST")
    text, code = said("verify")
    assert code == 1
    assert "segment 1 of 2031-05-07" in text
    assert "1 of 4 events were removed" in text
    text, code = said("verify", "--json")
    assert (code, '"what": "removed"' in text) == (1, True)


def test_many_are_cut_into_segments(days: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_event (day, at, event) "
            "SELECT '2031-05-07', '2031-05-07', 'x' FROM generate_series(1, 12000)"
        )
    sealing.seal()
    assert list(AuditSegment.objects.values_list("events", flat=True).order_by("number")) == [
        5000, 5000, 2000,
    ]  # fmt: skip
    assert findings() == []
