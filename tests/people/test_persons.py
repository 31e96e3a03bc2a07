"""One person: entered, corrected, moved, gone and back; cohorts; schools that move."""

from datetime import date, timedelta
from typing import Any

import pytest

from fangxian.foundation.people import actions
from fangxian.foundation.people.actions import Call
from fangxian.foundation.people.models import (
    Cohort,
    CohortMembership,
    Guardian,
    Membership,
    Person,
)
from fangxian.foundation.people.queries import members
from fangxian.foundation.units import actions as units
from fangxian.foundation.units.models import Unit
from fangxian.foundation.units.rules import UnitPermission
from fangxian.kernel.access import system
from fangxian.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tests.cast import AT, DAY, PEOPLE, Cast
from tests.people import laws

CARD = "11010519491231002X"
EVERYWHERE = system("tests", [UnitPermission.MANAGE])


def add(cast: Cast, who: str = "reporter", **said: Any) -> Person:
    given: dict[str, Any] = {"name": "新同学", "number": "S9"} | said
    return actions.add_person(
        school_id=cast.school.id, kind="student", group_id=cast.named_group.id,
        by=cast.actor(who), at=AT, **given,
    )  # fmt: skip


def test_an_identity_card_says_birth_date_and_sex(cast: Cast) -> None:
    person = add(cast, id_number=" 11010519491231002x", phone="138 0000 0000")
    assert (person.id_kind, person.id_number, person.born, person.sex, person.phone) == (
        "id_card", CARD, date(1949, 12, 31), "female", "13800000000",
    )  # fmt: skip
    assert Unit.objects.get(pk=cast.named_group.id).headcount == len(PEOPLE) + 1
    laws.check(DAY)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"name": " "}, "name"), ({"number": "1"}, "number"), ({"id_number": "1101"}, "id_number"),
        ({"phone": "none"}, "phone"), ({"born": DAY + timedelta(1)}, "born"),
        ({"id_number": CARD, "sex": "male"}, "sex"),
    ],
)  # fmt: skip
def test_what_does_not_hold_together_is_named(cast: Cast, said: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        add(cast, **said)
    assert list(refused.value.fields) == [field]


def test_somebody_of_another_school_is_asked_for_not_entered_twice(cast: Cast) -> None:
    add(cast, id_number=CARD)
    with pytest.raises(Conflict) as same:
        add(cast, id_number=CARD, number="")
    assert same.value.extra["person_id"]
    with pytest.raises(Conflict) as other:
        actions.add_person(
            school_id=cast.other_school.id, kind="student", name="新同学", id_number=CARD,
            by=cast.actor("other_reporter"), at=AT,
        )  # fmt: skip
    assert other.value.extra == {"elsewhere": True}


@pytest.mark.parametrize(
    ("who", "refusal"),
    [("teacher", NotFound), ("health_officer", Forbidden), ("county_officer", Forbidden),
     ("other_reporter", NotFound), ("outsider", NotFound)],
)  # fmt: skip
def test_only_the_school_changes_its_people(cast: Cast, who: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        add(cast, who)
    with pytest.raises(refusal):
        actions.change_person(person_id=cast.persons[0], name="改", by=cast.actor(who), at=AT)
    with pytest.raises(refusal):
        actions.set_guardians(person_id=cast.persons[0], calls=[], by=cast.actor(who), at=AT)


def test_a_correction_changes_what_it_names(cast: Cast) -> None:
    by = cast.actor("reporter")
    person = actions.change_person(person_id=cast.persons[0], id_number=CARD, by=by, at=AT)
    assert (person.name, person.number, person.sex) == (PEOPLE[0], "1", "female")
    with pytest.raises(Invalid):
        actions.change_person(person_id=cast.persons[0], sex="male", by=by, at=AT)


def test_whom_to_call_first(cast: Cast) -> None:
    by = cast.actor("reporter")
    calls = [Call("138 0000 0001", "妈妈", "mother"), Call("13800000002")]
    for _again in range(2):
        actions.set_guardians(person_id=cast.persons[0], calls=calls, by=by, at=AT)
    here = members(group_id=cast.named_group.id, school_path=cast.school.path, day=DAY, by=by)
    assert here[0].phone == "13800000001"
    assert Guardian.objects.filter(person_id=cast.persons[0]).count() == 2
    with pytest.raises(Invalid):
        actions.set_guardians(person_id=cast.persons[0], calls=[Call("-")], by=by, at=AT)


def test_moved_within_the_school(cast: Cast) -> None:
    by = cast.actor("reporter")
    with pytest.raises(Invalid):  # one name would make a roll of 45 one of 1
        actions.move_person(person_id=cast.persons[0], group_id=cast.plain_group.id, by=by, at=AT)
    Unit.objects.filter(pk=cast.plain_group.id).update(headcount=None)
    actions.move_person(person_id=cast.persons[0], group_id=cast.plain_group.id, by=by, at=AT)
    assert Membership.objects.as_of(DAY - timedelta(1)).filter(
        person_id=cast.persons[0], group_id=cast.named_group.id
    )
    laws.check(DAY)
    with pytest.raises(NotFound):
        actions.move_person(person_id=cast.persons[0], group_id=cast.other_group.id, by=by, at=AT)
    actions.move_person(person_id=cast.persons[0], group_id=None, by=by, at=AT)
    assert Unit.objects.get(pk=cast.plain_group.id).headcount == 0
    laws.check(DAY)


def test_who_leaves_on_a_day_to_come_is_counted_until_then(cast: Cast) -> None:
    by, later = cast.actor("head"), AT + timedelta(days=5)
    actions.end_person(person_id=cast.persons[0], day=later.date(), by=by, at=AT)
    assert Unit.objects.get(pk=cast.named_group.id).headcount == len(PEOPLE)
    actions.turn_the_day(since=DAY, by=system("people", []), at=later)
    assert Unit.objects.get(pk=cast.named_group.id).headcount == len(PEOPLE) - 1
    laws.check(later.date())
    actions.bring_back(person_id=cast.persons[0], by=by, at=later)
    assert Person.objects.get(pk=cast.persons[0]).left_on is None
    laws.check(later.date())


def test_a_bed_is_in_one_room_at_a_time(cast: Cast) -> None:
    common: dict[str, Any] = {"by": cast.actor("reporter"), "at": AT}
    first, second = (
        actions.open_cohort(school_id=cast.school.id, kind="dormitory", name=name, **common)
        for name in ("1号楼101", "1号楼102")
    )
    assert actions.open_cohort(
        school_id=cast.school.id, kind="dormitory", name="1号楼101", **common
    ) == first  # fmt: skip
    for room in (first, second, second):
        actions.join_cohort(cohort_id=room.pk, person_id=cast.persons[0], place="3", **common)
    rows = CohortMembership.objects.as_of(DAY)
    assert list(rows.values_list("cohort_id", "place")) == [(second.pk, "3")]
    actions.close_cohort(cohort_id=second.pk, **common)
    assert not CohortMembership.objects.as_of(DAY).exists()
    assert Cohort.objects.as_of(DAY).count() == 1


@pytest.mark.parametrize("who", ["teacher", "county_officer", "other_reporter"])
def test_cohorts_are_the_schools(cast: Cast, who: str) -> None:
    with pytest.raises((Forbidden, NotFound)):
        actions.open_cohort(
            school_id=cast.school.id, kind="bus", name="1号车", by=cast.actor(who), at=AT
        )


def test_people_go_where_their_school_goes(cast: Cast) -> None:
    common: dict[str, Any] = {"by": cast.actor("reporter"), "at": AT}
    room = actions.open_cohort(school_id=cast.school.id, kind="dormitory", name="101", **common)
    actions.join_cohort(cohort_id=room.pk, person_id=cast.persons[0], **common)
    units.move_unit(unit_id=cast.school.id, new_parent_id=cast.other_county.id, day=DAY,
                    by=EVERYWHERE, at=AT)  # fmt: skip
    actions.follow_the_tree(since=DAY - timedelta(1), day=DAY)
    path = f"{cast.other_county.path}{cast.school.id}/"
    assert set(Person.objects.values_list("path", flat=True)) == {path}
    assert Cohort.objects.get().path == path
    laws.check(DAY)


def test_people_of_a_merged_school_are_the_other_schools(cast: Cast) -> None:
    actions.add_person(
        school_id=cast.other_school.id, kind="student", name="同号", number="1",
        by=cast.actor("other_reporter"), at=AT,
    )  # fmt: skip
    alone = actions.add_person(
        school_id=cast.tiny_school.id, kind="student", name="未分班", number="1",
        by=cast.actor("tiny_head"), at=AT,
    )  # fmt: skip
    units.merge_units(from_id=cast.tiny_school.id, into_id=cast.other_school.id,
                      day=DAY + timedelta(1), by=EVERYWHERE, at=AT)  # fmt: skip
    tomorrow = AT + timedelta(days=1)
    actions.turn_the_day(since=DAY, by=system("people", []), at=tomorrow)
    alone.refresh_from_db()
    assert alone.school_id == cast.other_school.id
    assert alone.number == f"1-{alone.pk}"
    laws.check(tomorrow.date())
