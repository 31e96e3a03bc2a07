"""Laws of standing: parts add up at every level, silence never hides, unknown is never zero."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db.models import F

from fangxian.foundation.obligations.models import Obligation
from fangxian.foundation.obligations.queries import (
    Standing,
    shared_standing,
    shared_strip,
    silent,
    silent_schools,
    standing,
    strip,
)
from fangxian.foundation.obligations.rules import NOTHING_DUE, Counts
from fangxian.foundation.units.models import Unit, UnitVersion
from fangxian.kernel import shared
from fangxian.kernel.clock import SHANGHAI
from tests.cast import AT, DAY, Cast, Place
from tests.obligations.forest import BY, MORNING, Forest, grow, morning

AFTER = datetime(2026, 11, 23, 12, 0, tzinfo=SHANGHAI)
SEEDS = [1, 2, 3, 4, 5, 6]


def stands(place: Place, at: datetime = AFTER, kind: str = MORNING, day: date = DAY) -> Standing:
    return standing(unit=place.version, kind=kind, day=day, at=at)


def counted(path: str, at: datetime) -> Counts:
    """The same by hand, row by row."""
    rows = [
        row for row in Obligation.objects.filter(kind=MORNING, day=DAY) if row.path.startswith(path)
    ]
    told = [row for row in rows if row.told_at is not None]
    silent_rows = [row for row in rows if row.told_at is None and row.excused_at is None]
    in_time = [row for row in told if row.told_at and row.told_at <= row.due_at]
    known = [row.accounted for row in rows if row.accounted is not None]
    rolls = [row.roll for row in rows if row.roll is not None]
    return Counts(
        expected=len(rows),
        answered=len(told),
        on_time=len(in_time),
        late=len(told) - len(in_time),
        overdue=len([row for row in silent_rows if row.due_at < at]),
        excused=len(rows) - len(told) - len(silent_rows),
        people_accounted=sum(known) if known else None,
        people_total=sum(rolls) if rolls else None,
        rolls_unknown=len(rows) - len(rolls),
    )


@pytest.fixture(params=SEEDS)
def forest(request: Any, db: None) -> Forest:
    grown = grow(request.param)
    morning(grown, request.param)
    return grown


def test_every_level_counts_what_is_below_it(forest: Forest) -> None:
    for place in forest.places:
        assert stands(place).counts == counted(place.path, AFTER), place.code


def test_a_parent_is_the_sum_of_its_children_and_itself(forest: Forest) -> None:
    for place in forest.places:
        found = stands(place)
        parts = [child.counts for child in found.children]
        assert sum([*parts, found.own], NOTHING_DUE) == found.counts, place.code


def test_a_child_stands_the_same_on_its_parent_s_board_and_on_its_own(forest: Forest) -> None:
    by_code = {place.code: place for place in forest.places}
    for place in forest.places:
        found = stands(place)
        for one in (*found.children, *found.bureaus):
            assert stands(by_code[one.unit.code]).counts == one.counts, one.unit.code


def test_the_parts_of_a_standing_add_up(forest: Forest) -> None:
    for at in (AT, AFTER):
        for place in forest.places:
            counts = stands(place, at).counts
            assert None not in counts.values()[:6]
            assert counts.on_time + counts.late == counts.answered  # type: ignore[operator]
            assert counts.answered + counts.excused + counts.silent == counts.expected  # type: ignore[operator]
            assert counts.overdue == (counts.silent if at == AFTER else 0)


def test_silence_is_seen_at_every_level(forest: Forest) -> None:
    for place in forest.places:
        listed, total = silent(
            path=place.path, kind=MORNING, day=DAY, at=AFTER, by=BY, offset=0, limit=500
        )
        assert total == len(listed) == stands(place).counts.silent
        schools, number = silent_schools(
            path=place.path, kind=MORNING, day=DAY, at=AFTER, by=BY, offset=0, limit=500
        )
        assert number == len(schools)
        assert sum(school.silent for school in schools) == total
        assert {school.school_id for school in schools} == {unit.school_id for unit in listed}


def test_a_tree_that_changed_since_loses_nobody(forest: Forest) -> None:
    """A school of the province that closed at noon still owes what it owed in the morning."""
    province = forest.places[0]
    before = stands(province).counts
    schools = UnitVersion.objects.as_of(DAY).filter(reports_to_id=province.id).schools()
    UnitVersion.objects.filter(pk__in=schools.values("pk")).update(valid_to=DAY)
    Unit.objects.filter(pk__in=schools.values("unit_id")).update(closed_on=DAY)
    assert stands(province).counts == before


def test_two_roots_do_not_mix(cast: Cast) -> None:
    UnitVersion.objects.filter(unit_id=cast.city.id).update(reports_to=None)
    assert stands(cast.province).counts.expected == 5
    UnitVersion.objects.filter(unit_id=cast.county.id).update(reports_to=None, path="9/")
    assert stands(cast.county).counts == NOTHING_DUE


def test_without_a_list_nothing_is_known(cast: Cast) -> None:
    for place in (cast.province, cast.county, cast.school, cast.plain_group):
        found = stands(place, day=date(2026, 11, 20))
        assert found.counts == Counts()
        assert all(child.counts == Counts() for child in found.children)
        assert found.counts.silent is None


def test_nothing_due_is_known_to_be_zero_but_people_are_not(cast: Cast) -> None:
    found = stands(cast.county, kind="check.evening")  # nobody boards
    assert found.counts == NOTHING_DUE
    assert found.counts.people_total is None


@pytest.mark.parametrize(
    ("told", "at", "on_time", "late", "overdue"),
    [
        (None, "09:59", 0, 0, 0),
        (None, "10:01", 0, 0, 1),
        ("09:59", "10:01", 1, 0, 0),
        ("10:00", "10:01", 1, 0, 0),  # at the very moment is in time
        ("10:01", "10:02", 0, 1, 0),
    ],
)
def test_late_and_overdue_follow_from_times(
    cast: Cast, told: str | None, at: str, on_time: int, late: int, overdue: int
) -> None:
    def moment(text: str) -> datetime:
        return datetime.fromisoformat(f"2026-11-23T{text}:00+08:00")

    rows = Obligation.objects.filter(kind=MORNING, unit_id=cast.plain_group.id)
    if told:
        rows.update(told_at=moment(told), received_at=moment("11:00"))
    counts = stands(cast.plain_group, moment(at)).counts
    assert (counts.on_time, counts.late, counts.overdue) == (on_time, late, overdue)


def test_the_strip_knows_which_days_had_no_list(cast: Cast) -> None:
    days = strip(path=cast.county.path, kind=MORNING, last=DAY, days=14, at=AT)
    assert [day for day, _counts in days] == [DAY - timedelta(days=n) for n in range(13, -1, -1)]
    assert days[-1][1] == stands(cast.county, AT).counts
    assert {counts.expected for _day, counts in days[:-1]} == {None}
    again = shared_strip(unit=cast.county.version, kind=MORNING, last=DAY, days=14, at=AT)
    assert again == days


def test_what_is_shared_holds_no_person(cast: Cast) -> None:
    found = shared_standing(unit=cast.county.version, kind=MORNING, day=DAY, at=AT)
    assert "负责人" not in repr(found)
    assert "00012345678" not in repr(found)


def test_what_is_shared_belongs_to_its_unit_day_and_kind(cast: Cast) -> None:
    def shared_of(place: Place, kind: str = MORNING, day: date = DAY) -> Standing:
        return shared_standing(unit=place.version, kind=kind, day=day, at=AT)

    for _again in range(2):
        assert shared_of(cast.county).unit.code == "510104"
        assert shared_of(cast.other_county).unit.code == "510105"
        assert shared_of(cast.county, "daily_report").counts.expected == 2
        assert shared_of(cast.county, day=DAY - timedelta(days=3)).counts == Counts()


def test_an_answer_is_seen_again_within_five_seconds(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    tick = [100.0]
    monkeypatch.setattr(shared, "monotonic", lambda: tick[0])

    def answered() -> int | None:
        one = shared_standing(unit=cast.county.version, kind=MORNING, day=DAY, at=AT)
        return one.counts.answered

    assert answered() == 0
    Obligation.objects.filter(unit_id=cast.plain_group.id, kind=MORNING).update(
        told_at=AT, received_at=F("due_at")
    )
    tick[0] += 5.0
    assert answered() == 1


@pytest.mark.parametrize("place", ["province", "city", "county", "school", "plain_group"])
def test_a_standing_asks_few_questions(
    cast: Cast, place: str, django_assert_max_num_queries: Any
) -> None:
    version = getattr(cast, place).version
    with django_assert_max_num_queries(6):
        standing(unit=version, kind=MORNING, day=DAY, at=AT)
