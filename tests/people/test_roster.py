"""Stories of a roster that comes as a sheet: staged, judged, written."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fangxian.foundation.people import actions
from fangxian.foundation.people.models import CohortMembership, Guardian, Membership, Person
from fangxian.foundation.units.actions import close_unit
from fangxian.foundation.units.models import OPEN_END, Unit
from fangxian.kernel.intake.kinds import Job, kind_by_code
from fangxian.kernel.intake.models import Intake
from fangxian.kernel.intake.rules import State
from fangxian.kernel.intake.work import run
from tests.cast import AT, DAY, PEOPLE, Cast
from tests.intake.files import as_csv
from tests.people.rosters import (
    HEADING,
    bring,
    card,
    outcomes,
    reasons,
    row,
    staged,
    write,
    written,
)


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


def test_a_person_of_another_school_is_never_touched(cast: Cast) -> None:
    theirs = row("外人", "一年级1班", 身份证号=card(21), 学号="Z1")
    other = write(bring(as_csv([HEADING, theirs]), cast.actor("other_reporter"),
                        cast.other_school.id), cast.actor("other_reporter"))  # fmt: skip
    assert other.state == State.DONE
    before = Person.objects.filter(path=cast.other_school.path).values_list().get()
    made = staged(cast, row("外人改名", 身份证号=card(21)), row("同号", 学号="Z1"))
    assert "转学" in reasons(made)[2] and outcomes(made)[3] == "new"  # numbers are the school's
    write(made, cast.actor("reporter"), only_right=True)
    assert Person.objects.filter(path=cast.other_school.path).values_list().get() == before
    assert Person.objects.filter(id_number=card(21)).count() == 1


def test_a_bureau_brings_many_schools_and_each_row_says_which(cast: Cast) -> None:
    heads = ["学校代码", *HEADING]
    rows = [["5101040001", *row("付付", 学号="S1")], ["5101040002", *row("哥哥", "一年级1班")],
            ["5101050001", *row("外区", "一年级1班")], ["", *row("无校")]]  # fmt: skip
    by = cast.actor("unit_admin")
    made = bring(as_csv([heads, *rows]), by, cast.county.id)
    assert set(reasons(made)) == {4, 5} and made.counts["new"] == 2
    write(made, by, only_right=True)
    assert Person.objects.get(name="哥哥").path == cast.tiny_school.path
    assert Unit.objects.get(pk=cast.tiny_group.id).headcount == 1


def test_who_is_above_the_school_sees_no_names_that_are_kept(cast: Cast) -> None:
    heads = ["学校代码", *HEADING]
    by = cast.actor("unit_admin")
    made = bring(as_csv([heads, ["5101040001", *row("安安", 学号="1", 家长电话="000777")]]), by,
                 cast.county.id)  # fmt: skip
    lines = list(outcomes(made))
    kind = kind_by_code("roster")
    job = Job(made, kind, kind.place_by_id(cast.county.id, DAY), by, AT, _Silent())
    told = str(kind.shown(job, lines))
    assert "贝贝" not in told and "00000000001" not in told and "安安" in told


class _Silent:
    def at(self, done: int, total: int) -> None: ...


def test_a_number_or_a_name_is_enough_where_it_says_who(cast: Cast) -> None:
    written(cast, row("付付"), row("哥哥", 学号="7"))
    again = staged(cast, row("付付", 身份证号=card(13)), row("哥哥改", 学号="7"))
    assert [outcomes(again)[line] for line in (2, 3)] == ["changed", "changed"]
    write(again, cast.actor("reporter"))
    assert Person.objects.get(name="付付").id_number == card(13)
    taken = staged(cast, row("别人", 身份证号=card(14), 学号="7"), row("付付", 身份证号=card(13)))
    assert outcomes(taken)[3] == "same"
    written(cast, row("哥哥改", 学号="7", 身份证号=card(15)))
    taken = staged(cast, row("别人", 身份证号=card(14), 学号="7"))
    assert "7" in reasons(taken)[2]


def test_namesakes_without_a_number_are_asked_about(cast: Cast) -> None:
    written(cast, row("付付", 学号="7"), row("付付", 学号="8"))
    made = staged(cast, row("付付"))
    assert set(reasons(made)) == {2}


def test_who_moves_leaves_one_group_and_enters_another_on_the_day(cast: Cast) -> None:
    made = staged(cast, row("安安", "三年级2班", 学号="1"))
    assert outcomes(made)[2] == "moved"
    write(made, cast.actor("reporter"))
    person = cast.persons[0]
    rows = list(Membership.objects.filter(person_id=person).order_by("valid_from"))
    assert [one.group_id for one in rows] == [cast.named_group.id, cast.plain_group.id]
    assert rows[0].valid_to == rows[1].valid_from == DAY
    assert Unit.objects.get(pk=cast.named_group.id).headcount == len(PEOPLE) - 1
    assert Unit.objects.get(pk=cast.plain_group.id).headcount == 1
    back = staged(cast, row("安安", 学号="1"))
    write(back, cast.actor("reporter"))  # on the same day: as if nothing had been
    now = Membership.objects.get(person_id=person, valid_to__gt=DAY)
    assert now.group_id == cast.named_group.id


def test_another_dormitory_ends_the_first(cast: Cast) -> None:
    written(cast, row("付付", 学号="7", 宿舍="203", 床位="3"))
    yesterday = DAY - timedelta(days=1)
    CohortMembership.objects.update(valid_from=yesterday)
    written(cast, row("付付", 学号="7", 宿舍="204"))
    rows = CohortMembership.objects.order_by("valid_from")
    assert [(one.cohort.name, one.valid_to) for one in rows] == [("203", DAY), ("204", OPEN_END)]


def test_a_roster_that_changed_meanwhile_is_looked_at_again(cast: Cast) -> None:
    made = staged(cast, row("付付", 学号="7"))
    written(cast, row("付付", 学号="7"))
    again = write(made, cast.actor("reporter"))
    assert again.state == State.REVIEW and again.counts["same"] == 1 and again.message
    assert Person.objects.filter(name="付付").count() == 1


def test_a_group_that_was_closed_meanwhile_takes_nobody(cast: Cast) -> None:
    made = staged(cast, row("付付", 学号="7"), row("哥哥", "三年级2班", 学号="8"))
    close_unit(unit_id=cast.plain_group.id, day=DAY, by=cast.actor("unit_admin"), at=AT)
    again = write(made, cast.actor("reporter"))
    assert again.state == State.REVIEW and again.message
    assert "三年级2班" in reasons(again)[3] and not Person.objects.filter(name="付付").exists()


def test_rows_that_a_server_lost_are_read_again(cast: Cast) -> None:
    made = staged(cast, row("付付", 学号="7"))
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE roster_row_{made.pk}, intake_row_{made.pk}")
    Intake.objects.filter(pk=made.pk).update(state=State.WRITING)  # it was approved just before
    run(made.pk, at=AT)
    made.refresh_from_db()
    assert made.state == State.REVIEW and made.counts["new"] == 1
    assert not Person.objects.filter(name="付付").exists()


def test_who_will_leave_is_kept_until_then_and_no_row_brings_them_back(cast: Cast) -> None:
    leaving = DAY + timedelta(days=3)
    actions.end_person(person_id=cast.persons[0], day=leaving, by=cast.actor("reporter"), at=AT)
    before = everyone()
    made = staged(cast, row("安安", 学号="1"))
    assert str(leaving) in reasons(made)[2]
    assert everyone() == before


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from("甲乙丙丁"), st.sampled_from(["", "1x", "2x", "3x"]),
                          st.sampled_from([0, 31, 32]), st.booleans()), max_size=6))  # fmt: skip
def test_writing_twice_equals_writing_once(
    cast: Cast, people: list[tuple[str, str, int, bool]]
) -> None:
    """Whatever the sheet: after it is written, the same sheet finds nothing to write."""
    rows = []
    for name, number, seed, moved in people:
        group = "三年级2班" if moved else "三年级1班"
        rows.append(row(name, group, 学号=number, 身份证号=card(seed) if seed else ""))
    with transaction.atomic():
        made = staged(cast, *rows)
        if made.counts["new"] + made.counts["changed"] + made.counts["moved"]:
            assert write(made, cast.actor("reporter"), only_right=True).state == State.DONE
        kept = everyone()
        again = staged(cast, *rows)
        assert again.counts["new"] == again.counts["changed"] == again.counts["moved"] == 0
        assert again.counts["wrong"] == made.counts["wrong"]
        assert everyone() == kept
        transaction.set_rollback(True)
