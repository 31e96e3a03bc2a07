"""A year on: what becomes of groups and their people, and how it is taken back."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from fangxian.foundation.people import actions
from fangxian.foundation.people.models import Membership, Person, Promotion
from fangxian.foundation.people.promotion import (
    GroupNow,
    grade_of_name,
    new_groups,
    next_name,
    next_name_en,
    propose,
)
from fangxian.foundation.units.models import Stage, Unit, UnitVersion
from fangxian.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tests.cast import AT, DAY, PEOPLE, Cast
from tests.people import laws

AUGUST = DAY + timedelta(days=20)


@pytest.mark.parametrize(
    ("name", "then"),
    [
        ("三年级2班", "四年级2班"),
        ("3年级2班", "4年级2班"),
        ("九年级1班", "十年级1班"),
        ("初一（3）班", "初二（3）班"),
        ("高一3班", "高二3班"),
        ("大一辅导员第2组", "大二辅导员第2组"),
        ("初2023级3班", "初2023级3班"),
        ("2024级1班", "2024级1班"),
        ("小2班", "中2班"),
        ("中一班", "大一班"),
        ("一二年级复式班", "一二年级复式班"),
        ("向日葵班", "向日葵班"),
        ("大同班", "大同班"),
        ("小鹿班", "小鹿班"),
        ("十一年级1班", "十二年级1班"),
    ],
)
def test_the_next_name(name: str, then: str) -> None:
    assert next_name(name) == then


@pytest.mark.parametrize(
    ("name", "then"),
    [
        ("Grade 3 Class 2", "Grade 4 Class 2"),
        ("Senior 1 Class 2", "Senior 2 Class 2"),
        ("Lower Kindergarten Class 1", "Middle Kindergarten Class 1"),
        ("Sunflowers", "Sunflowers"),
        ("", ""),
    ],
)
def test_the_next_english_name(name: str, then: str) -> None:
    assert next_name_en(name) == then


@pytest.mark.parametrize(
    ("name", "stage", "grade"),
    [
        ("三年级2班", "primary", 3),
        ("初一1班", "junior", 7),
        ("高三5班", "senior", 12),
        ("中1班", "kindergarten", -2),
        ("二年级1班", "vocational", 11),
        ("初2023级3班", "junior", None),
        ("一二年级复式班", "primary", None),
        ("大二1班", "university", 14),
    ],
)
def test_a_name_may_say_the_grade(name: str, stage: str, grade: int | None) -> None:
    assert grade_of_name(name, stage) == grade


def now(code: str, name: str, grade: int | None, stage: str = "primary") -> GroupNow:
    return GroupNow(int(code), code, name, "", grade, stage)


def test_every_group_gets_its_line_and_final_grades_leave() -> None:
    steps = propose([now("1", "一年级1班", 1), now("6", "六年级1班", 6), now("7", "特色班", None)])
    assert [(step.code, step.new_grade, step.leaves) for step in steps] == [
        ("6", 6, True), ("1", 2, False), ("7", None, False),
    ]  # fmt: skip
    assert steps[2].stays
    assert not steps[1].stays


@pytest.mark.parametrize(
    ("stage", "grade", "leaves"),
    [("nine_year", 6, False), ("nine_year", 9, True), ("complete_secondary", 9, True),
     ("complete_secondary", 12, True), ("kindergarten", -1, True), ("kindergarten", -2, False),
     ("university", 16, True), ("university", 15, False)],
)  # fmt: skip
def test_the_last_grade_is_the_stages(stage: str, grade: int, leaves: bool) -> None:
    assert propose([now("1", "", grade, stage)])[0].leaves is leaves


def test_new_first_groups_are_called_as_this_years() -> None:
    groups = [now("1", "一年级1班", 1), now("2", "一年级2班", 1), now("3", "二年级1班", 2)]
    day = date(2027, 9, 1)
    found = new_groups(groups, count=3, day=day, taken={"S-202701"}, school="S")
    assert [(one.code, one.name, one.grade, one.like) for one in found] == [
        ("S-202702", "一年级1班", 1, 1),
        ("S-202703", "一年级2班", 1, 2),
        ("S-202704", "一年级3班", 1, 2),
    ]
    assert new_groups(groups, count=0, day=day, taken=(), school="S") == []
    assert len(new_groups(groups, count=None, day=day, taken=(), school="S")) == 2
    entered = [now("1", "初2026级1班", 7, "junior")]
    assert new_groups(entered, count=1, day=day, taken=(), school="S")[0].name == "初2027级1班"


def confirm(cast: Cast, who: str = "head", day: date = AUGUST, count: int = 1) -> Promotion:
    groups = actions.groups_now(cast.school.path, DAY)
    steps = propose(groups)
    opening = new_groups(
        [replace(groups[0], grade=1)], count=count, day=day, taken=(), school=cast.school.code
    )
    return actions.confirm_promotion(
        school_id=cast.school.id, effective_on=day, steps=steps, opening=opening,
        by=cast.actor(who), at=AT,
    )  # fmt: skip


def finish(cast: Cast) -> None:
    """The named group is the last of the school."""
    UnitVersion.objects.filter(unit_id=cast.named_group.id).update(grade=6, name_zh="六年级1班")


def tree(day: date) -> set[tuple[str, str, int | None]]:
    rows = UnitVersion.objects.as_of(day).groups()
    return set(rows.values_list("code", "name_zh", "grade"))


def test_from_the_day_on_groups_are_a_year_further_and_the_last_have_left(cast: Cast) -> None:
    finish(cast)
    before = tree(DAY)
    confirm(cast)
    assert tree(DAY) == tree(AUGUST - timedelta(1)) == before
    then = tree(AUGUST)
    assert ("5101040001-0302", "四年级2班", 4) in then
    assert ("5101040001-202601", "六年级1班", 1) in then
    assert not any(code == cast.named_group.code for code, _name, _grade in then)
    assert Membership.objects.as_of(AUGUST - timedelta(1)).count() == len(PEOPLE)
    assert Membership.objects.as_of(AUGUST).count() == 0
    assert Person.objects.present(AUGUST - timedelta(1)).count() == len(PEOPLE)
    assert Person.objects.present(AUGUST).count() == 0
    laws.check(DAY)


def test_confirming_twice_is_confirming_once(cast: Cast) -> None:
    finish(cast)
    first = confirm(cast)
    after = tree(AUGUST)
    assert confirm(cast).pk == first.pk
    assert tree(AUGUST) == after
    for other in (AUGUST + timedelta(days=30), AUGUST - timedelta(days=10)):
        with pytest.raises(Conflict):
            confirm(cast, day=other)
    far = DAY + timedelta(days=5)
    assert actions.standing_promotion(cast.school.path, far) == first


def test_until_the_day_it_is_taken_back_without_a_trace(cast: Cast) -> None:
    finish(cast)
    before = tree(AUGUST)
    units = Unit.objects.count()
    made = confirm(cast)
    actions.undo_promotion(promotion_id=made.pk, by=cast.actor("head"), at=AT)
    assert tree(AUGUST) == before == tree(DAY)
    assert Unit.objects.count() == units
    assert Unit.objects.exclude(closed_on=None).count() == 0
    assert Membership.objects.as_of(AUGUST).count() == len(PEOPLE)
    assert Person.objects.filter(left_on=None).count() == len(PEOPLE)
    laws.check(DAY)
    assert confirm(cast).pk != made.pk


def test_after_the_day_it_stands(cast: Cast) -> None:
    made = confirm(cast)
    with pytest.raises(Conflict):
        actions.undo_promotion(
            promotion_id=made.pk, by=cast.actor("head"), at=AT + timedelta(days=20)
        )


def test_a_day_to_come_and_groups_as_looked_at(cast: Cast) -> None:
    with pytest.raises(Invalid):
        confirm(cast, day=DAY)
    steps = [
        replace(step, name="七年级") for step in propose(actions.groups_now(cast.school.path, DAY))
    ]
    with pytest.raises(Conflict):
        actions.confirm_promotion(
            school_id=cast.school.id, effective_on=AUGUST, steps=steps, opening=[],
            by=cast.actor("head"), at=AT,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("who", "refusal"),
    [("teacher", NotFound), ("health_officer", Forbidden), ("county_officer", Forbidden),
     ("other_reporter", NotFound)],
)  # fmt: skip
def test_the_school_promotes_its_groups(cast: Cast, who: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        confirm(cast, who)


def test_stages_all_have_an_end() -> None:
    from fangxian.foundation.people.promotion import FIRST_GRADES, LAST_GRADES

    assert set(FIRST_GRADES) == set(LAST_GRADES) == set(Stage) - {Stage.NONE, Stage.TRAINING}
