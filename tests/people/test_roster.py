"""Stories of a roster that comes as a sheet: staged, judged, written."""

import pytest

from fangxian.foundation.people.models import CohortMembership, Guardian, Membership, Person
from fangxian.foundation.units.models import Unit
from fangxian.kernel.intake.models import Intake
from fangxian.kernel.intake.rules import State
from tests.cast import PEOPLE, Cast
from tests.people.rosters import card, outcomes, reasons, row, staged, write, written


def everyone() -> list[tuple[object, ...]]:
    return [*Person.objects.order_by("pk").values_list(),
            *Membership.objects.order_by("pk").values_list(),
            *Guardian.objects.order_by("pk").values_list(),
            *CohortMembership.objects.order_by("pk").values_list()]  # fmt: skip


def test_a_sheet_of_new_people_is_written_with_all_it_says(cast: Cast) -> None:
    made = written(cast, row("付付", 学号="S9", 身份证号=card(13), 宿舍="1号楼203", 床位="3",
                             家长姓名="付母", 关系="母亲",
                             家长电话="+86 000-0000-0099"))  # fmt: skip
    person = Person.objects.get(name="付付")
    assert (person.number, person.id_number, person.sex) == ("S9", card(13), "male")
    assert str(person.born) == "2016-03-05" and person.path == cast.school.path
    guardian = Guardian.objects.get(person=person)
    assert (guardian.name, guardian.relation, guardian.phone) == ("付母", "mother", "00000000099")
    dormitory = CohortMembership.objects.get(person=person)
    assert (dormitory.cohort.name, dormitory.place) == ("1号楼203", "3")
    assert Membership.objects.get(person=person).group_id == cast.named_group.id
    assert Unit.objects.get(pk=cast.named_group.id).headcount == len(PEOPLE) + 1
    assert made.counts["told"]["new"] == 1


def test_the_same_sheet_again_changes_nothing(cast: Cast) -> None:
    rows = [
        row("付付", 身份证号=card(13), 家长电话="00000000099", 宿舍="203"),
        row("哥哥", 学号="7"),
    ]
    written(cast, *rows)
    before = everyone()
    again = staged(cast, *rows)
    assert [outcomes(again)[line] for line in (2, 3)] == ["same", "same"]
    assert everyone() == before


def test_wrong_rows_say_why_and_are_left_out_only_when_told(cast: Cast) -> None:
    made = staged(
        cast,
        row("付付", 身份证号=card(13)[:-1] + ("1" if card(13)[-1] != "1" else "2")),
        row("哥哥", "九年级9班"),
        row("和和", 身份证号=card(14), 出生日期="2015-01-01"),
        row("", 学号="9"),
        row("佳佳", 学号="10"),
    )
    told = reasons(made)
    assert set(told) == {2, 3, 4, 5}
    assert "九年级9班" in told[3] and outcomes(made)[6] == "new"
    done = write(made, cast.actor("reporter"), only_right=True)
    assert done.state == State.DONE
    assert Person.objects.filter(name="佳佳").exists()
    assert not Person.objects.filter(name__in=["付付", "哥哥", "和和"]).exists()


@pytest.mark.parametrize("who", ["reporter", "head"])
def test_missing_people_stay_unless_they_are_let_go(cast: Cast, who: str) -> None:
    made = staged(cast, row("安安", 学号="1"), who=who)
    assert sorted(outcomes(made).values()) == ["missing"] * 4 + ["same"]
    assert Intake.objects.get(pk=made.pk).counts["missing"] == 4
    write(made, cast.actor(who), leave=True)
    assert Unit.objects.get(pk=cast.named_group.id).headcount == 1
    assert Person.objects.filter(left_on=None, path=cast.school.path).count() == 1
