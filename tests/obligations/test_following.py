"""A change of the calendar reaches the lists: those ahead are made anew, today's is excused."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from fangxian.foundation.obligations import following
from fangxian.foundation.obligations.actions import (
    cancel,
    excuse,
    materialise_day,
    rehearse,
)
from fangxian.foundation.obligations.models import Obligation, ObligationDay
from fangxian.foundation.obligations.tasks import follow_later, looked_through
from fangxian.foundation.schooldays import actions as calendar
from fangxian.foundation.schooldays.models import (
    Suspension,
)
from fangxian.foundation.schooldays.queries import school_day
from fangxian.foundation.schooldays.rules import Season
from fangxian.foundation.situations import actions as situations
from fangxian.foundation.units.actions import close_unit, merge_units
from fangxian.foundation.units.models import Unit, UnitVersion
from fangxian.kernel.models import AuditEvent
from tests.cast import AT, DAY, SYSTEM, Cast
from tests.obligations.changes import (
    HOME,
    MORNING,
    ONE_DAY,
    REASON,
    REPORT,
    TOMORROW,
    counts,
    declare_term,
    moment,
    on_list,
    resume,
    row,
    set_level,
    suspend,
    tell,
)


def test_a_school_suspended_this_morning_is_excused_and_stays_on_the_list(cast: Cast) -> None:
    tell(cast.plain_group)
    suspend(cast)
    excused = row(cast.named_group)
    assert (excused.excused_at, excused.reason, excused.excused_by) == (AT, REASON, None)
    answered = row(cast.plain_group)
    assert (answered.told_at, answered.excused_at) == (AT, None)
    assert row(cast.tiny_group).excused_at is None
    found = counts(cast.county)
    assert (found.expected, found.answered, found.excused, found.silent) == (4, 1, 2, 1)
    assert row(cast.school, REPORT).reason == REASON
    assert AuditEvent.objects.filter(event="obligations.followed").count() == 1


def test_taken_back_everything_is_asked_again_past_the_deadline_too(cast: Cast) -> None:
    before = counts(cast.county)
    made = suspend(cast)
    resume(cast, made, at=moment(11))
    assert counts(cast.county) == before
    assert row(cast.named_group).reason is None
    assert counts(cast.county, at=moment(11)).overdue == 4


def test_who_was_excused_by_hand_stays_so(cast: Cast) -> None:
    by = cast.actor("county_officer")
    excuse(kind=MORNING, unit_id=cast.plain_group.id, day=DAY, reason="全班外出", by=by, at=AT)
    resume(cast, suspend(cast))
    assert row(cast.plain_group).reason == "全班外出"
    assert row(cast.named_group).excused_at is None


def test_who_answers_although_excused_has_answered(cast: Cast) -> None:
    made = suspend(cast)
    tell(cast.named_group)
    found = counts(cast.school)
    assert (found.answered, found.excused) == (1, 2)
    resume(cast, made)
    assert row(cast.named_group).told_at == AT


def test_home_checks_are_asked_at_once_where_a_level_wants_them(cast: Cast) -> None:
    set_level(cast)
    assert not on_list(cast.named_group, HOME)
    suspend(cast)
    asked = row(cast.named_group, HOME)
    assert (asked.added_at, asked.roll, asked.told_at) == (AT, 5, None)
    assert not on_list(cast.tiny_group, HOME)
    assert counts(cast.county, HOME).expected == 3
    assert row(cast.school, REPORT).excused_at is None  # a report every day under that level
    assert ObligationDay.objects.get(day=DAY, kind=HOME).expected == 3


def test_what_was_added_and_is_due_no_more_was_never_on_the_frozen_list(cast: Cast) -> None:
    set_level(cast)
    before = counts(cast.county, HOME)
    made = suspend(cast)
    resume(cast, made)
    assert counts(cast.county, HOME) == before
    again = suspend(cast, at=moment(8, 30))
    assert row(cast.named_group, HOME).added_at == moment(8, 30)
    tell(cast.named_group, HOME)
    resume(cast, again, at=moment(9))
    assert on_list(cast.named_group, HOME)  # answered rows are never touched
    assert not on_list(cast.plain_group, HOME)


def test_after_its_deadline_nothing_new_is_asked_today(cast: Cast) -> None:
    set_level(cast)
    suspend(cast, at=moment(23))
    assert not on_list(cast.named_group, HOME)
    assert row(cast.named_group).reason == REASON


def test_a_level_set_today_asks_today_only_where_there_is_no_school(cast: Cast) -> None:
    suspend(cast)
    set_level(cast, at=moment(8, 5))
    assert row(cast.named_group, HOME).added_at == moment(8, 5)
    assert row(cast.school, REPORT).excused_at is None
    by = cast.actor("county_officer")
    situations.end_level(unit_id=cast.county.id, from_day=DAY, by=by, at=moment(8, 6))
    assert not on_list(cast.named_group, HOME)
    assert row(cast.school, REPORT).excused_at == moment(8, 6)


def test_a_single_group_is_closed_this_morning(cast: Cast) -> None:
    suspend(cast, "plain_group")
    assert row(cast.plain_group).reason == REASON
    assert row(cast.named_group).excused_at is None
    assert row(cast.school, REPORT).excused_at is None
    assert counts(cast.school).excused == 1


def test_a_group_that_ceases_this_morning_is_excused(cast: Cast) -> None:
    materialise_day(day=TOMORROW, at=AT, by=SYSTEM)
    tell(cast.point_group)
    by = cast.actor("unit_admin")
    close_unit(unit_id=cast.point.id, day=DAY, by=by, at=AT)
    close_unit(unit_id=cast.plain_group.id, day=DAY, by=by, at=AT)
    closed = row(cast.plain_group)
    assert (closed.excused_at, bool(closed.reason)) == (AT, True)
    assert row(cast.point_group).excused_at is None  # it had answered
    assert counts(cast.school).expected == 3
    assert not on_list(cast.plain_group, day=TOMORROW)
    assert ObligationDay.objects.get(day=TOMORROW, kind=MORNING).expected == 3
    calendar.declare_day(unit_id=cast.county.id, day=DAY, is_open=True, reason="x", by=by, at=AT)
    assert row(cast.plain_group).excused_at == AT


def test_groups_merged_this_morning_answer_as_one(cast: Cast) -> None:
    Unit.objects.filter(pk=cast.named_group.id).update(has_roster=False)
    merge_units(
        from_id=cast.plain_group.id,
        into_id=cast.named_group.id,
        day=DAY,
        by=cast.actor("unit_admin"),
        at=AT,
    )
    assert row(cast.plain_group).excused_at == AT
    assert row(cast.named_group).excused_at is None


def test_a_school_without_groups_owes_its_report_alone(cast: Cast) -> None:
    by = cast.actor("unit_admin")
    close_unit(unit_id=cast.tiny_group.id, day=DAY, by=by, at=AT)
    materialise_day(day=TOMORROW, at=AT, by=SYSTEM)
    assert row(cast.tiny_school, REPORT, TOMORROW).roll is None
    assert (
        not Obligation.objects.of(MORNING, TOMORROW).filter(school_id=cast.tiny_school.id).exists()
    )
    suspend(cast, "tiny_school")
    assert row(cast.tiny_school, REPORT).excused_at == AT


def test_the_lists_ahead_of_a_whole_province_follow_in_the_background(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "MANY", 1)
    materialise_day(day=TOMORROW, at=AT, by=SYSTEM)
    late = moment(23, 59)
    suspend(cast, "county", at=late)
    assert row(cast.named_group).excused_at == late
    assert on_list(cast.named_group, day=TOMORROW)
    jobs = ProcrastinateJob.objects.filter(task_name=following.FOLLOW_LATER)
    assert [job.args["day"] for job in jobs] == [str(TOMORROW)]
    follow_later(**jobs[0].args)  # after midnight already: it counts as of the change
    assert row(cast.named_group, day=TOMORROW).cancelled_at == late
    assert on_list(cast.other_group, day=TOMORROW)


@pytest.mark.parametrize(
    ("at", "looked"),
    [(moment(8), False), (moment(18), True), (moment(18, 5), False), (moment(23, 45), True)],
)
def test_lists_are_looked_through_in_the_evening(at: datetime, looked: bool) -> None:
    assert looked_through(at) == looked


@pytest.mark.parametrize(("at", "stays"), [(moment(23, 59), False), (moment(0, 1, TOMORROW), True)])
def test_the_list_is_frozen_at_midnight(cast: Cast, at: datetime, stays: bool) -> None:
    materialise_day(day=TOMORROW, at=AT, by=SYSTEM)
    suspend(cast, day=TOMORROW, at=at)
    assert on_list(cast.named_group, day=TOMORROW) == stays
    found = row(cast.named_group, day=TOMORROW)
    assert (found.excused_at, found.cancelled_at) == ((at, None) if stays else (None, at))
    expected = ObligationDay.objects.get(day=TOMORROW, kind=MORNING).expected
    assert expected == (5 if stays else 2)


def test_at_midnight_itself_the_list_is_frozen(cast: Cast) -> None:
    materialise_day(day=TOMORROW, at=AT, by=SYSTEM)
    suspend(cast, day=TOMORROW, at=moment(0, 0, TOMORROW))
    assert row(cast.named_group, day=TOMORROW).excused_at == moment(0, 0, TOMORROW)


def test_a_change_ahead_and_back_leaves_the_list_as_it_was(cast: Cast) -> None:
    materialise_day(day=TOMORROW, at=AT, by=SYSTEM)
    made = suspend(cast, day=TOMORROW)
    assert not on_list(cast.named_group, day=TOMORROW)
    resume(cast, made, day=TOMORROW)
    assert on_list(cast.named_group, day=TOMORROW)
    assert row(cast.named_group, day=TOMORROW).reason is None


def test_who_was_taken_off_by_hand_stays_off(cast: Cast) -> None:
    materialise_day(day=TOMORROW, at=AT, by=SYSTEM)
    by = cast.actor("county_officer")
    cancel(kind=MORNING, unit_id=cast.plain_group.id, day=TOMORROW, reason="误", by=by, at=AT)
    resume(cast, suspend(cast, day=TOMORROW), day=TOMORROW)
    assert not on_list(cast.plain_group, day=TOMORROW)


def test_the_day_before_the_term_nothing_is_asked(cast: Cast) -> None:
    for day in (TOMORROW, TOMORROW + ONE_DAY):
        materialise_day(day=day, at=AT, by=SYSTEM)
    declare_term(cast, first=TOMORROW + ONE_DAY)
    assert not on_list(cast.named_group, day=TOMORROW)
    assert not on_list(cast.school, REPORT, day=TOMORROW)
    assert on_list(cast.named_group, day=TOMORROW + ONE_DAY)
    assert on_list(cast.other_group, day=TOMORROW)  # of another county
    assert row(cast.named_group).excused_at == AT  # today is before the term as well


def test_grades_begin_on_days_of_their_own(cast: Cast) -> None:
    UnitVersion.objects.filter(unit_id=cast.named_group.id).update(grade=9)
    UnitVersion.objects.filter(unit_id=cast.plain_group.id).update(grade=8)
    materialise_day(day=TOMORROW, at=AT, by=SYSTEM)
    calendar.set_return(
        unit_id=cast.county.id,
        school_year=2026,
        season=Season.AUTUMN,
        starts={9: TOMORROW, 12: TOMORROW, None: TOMORROW + 13 * ONE_DAY},
        document="错峰返校方案",
        by=cast.actor("county_officer"),
        at=AT,
    )
    asked = {place: on_list(getattr(cast, place), day=TOMORROW) for place in
             ("named_group", "plain_group", "point_group")}  # fmt: skip
    assert asked == {"named_group": True, "plain_group": False, "point_group": True}
    assert row(cast.named_group).reason == row(cast.plain_group).reason == "错峰返校方案"
    assert row(cast.point_group).excused_at is None  # without a grade: not concerned
    by = cast.actor("county_officer")
    calendar.clear_return(
        unit_id=cast.county.id, school_year=2026, season=Season.AUTUMN, by=by, at=AT
    )
    assert on_list(cast.plain_group, day=TOMORROW)
    assert row(cast.plain_group).excused_at is None


@pytest.fixture
def school_suspension(cast: Cast) -> Iterator[Callable[[], object]]:
    yield lambda: suspend(cast)


def test_a_rehearsal_says_what_the_change_does_and_does_nothing(
    cast: Cast, school_suspension: Callable[[], object]
) -> None:
    set_level(cast)
    tell(cast.plain_group)
    before = list(Obligation.objects.order_by("kind", "unit_id").values())
    effects = rehearse(school_suspension, days=[DAY], path=cast.school.path, at=AT)
    assert list(Obligation.objects.order_by("kind", "unit_id").values()) == before
    assert not Suspension.objects.exists()
    said = {one.kind.code: (one.asked, one.let_off, one.answered) for one in effects}
    assert said == {MORNING: (0, 2, 1), HOME: (3, 0, 0)}
    school_suspension()
    assert counts(cast.school).excused == 2
    assert counts(cast.school, HOME).expected == 3


def test_a_rehearsal_of_a_day_ahead_counts_units(cast: Cast) -> None:
    def change() -> object:
        return suspend(cast, "county", day=TOMORROW)

    days = [DAY, TOMORROW]
    effects = rehearse(change, days=days, path=cast.county.path, at=AT)
    assert {(one.kind.code, one.day, one.let_off) for one in effects} == {
        (MORNING, TOMORROW, 4),
        (REPORT, TOMORROW, 2),
    }
    assert school_day(TOMORROW).at(cast.named_group.path)
