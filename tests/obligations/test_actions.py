"""Lists are made once, whoever makes them; who was asked is left in peace; excuses say why."""

import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection

from fangxian.foundation.obligations.actions import (
    cancel,
    chase,
    excuse,
    materialise,
    materialise_day,
)
from fangxian.foundation.obligations.kinds import kind_by_code
from fangxian.foundation.obligations.models import Chase, Obligation, ObligationDay
from fangxian.foundation.obligations.queries import chases, last_chase
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from fangxian.kernel.models import AuditEvent
from tests.cast import AT, DAY, SYSTEM, Cast, build

MORNING = "check.morning"
EVE = AT - timedelta(days=1)


def expected(kind: str = MORNING) -> int:
    return ObligationDay.objects.get(day=DAY, kind=kind).expected


def test_a_second_time_changes_nothing(cast: Cast) -> None:
    before = list(Obligation.objects.order_by("kind", "unit_id").values())
    assert set(materialise_day(day=DAY, at=EVE, by=SYSTEM).values()) == {0}
    assert list(Obligation.objects.order_by("kind", "unit_id").values()) == before
    assert expected() == 5


@pytest.mark.django_db(transaction=True)
def test_two_workers_make_one_list() -> None:
    cast = build()
    Obligation.objects.all().delete()
    ObligationDay.objects.all().delete()
    start, added = threading.Barrier(2), []

    def work() -> None:
        try:
            start.wait()
            kind = kind_by_code(MORNING)
            added.append(materialise(kind=kind, day=DAY, at=EVE, by=SYSTEM))
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(added) == [0, 5]
    assert Obligation.objects.filter(day=DAY, kind=MORNING).count() == expected() == 5
    assert cast.county.id


def ask(cast: Cast, at: datetime, who: str = "county_officer") -> int:
    by: Actor = cast.actor(who)
    return chase(kind=MORNING, unit=cast.county.version, day=DAY, by=by, at=at)


def test_nobody_is_asked_twice_in_ten_minutes(cast: Cast) -> None:
    assert ask(cast, AT) == 4
    assert ask(cast, AT + timedelta(minutes=9)) == 0
    assert ask(cast, AT + timedelta(minutes=11)) == 4
    assert Chase.objects.count() == 8


def test_only_the_silent_are_asked(cast: Cast) -> None:
    Obligation.objects.filter(unit_id=cast.plain_group.id).update(told_at=AT, received_at=AT)
    Obligation.objects.filter(unit_id=cast.tiny_group.id).update(excused_at=AT, reason="停课")
    assert ask(cast, AT) == 2
    assert {row.unit_id for row in Chase.objects.all()} == {
        cast.named_group.id,
        cast.point_group.id,
    }


def test_when_they_were_last_asked_is_seen_above_and_at_the_school(cast: Cast) -> None:
    assert last_chase(path=cast.county.path, kind=MORNING, day=DAY) is None
    ask(cast, AT)
    for place, asked in [(cast.province, 4), (cast.county, 4), (cast.school, 3)]:
        found = last_chase(path=place.path, kind=MORNING, day=DAY)
        assert found is not None
        assert (found.at, found.asked) == (AT, asked)
    assert last_chase(path=cast.other_county.path, kind=MORNING, day=DAY) is None
    assert len(chases(school_id=cast.school.id, day=DAY)) == 3


@pytest.mark.parametrize(
    ("who", "refusal"), [("outsider", NotFound), ("inspector", Forbidden), ("auditor", Forbidden)]
)
def test_who_may_not_chase(cast: Cast, who: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        ask(cast, AT, who)
    assert not Chase.objects.exists()


def let_off(cast: Cast, who: str = "county_officer", reason: str = "全班停课") -> None:
    excuse(
        kind=MORNING,
        unit_id=cast.plain_group.id,
        day=DAY,
        reason=reason,
        by=cast.actor(who),
        at=AT,
    )


def test_an_excuse_says_why_and_stays_in_the_list(cast: Cast) -> None:
    let_off(cast)
    row = Obligation.objects.get(kind=MORNING, unit_id=cast.plain_group.id)
    assert (row.excused_at, row.reason) == (AT, "全班停课")
    assert expected() == 5
    assert AuditEvent.objects.filter(event="obligations.excused").count() == 1


def test_an_excuse_needs_a_reason(cast: Cast) -> None:
    with pytest.raises(Invalid) as refused:
        let_off(cast, reason="  ")
    assert list(refused.value.fields) == ["reason"]


def test_what_is_answered_needs_no_excuse(cast: Cast) -> None:
    Obligation.objects.filter(unit_id=cast.plain_group.id).update(told_at=AT, received_at=AT)
    with pytest.raises(Conflict):
        let_off(cast)


@pytest.mark.parametrize(("who", "refusal"), [("outsider", NotFound), ("head", Forbidden)])
def test_who_may_not_excuse(cast: Cast, who: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        let_off(cast, who)


def test_after_the_freeze_nobody_disappears(cast: Cast) -> None:
    by = cast.actor("county_officer")
    with pytest.raises(Conflict):
        cancel(kind=MORNING, unit_id=cast.plain_group.id, day=DAY, reason="误", by=by, at=AT)
    cancel(kind=MORNING, unit_id=cast.plain_group.id, day=DAY, reason="误", by=by, at=EVE)
    assert expected() == 4
