"""Every rung once, whoever dies, whoever comes second, and whatever the clock does."""

import multiprocessing
import os
import signal
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection, connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fangxian.foundation.accounts.models import User
from fangxian.foundation.escalation import sweep as room
from fangxian.foundation.escalation.models import Decided, Firing
from fangxian.foundation.escalation.sweep import sweep
from fangxian.foundation.notices.models import Notice
from fangxian.foundation.obligations.actions import answer
from fangxian.foundation.obligations.models import Obligation
from tests.cast import AT, DAY, SYSTEM, Cast, build
from tests.escalation.test_sweep import at, heard

NOON = at(12, 30)
Told = Counter[tuple[int, str, str]]


def told() -> Told:
    """What everyone has been told: (person, template, kind), counted."""
    rows = Notice.objects.all()
    return Counter((row.user_id, row.kind, row.context["code"]) for row in rows)


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_tell_once() -> None:
    build()
    together = Barrier(4)

    def one(_number: int) -> int:
        try:
            together.wait()
            return sum(found.notices for found in sweep(at=NOON, by=SYSTEM))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(one, range(4)))
    assert sum(made) == Notice.objects.count() > 0
    assert set(told().values()) == {1}
    rungs = Counter(Firing.objects.values_list("kind", "rung", "unit_id"))
    assert set(rungs.values()) == {1}


def _die_before_the_end(name: str) -> None:
    """In a process of its own: decide, and be killed with the messages made, not committed."""
    connections.close_all()
    connection.settings_dict["NAME"] = name
    send = room._List._send

    def and_die(self: room._List) -> tuple[int, int]:
        send(self)
        os.kill(os.getpid(), signal.SIGKILL)
        return 0, 0

    room._List._send = and_die  # type: ignore[method-assign]
    sweep(at=NOON, by=SYSTEM)


@pytest.mark.django_db(transaction=True)
def test_a_sweep_killed_in_the_middle_leaves_nothing_and_is_made_up_for() -> None:
    build()
    connections.close_all()  # a child must not inherit an open connection
    context = multiprocessing.get_context("fork")
    name = str(connection.settings_dict["NAME"])
    process = context.Process(target=_die_before_the_end, args=(name,))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert (Notice.objects.count(), Firing.objects.count(), Decided.objects.count()) == (0, 0, 0)
    sweep(at=NOON, by=SYSTEM)
    assert set(told().values()) == {1}
    assert ("county_officer", "schools") in heard("daily_report")


@pytest.mark.django_db(transaction=True)
def test_an_answer_does_not_wait_for_a_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    """While a sweep is deciding, a group answers; and the message no longer speaks of it."""
    cast = build()
    send = room._List._send

    def and_meanwhile(self: room._List) -> tuple[int, int]:
        if self.kind.code == "check.morning":
            with ThreadPoolExecutor(1) as pool:
                pool.submit(_answer, cast).result(timeout=60)
        return send(self)

    monkeypatch.setattr(room._List, "_send", and_meanwhile)
    sweep(at=at(10, 0), by=SYSTEM)
    assert ("teacher", "owed") not in heard()
    assert Obligation.objects.get(kind="check.morning", unit_id=cast.named_group.id).told_at


def _answer(cast: Cast) -> None:
    try:
        answer(
            kind="check.morning",
            unit_id=cast.named_group.id,
            day=DAY,
            told_at=AT,
            at=AT,
            by=SYSTEM,
            accounted=5,
            channel="web",
        )
    finally:
        connection.close()


@pytest.mark.django_db
def test_a_failure_in_one_list_does_not_undo_another(monkeypatch: pytest.MonkeyPatch) -> None:
    build()
    send = room._List._send

    def fail(self: room._List) -> tuple[int, int]:
        if self.kind.code == "daily_report":
            raise OSError("the disk is full")
        return send(self)

    monkeypatch.setattr(room._List, "_send", fail)
    with pytest.raises(OSError, match="disk"):
        sweep(at=NOON, by=SYSTEM)
    assert heard("check.morning") and not heard("daily_report")
    monkeypatch.setattr(room._List, "_send", send)
    sweep(at=NOON, by=SYSTEM)
    assert heard("daily_report")
    assert set(told().values()) == {1}


MOMENTS = st.lists(
    st.integers(0, 60 * 36).map(lambda minutes: at(6, 0) + timedelta(minutes=minutes)),
    min_size=1,
    max_size=4,
)


@pytest.mark.django_db
@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(moments=MOMENTS)
def test_whatever_the_clock_does_no_rung_is_told_twice(cast: Cast, moments: list[datetime]) -> None:
    """Forward, back, over midnight: each rung of each list once, at most one voice a level."""
    for table in (Decided, Firing, Notice):
        table.objects.all().delete()
    latest: Told = Counter()
    for now in moments:
        before = told()
        sweep(at=now, by=SYSTEM)
        now_told = told()
        new = now_told - before
        assert all(count == 1 for count in new.values())
        latest = now_told
    for now in moments:
        sweep(at=now, by=SYSTEM)
    assert told() == latest
    rungs = Counter(Decided.objects.values_list("day", "kind", "rung"))
    assert all(count == 1 for count in rungs.values())
    people = set(User.objects.values_list("pk", flat=True))
    assert {person for person, _kind, _code in latest} <= people
