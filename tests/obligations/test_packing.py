"""Months long past: packed they say the same, and what is corrected is unpacked first."""

import random
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from fangxian.foundation.obligations.actions import answer, excuse
from fangxian.foundation.obligations.models import Obligation, ObligationDay
from fangxian.foundation.obligations.packing import pack
from fangxian.foundation.obligations.queries import (
    owed,
    silent,
    silent_schools,
    standing,
    strip,
)
from fangxian.foundation.obligations.sources import packed_before
from fangxian.kernel import clock
from tests.cast import AT, DAY, Cast, Place
from tests.obligations.forest import BY, MORNING, grow, morning
from tests.obligations.test_standing import AFTER

LATER = date(2027, 3, 23)
NIGHT = datetime(2027, 3, 23, 3, 20, tzinfo=clock.SHANGHAI)


@pytest.fixture(autouse=True)
def _long_after(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: LATER)


def packed() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM obligation_month")
        return int(cursor.fetchone()[0])


def everything(places: tuple[Place, ...]) -> list[Any]:
    """Whatever the standing reads say of every place: boards, strips, lists."""
    found: list[Any] = []
    for place in places:
        unit = place.version
        found.append(standing(unit=unit, kind=MORNING, day=DAY, at=AFTER))
        found.append(strip(path=place.path, kind=MORNING, last=DAY, days=5, at=AFTER))
        page: dict[str, Any] = {
            "path": place.path,
            "kind": MORNING,
            "day": DAY,
            "at": AFTER,
            "by": BY,
        }
        found.append(silent(**page, offset=0, limit=500))
        found.append(silent(**page, offset=1, limit=2, overdue_only=True))
        found.append(silent_schools(**page, offset=0, limit=500))
        found.append(
            [(row.kind, row.due_at, row.told_at) for row in owed(unit_id=place.id, day=DAY)]
        )
    return found


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5, 6])
def test_standing_is_the_same_before_and_after(seed: int, db: None) -> None:
    forest = grow(seed)
    morning(forest, seed)
    before = everything(forest.places)
    pack(today=LATER, at=NIGHT)
    assert not Obligation.objects.filter(day=DAY).exists()
    assert packed() == len({group.school_id for group in forest.groups})
    assert everything(forest.places) == before


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_half_packed_is_the_same_too(seed: int, db: None) -> None:
    """A night that ended in the middle, or a school that was unpacked: each row is seen once."""
    forest = grow(seed)
    morning(forest, seed)
    before = everything(forest.places)
    pack(today=LATER, at=NIGHT)
    chosen = random.Random(seed).sample(forest.groups, len(forest.groups) // 3)
    for group in chosen:
        rows = Obligation.objects.of(MORNING, DAY).filter(unit_id=group.id)
        accounted = rows.get().accounted
        if rows.get().told_at is not None:
            _correct(group, accounted)
    assert everything(forest.places) == before
    pack(today=LATER, at=NIGHT)
    assert not Obligation.objects.filter(day=DAY).exists()
    assert everything(forest.places) == before


def _correct(group: Place, accounted: int | None) -> bool:
    return answer(
        kind=MORNING,
        unit_id=group.id,
        day=DAY,
        told_at=AFTER + timedelta(days=100),
        at=AFTER + timedelta(days=100),
        by=BY,
        accounted=accounted,
        channel="web",
    )


def test_a_late_correction_changes_the_people_and_not_the_times(cast: Cast) -> None:
    rows = Obligation.objects.of(MORNING, DAY).filter(unit_id=cast.plain_group.id)
    rows.update(told_at=AT, received_at=AT, accounted=40)
    pack(today=LATER, at=NIGHT)
    assert _correct(cast.plain_group, 45)
    row = rows.all().get()
    assert (row.told_at, row.accounted, row.roll) == (AT, 45, 45)
    counts = standing(unit=cast.school.version, kind=MORNING, day=DAY, at=AFTER).counts
    assert (counts.expected, counts.answered, counts.on_time) == (3, 1, 1)


def test_a_late_answer_is_late(cast: Cast) -> None:
    pack(today=LATER, at=NIGHT)
    assert _correct(cast.plain_group, 45)
    counts = standing(unit=cast.school.version, kind=MORNING, day=DAY, at=AFTER).counts
    assert (counts.answered, counts.on_time, counts.late) == (1, 0, 1)


def test_who_is_packed_can_be_excused(cast: Cast) -> None:
    pack(today=LATER, at=NIGHT)
    excuse(kind=MORNING, unit_id=cast.plain_group.id, day=DAY, reason="停课", by=BY, at=NIGHT)
    counts = standing(unit=cast.school.version, kind=MORNING, day=DAY, at=AFTER).counts
    assert (counts.expected, counts.excused) == (3, 1)


@pytest.mark.parametrize(
    ("today", "before"),
    [
        (date(2027, 3, 23), date(2026, 12, 1)),
        (date(2027, 3, 1), date(2026, 12, 1)),
        (date(2027, 2, 28), date(2026, 11, 1)),
        (date(2026, 11, 23), date(2026, 8, 1)),
    ],
)
def test_only_whole_months_long_past_are_packed(today: date, before: date) -> None:
    assert packed_before(today) == before


def test_what_is_recent_stays(cast: Cast) -> None:
    pack(today=date(2027, 2, 28), at=NIGHT)
    assert packed() == 0
    assert Obligation.objects.filter(day=DAY).exists()


def test_emptied_partitions_go_and_lists_stay(cast: Cast, as_web: None) -> None:
    pack(today=LATER, at=NIGHT)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.obligation_p20261123')")
        assert cursor.fetchone() == (None,)
    assert ObligationDay.objects.filter(day=DAY).exists()
    kept = packed()
    pack(today=LATER, at=NIGHT)  # again changes nothing
    assert packed() == kept


def test_a_partition_that_holds_a_row_is_not_dropped(cast: Cast) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT drop_obligation_day(%s)", [DAY])
        assert cursor.fetchone() == (False,)
    assert Obligation.objects.filter(day=DAY).exists()
