"""What may hang where and what a code looks like, as tables."""

from datetime import date

import pytest

from fangxian.foundation.units import rules
from fangxian.foundation.units.models import UnitKind
from fangxian.foundation.units.spelling import spell

DAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    "kind, above, allowed",
    [
        ("province", None, True),
        ("city", None, False),
        ("city", "province", True),
        ("county", "city", True),
        ("zone", "city", True),
        ("school", "county", True),
        ("school", "zone", True),
        ("college", "province", True),  # provincial universities
        ("school", "city", True),  # city schools
        ("school", "school", False),
        ("teaching_point", "centre_school", True),
        ("teaching_point", "county", False),
        ("campus", "college", True),
        ("group", "school", True),
        ("group", "teaching_point", True),
        ("group", "campus", True),
        ("group", "county", False),
        ("group", "group", False),
    ],
)
def test_what_may_hang_where(kind: str, above: str | None, allowed: bool) -> None:
    decision = rules.may_hang(kind, above)
    assert decision.allowed is allowed
    assert bool(decision.reason) is not allowed


def test_every_kind_has_its_place() -> None:
    assert set(rules.PARENTS) == set(UnitKind)


@pytest.mark.parametrize(
    "kind, path, parent_kind, parent_path, allowed",
    [
        ("county", "1/2/3/", "city", "1/4/", True),
        ("county", "1/2/3/", "city", "1/2/3/9/", False),  # below itself
        ("county", "1/2/3/", "city", "1/2/3/", False),  # itself
        ("group", "1/2/3/4/5/", "school", "1/2/3/40/", True),  # 4 is no prefix of 40
    ],
)
def test_no_unit_reports_to_itself(
    kind: str, path: str, parent_kind: str, parent_path: str, allowed: bool
) -> None:
    assert rules.may_move(kind, path, parent_kind, parent_path).allowed is allowed


@pytest.mark.parametrize(
    "kind, into, path, into_path, allowed",
    [
        ("school", "school", "1/2/", "1/3/", True),
        ("school", "centre_school", "1/2/", "1/3/", True),
        ("county", "zone", "1/2/", "1/3/", True),
        ("group", "group", "1/2/", "1/3/", True),
        ("school", "county", "1/2/", "1/3/", False),
        ("county", "city", "1/2/3/", "1/4/", False),
        ("school", "school", "1/2/", "1/2/", False),
        ("county", "county", "1/2/3/", "1/2/3/4/", False),
    ],
)
def test_what_may_be_merged(kind: str, into: str, path: str, into_path: str, allowed: bool) -> None:
    assert rules.may_merge(kind, into, path, into_path).allowed is allowed


@pytest.mark.parametrize(
    "kind, code, fits",
    [
        ("county", "510104", True),
        ("county", "5101", False),
        ("zone", "5101Z1", True),
        ("zone", "510104", False),
        ("school", "5101040001", True),
        ("school", "510104001", False),
        ("group", "5101040001-0301", True),
        ("group", "5101040001-T01", True),
        ("group", "5101040001", False),
        ("group", "5101040001-三班", False),
        ("teaching_point", "5101040001-P1", True),
    ],
)
def test_codes_have_the_form_of_their_kind(kind: str, code: str, fits: bool) -> None:
    assert rules.code_fits(kind, code).allowed is fits


def test_the_past_is_not_rewritten() -> None:
    assert rules.may_change_from(DAY, DAY).allowed
    assert not rules.may_change_from(date(2026, 11, 22), DAY).allowed


@pytest.mark.parametrize(
    "kind, stage, population, headcount, wrong",
    [
        ("group", "", "students", 45, set()),
        ("group", "", "students", None, set()),  # not known is not zero
        ("group", "", "", 45, {"population"}),
        ("school", "primary", "", None, set()),
        ("school", "", "", None, {"stage"}),
        ("school", "castle", "students", 3, {"stage", "population", "headcount"}),
    ],
)
def test_a_description_holds_together(
    kind: str, stage: str, population: str, headcount: int | None, wrong: set[str]
) -> None:
    assert set(rules.description_fits(kind, stage, population, headcount)) == wrong


@pytest.mark.parametrize(
    "name, expected",
    [
        ("三年级2班", ("sannianji2ban", "snj2b")),
        ("锦江区实验小学（东区）", ("jinjiangqushiyanxiaoxuedongqu", "jjqsyxxdq")),
        ("ABC 幼儿园", ("abcyoueryuan", "ayey")),
    ],
)
def test_how_a_name_is_typed(name: str, expected: tuple[str, str]) -> None:
    assert spell(name) == expected


def test_above_and_depth() -> None:
    assert rules.above("1/2/3/") == "1/2/"
    assert rules.above("1/") == ""
    assert [rules.depth(p) for p in ("1/", "1/2/")] == [0, 1]
