"""Looking for a person: what is found, by whom, where, and that it leaves a trace."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from fangxian.foundation.people import actions
from fangxian.foundation.people.actions import Call
from fangxian.foundation.people.models import Person
from fangxian.foundation.people.search import Answer, search
from fangxian.kernel.access import Actor, Holding
from tests.cast import AT, DAY, PEOPLE, Cast

CARD = "11010519491231002X"


@pytest.fixture(autouse=True)
def _known(cast: Cast) -> None:
    """One of the class has an identity card, a mother to call, and a namesake elsewhere."""
    by = cast.actor("reporter")
    actions.change_person(person_id=cast.persons[0], id_number=CARD, by=by, at=AT)
    calls = [Call("13800000001", "妈妈", "mother")]
    actions.set_guardians(person_id=cast.persons[0], calls=calls, by=by, at=AT)
    actions.add_person(
        school_id=cast.other_school.id, kind="student", name=PEOPLE[0], number="1",
        phone="13800000001", by=cast.actor("other_reporter"), at=AT,
    )  # fmt: skip


def look(cast: Cast, text: str, who: str = "reporter") -> list[str]:
    answer = ask(cast.actor(who), text)
    return [f"{one.name} {one.school_code}" for one in answer.found]


def ask(by: Actor, text: str, within: str = "", left: bool = False) -> Answer:
    return search(text, by=by, day=DAY, within=within, left=left)


@pytest.mark.parametrize(
    "text", [CARD, " 11010519491231002x ", "1", "138 0000 0001", PEOPLE[0], PEOPLE[0][:1]]
)
@pytest.mark.parametrize("who", ["reporter", "teacher", "head", "unit_admin"])
def test_each_way_finds_the_person_of_ones_own_and_nobody_elses(
    cast: Cast, text: str, who: str
) -> None:
    assert look(cast, text, who) == [f"{PEOPLE[0]} {cast.school.code}"]


@pytest.mark.parametrize(
    "text", ["", "  ", "%", "_", "没有这人", "110105194912310021", "13800000002"]
)
def test_what_fits_nobody_finds_nobody(cast: Cast, text: str) -> None:
    assert look(cast, text) == []


@pytest.mark.parametrize("who", ["county_officer", "province_officer", "outsider", "auditor"])
def test_who_reads_no_names_finds_nobody(cast: Cast, who: str) -> None:
    assert look(cast, CARD, who) == []


def admin_of(path: str) -> Actor:
    held = Holding("unit_admin", 0, path, frozenset({"people.view"}))
    return Actor(1, "admin", (held,))


def test_a_name_needs_a_county_and_a_number_does_not(cast: Cast) -> None:
    by = admin_of(cast.city.path)
    assert [one.school_code for one in ask(by, CARD).found] == [cast.school.code]
    assert len(ask(by, "13800000001").found) == 2
    everywhere = ask(by, PEOPLE[0])
    assert (everywhere.found, everywhere.too_wide) == ((), True)
    here = ask(by, PEOPLE[0], within=cast.county.path)
    assert [one.school_code for one in here.found] == [cast.school.code]
    assert not here.too_wide
    assert ask(by, PEOPLE[0], within=cast.other_county.path).found != here.found


def test_a_chosen_place_outside_ones_scope_holds_nobody(cast: Cast) -> None:
    assert ask(cast.actor("reporter"), PEOPLE[0], within=cast.other_school.path).found == ()


def test_who_has_left_is_found_when_asked_for(cast: Cast) -> None:
    actions.end_person(person_id=cast.persons[0], day=DAY, by=cast.actor("head"), at=AT)
    assert look(cast, CARD) == look(cast, PEOPLE[0]) == []
    assert len(ask(cast.actor("head"), CARD, left=True).found) == 1
    assert len(ask(cast.actor("head"), PEOPLE[0], left=True).found) == 1


def test_the_better_fit_comes_first(cast: Cast) -> None:
    for number, name in enumerate(("小安安", "安安安", "安安")):
        actions.add_person(
            school_id=cast.school.id, kind="staff", name=name, number=f"T{number}",
            by=cast.actor("reporter"), at=AT,
        )  # fmt: skip
    found = [one.name for one in ask(cast.actor("reporter"), "安安").found]
    assert found == ["安安", "安安", "安安安", "小安安"]


@pytest.mark.parametrize("name", ["O'Brien", "བསྟན་འཛིན", "ꆏꌠ", "小😀明", 'a"b\\c%_'])
def test_any_script_can_be_looked_for(cast: Cast, name: str) -> None:
    actions.add_person(
        school_id=cast.school.id, kind="staff", name=name, by=cast.actor("reporter"), at=AT
    )
    assert look(cast, name) == [f"{name} {cast.school.code}"]
    assert look(cast, name[1:3]) == [f"{name} {cast.school.code}"]


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    text=st.sampled_from([*PEOPLE, "1", "3", CARD, "13800000001", "安", "0000000"])
    | st.text(max_size=12),
    place=st.sampled_from(
        ["school", "county", "city", "named_group", "other_school", "tiny_school"]
    ),
    within=st.sampled_from(["", "school", "county", "other_county", "named_group"]),
    days=st.integers(0, 3),
)
@example(text="\0", place="school", within="", days=0)
def test_nobody_outside_ones_scope_is_ever_found(
    cast: Cast, text: str, place: str, within: str, days: int
) -> None:
    path = getattr(cast, place).path
    chosen = getattr(cast, within).path if within else ""
    day = DAY + timedelta(days=days)
    for one in search(text, by=admin_of(path), day=day, within=chosen, left=True).found:
        person = Person.objects.get(pk=one.person_id)
        places = [person.path, *person.memberships.values_list("path", flat=True)]
        assert any(found.startswith(path) and found.startswith(chosen) for found in places)
