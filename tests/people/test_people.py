"""Stories of a group's list: read from a pasted sheet, kept at the school."""

from datetime import timedelta

import pytest
from django.test import Client

from fangxian.foundation.people import actions
from fangxian.foundation.people.models import Membership
from fangxian.foundation.people.queries import groups_of, members
from fangxian.foundation.people.rules import Listed, read_list
from fangxian.foundation.units.models import Unit
from fangxian.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from tests.cast import AT, DAY, PEOPLE, Cast

ADDRESS = "/people/5101040001-0301/"
PLAIN = "/people/5101040001-0302/"


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("张三", [Listed("张三")]),
        ("7 张三 13800000000", [Listed("张三", "7", "13800000000")]),
        ("7,张三", [Listed("张三", "7")]),
        (
            "07\t张三\t028-0000000\n\n8\t李四\t",
            [
                Listed("张三", "07", "028-0000000"),
                Listed("李四", "8"),
            ],
        ),
        ("8，阿依 古丽，13800000000", [Listed("阿依 古丽", "8", "13800000000")]),
        ("Ann Lee 13800000000", [Listed("Ann Lee", "", "13800000000")]),
        ("G-12 王五", [Listed("王五", "G-12")]),
        ("", []),
    ],
)
def test_a_pasted_list_is_read(text: str, people: list[Listed]) -> None:
    assert read_list(text) == people


@pytest.mark.parametrize("text", ["张三\n123", "7,张三,李四", "x" * 61, "人\n" * 501])
def test_a_line_that_cannot_be_read_is_named(text: str) -> None:
    with pytest.raises(ValueError, match=".+"):
        read_list(text)


def add(cast: Cast, place: str, who: str, *people: tuple[str, str, str]) -> int:
    return actions.add_members(
        group_id=getattr(cast, place).id,
        people=people or [("付付", "6", "")],
        by=cast.actor(who),
        at=AT,
    )


def unit(cast: Cast, place: str) -> Unit:
    return Unit.objects.get(pk=getattr(cast, place).id)


def test_the_roll_follows_the_list(cast: Cast) -> None:
    assert add(cast, "named_group", "reporter", ("付付", "6", ""), ("哥哥", "7", "")) == 2
    assert unit(cast, "named_group").headcount == len(PEOPLE) + 2
    row = Membership.objects.get(person_id=cast.persons[0])
    actions.end_membership(membership_id=row.pk, by=cast.actor("reporter"), at=AT)
    assert unit(cast, "named_group").headcount == len(PEOPLE) + 1


def test_a_list_sent_twice_changes_nothing(cast: Cast) -> None:
    add(cast, "named_group", "reporter")
    with pytest.raises(Invalid, match="付付"):
        add(cast, "named_group", "reporter")
    add(cast, "named_group", "reporter", ("付付", "9", ""))  # a namesake
    assert unit(cast, "named_group").headcount == len(PEOPLE) + 2


def test_who_left_stays_in_what_was_recorded(cast: Cast) -> None:
    row = Membership.objects.get(person_id=cast.persons[0])
    actions.end_membership(membership_id=row.pk, by=cast.actor("head"), at=AT)
    yesterday = Membership.objects.as_of(DAY - timedelta(days=1))
    assert yesterday.filter(group_id=cast.named_group.id).count() == len(PEOPLE)


@pytest.mark.parametrize(
    ("who", "refusal"),
    [("teacher", Forbidden), ("other_reporter", NotFound), ("county_officer", Forbidden)],
)
def test_only_the_school_changes_the_list(cast: Cast, who: str, refusal: type[DomainError]) -> None:
    with pytest.raises(refusal):
        add(cast, "named_group", who)
    with pytest.raises(refusal):
        actions.set_headcount(group_id=cast.named_group.id, headcount=3, by=cast.actor(who), at=AT)


def test_a_headcount_is_entered_where_there_are_no_names(cast: Cast) -> None:
    by = cast.actor("reporter")
    actions.set_headcount(group_id=cast.plain_group.id, headcount=44, by=by, at=AT)
    assert unit(cast, "plain_group").headcount == 44
    with pytest.raises(Invalid):
        actions.set_headcount(group_id=cast.named_group.id, headcount=44, by=by, at=AT)


@pytest.mark.parametrize(
    ("who", "count"), [("teacher", 5), ("head", 5), ("unit_admin", 0), ("county_officer", 0)]
)
def test_names_stay_at_the_school(cast: Cast, who: str, count: int) -> None:
    found = members(
        group_id=cast.named_group.id, school_path=cast.school.path, day=DAY, by=cast.actor(who)
    )
    assert len(found) == count


def test_groups_are_found_by_school_group_or_code(cast: Cast) -> None:
    def codes(text: str, who: str = "unit_admin") -> set[str]:
        return {one.code for one in groups_of(cast.actor(who), text=text, today=DAY)}

    assert len(codes("")) == 4
    assert codes("小规模") == {"5101040002-0101"}
    assert codes("示例中心校 1班") == {"5101040001-0301", "5101040001-P101"}
    assert codes("5101040001-03") == {"5101040001-0301", "5101040001-0302"}
    assert codes("", "teacher") == {"5101040001-0301"}
    assert codes("外区") == set()


@pytest.mark.usefixtures("at_eight")
def test_the_teacher_sees_the_class_and_nothing_to_change(client: Client, cast: Cast) -> None:
    client.force_login(cast.users["teacher"])
    assert client.get("/people/").headers["Location"] == ADDRESS
    page = client.get(ADDRESS).content.decode()
    assert PEOPLE[0] in page
    assert 'name="people"' not in page
    assert client.post(ADDRESS, {"people": "付付"}).status_code == 403
    assert client.get(PLAIN).status_code == 404


@pytest.mark.usefixtures("at_eight")
def test_the_reporter_pastes_a_list_and_takes_somebody_off(client: Client, cast: Cast) -> None:
    client.force_login(cast.users["reporter"])
    assert client.get("/people/?q=3").status_code == 200
    assert client.post(ADDRESS, {"people": "6 付付\n7 哥哥"}).status_code == 302
    assert client.post(ADDRESS, {"people": "6 付付"}).status_code == 422
    assert client.post(ADDRESS, {"people": "123"}).status_code == 422
    row = Membership.objects.get(person__name="付付")
    assert client.post(f"{ADDRESS}{row.pk}/leave/").status_code == 302
    assert "付付" not in client.get(ADDRESS).content.decode()
    assert client.post(PLAIN, {"headcount": "44"}).status_code == 302
    assert client.post(PLAIN, {"headcount": "-1"}).status_code == 422


@pytest.mark.usefixtures("at_eight")
def test_the_county_administrator_sees_counts_and_no_names(client: Client, cast: Cast) -> None:
    client.force_login(cast.users["unit_admin"])
    assert client.get("/people/").status_code == 200
    assert PEOPLE[0] not in client.get(ADDRESS).content.decode()
