"""The pages as the cast meets them, and the API for a school's program."""

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from fangxian.foundation.people import actions
from fangxian.foundation.people.models import Membership, Person, Promotion, Transfer
from fangxian.foundation.units.models import Unit, UnitVersion
from fangxian.kernel.audit.models import AuditEvent
from tests.cast import AT, DAY, PEOPLE, Cast
from tests.people import laws

SCHOOL = "5101040001"
CARD = "11010519491231002X"
pytestmark = pytest.mark.usefixtures("at_eight")


@pytest.fixture
def visit(client: Client, cast: Cast) -> Iterator[Any]:
    """Open or send a page as one of the cast; its text, where it was shown."""

    def go(who: str, path: str, said: dict[str, Any] | None = None, status: int = 200) -> str:
        client.force_login(cast.users[who])
        answer = client.get(path) if said is None else client.post(path, said)
        assert answer.status_code == status, answer.content.decode()[:2000]
        return answer.content.decode() if status in (200, 422) else answer.get("Location", "")

    yield go


def test_a_school_sees_its_people_and_filters_them(visit: Any, cast: Cast) -> None:
    page = visit("reporter", f"/people/{SCHOOL}/roster/")
    assert all(name in page for name in PEOPLE)
    page = visit("head", f"/people/{SCHOOL}/roster/?q={PEOPLE[1]}&sort=-number")
    assert PEOPLE[1] in page
    assert PEOPLE[0] not in page
    for query in (f"group={cast.plain_group.id}", "kind=staff", "state=left", "state=without",
                  "cohort=7", "sort=group", "sort=%27"):  # fmt: skip
        visit("reporter", f"/people/{SCHOOL}/roster/?{query}")
    assert PEOPLE[0] not in visit("reporter", f"/people/{SCHOOL}/roster/?state=left")


@pytest.mark.parametrize(
    ("who", "status"), [("unit_admin", 200), ("outsider", 403), ("other_reporter", 404)]
)
def test_names_do_not_leave_the_school_in_a_list(visit: Any, who: str, status: int) -> None:
    page = visit(who, f"/people/{SCHOOL}/roster/", status=status)
    assert PEOPLE[0] not in page
    assert PEOPLE[0] not in visit(who, f"/people/{SCHOOL}/transfers/", status=status)


def test_a_list_taken_out_holds_no_formula(client: Client, cast: Cast) -> None:
    actions.add_person(
        school_id=cast.school.id, kind="staff", name="=1+1", phone="13800000000", id_number=CARD,
        by=cast.actor("reporter"), at=AT,
    )  # fmt: skip
    client.force_login(cast.users["reporter"])
    answer = client.get(f"/people/{SCHOOL}/roster.xlsx?kind=staff")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0)
    cells = rows.to_python()[1]
    assert (cells[1], cells[6], cells[7]) == ("=1+1", "11•••••••••••••02X", "13800000000")
    assert b"<f>" not in answer.content
    client.force_login(cast.users["unit_admin"])
    assert client.get(f"/people/{SCHOOL}/roster.xlsx").status_code == 403


def test_a_person_from_entry_to_leaving(visit: Any, cast: Cast) -> None:
    said = {"kind": "student", "name": "付付", "number": "9", "id_kind": "id_card",
            "id_number": CARD, "group": cast.named_group.id}  # fmt: skip
    wrong = said | {"id_number": CARD[:-1] + "1"}
    assert "身份证" in visit("reporter", f"/people/{SCHOOL}/add/", wrong, 422)
    page = visit("reporter", f"/people/{SCHOOL}/add/", said, 302)
    assert "付付" in visit("reporter", page)
    assert CARD in visit("reporter", page)
    assert CARD not in visit("teacher", page)
    assert "11•" in visit("teacher", page)
    visit("reporter", f"{page}edit/", said | {"name": "付小付"}, 302)
    calls = {"phone1": "1380000", "name1": "爸爸", "relation1": "father"}
    refused = visit("reporter", f"{page}calls/", {**calls, "phone2": "abc"}, 422)
    assert 'id="id_phone2_error"' in refused and "id_phone1_error" not in refused
    visit("reporter", f"{page}calls/", calls, 302)
    assert "tel:1380000" in visit("teacher", page)
    visit("reporter", f"{page}move/", {"group": ""}, 302)
    visit("reporter", f"{page}leave/", {"day": "2019-01-01"}, 422)
    visit("reporter", f"{page}leave/", {"day": DAY.isoformat()}, 302)
    visit("reporter", f"{page}back/", {}, 302)
    person = Person.objects.get(name="付小付")
    assert (person.left_on, person.born and person.born.year) == (None, 1949)
    visit("outsider", page, status=403)
    visit("other_reporter", page, status=404)
    laws.check(DAY)


def test_reading_and_looking_leave_a_trace_without_a_name(visit: Any, cast: Cast) -> None:
    visit("head", f"/people/person/{cast.persons[0]}/")
    visit("head", f"/people/search/?q={PEOPLE[0]}")
    rows = AuditEvent.objects.filter(event__in=["people.person_read", "people.searched"])
    read, searched = rows.order_by("event")
    assert read.detail == {"person_id": cast.persons[0]}
    assert searched.detail == {"by": "name", "found": [cast.persons[0]]}
    assert PEOPLE[0] not in str([(row.subject, row.detail) for row in rows])


def test_search_as_a_page(visit: Any) -> None:
    assert "查找" in visit("teacher", "/people/search/")
    assert "/people/person/" in visit("teacher", f"/people/search/?q={PEOPLE[2]}")
    assert "/people/person/" not in visit("other_reporter", f"/people/search/?q={PEOPLE[2]}")
    here = f"/people/search/?q={PEOPLE[2]}&unit={SCHOOL}"
    assert "/people/person/" in visit("unit_admin", here)
    visit("unit_admin", f"/people/search/?q={PEOPLE[2]}&unit=nowhere")


def test_cohorts_are_named_and_filled(visit: Any, cast: Cast) -> None:
    room = visit(
        "reporter", f"/people/{SCHOOL}/cohorts/", {"kind": "dormitory", "name": "101"}, 302
    )
    visit("reporter", room, {"people": f"1,3\n{PEOPLE[1]}，4"}, 302)
    page = visit("head", room)
    assert PEOPLE[0] in page
    assert "没有姓名" in visit("reporter", room, {"people": "没有的人"}, 422)
    assert PEOPLE[0] not in visit("unit_admin", room)
    assert "101" in visit("reporter", f"/people/{SCHOOL}/cohorts/?kind=dormitory")
    assert "101" in visit("reporter", f"/people/person/{cast.persons[0]}/")
    number = int(room.rstrip("/").rpartition("/")[2])
    visit("outsider", room, status=403)
    visit("other_reporter", room, status=404)
    visit("reporter", f"/people/cohort/{number}/close/", {}, 302)


def test_a_transfer_from_asking_to_the_day(visit: Any, cast: Cast) -> None:
    Unit.objects.filter(pk=cast.other_group.id).update(headcount=None)
    person = f"/people/person/{cast.persons[0]}/"
    offer = {"school": "示例外区学校", "effective_on": DAY.isoformat(), "reason": "搬家"}
    visit("reporter", f"{person}transfer/", offer | {"school": "没有"}, 422)
    page = visit("reporter", f"{person}transfer/", offer, 302)
    seen = visit("other_reporter", page)
    assert PEOPLE[0] in seen
    assert "00000000001" not in seen
    visit("other_reporter", person, status=404)
    visit("teacher", page, status=404)
    visit("other_reporter", page, {"say": "refuse", "answer": ""}, 422)
    answer = {"say": "accept", "group": cast.other_group.id, "number": "T1"}
    visit("other_reporter", page, answer, 302)
    assert "00000000001" in visit("other_reporter", person)
    visit("reporter", person, status=404)
    assert "示例外区学校" in visit("reporter", page)
    laws.check(DAY)


def test_a_school_asks_for_a_person(visit: Any, cast: Cast) -> None:
    actions.change_person(person_id=cast.persons[0], id_number=CARD, by=cast.actor("head"), at=AT)
    asked = {"id_number": CARD, "name": PEOPLE[0], "effective_on": DAY.isoformat()}
    page = visit("other_reporter", "/people/5101050001/transfers/ask/", asked, 302)
    assert "等待您答复" in visit("head", f"/people/{SCHOOL}/transfers/")
    assert "1件待答复" in visit("head", f"/people/{SCHOOL}/roster/")
    number = int(page.rstrip("/").rpartition("/")[2])
    visit("other_reporter", f"/people/transfer/{number}/withdraw/", {}, 302)
    assert Transfer.objects.get().state == "withdrawn"


def test_promotion_is_looked_at_confirmed_and_undone(visit: Any, cast: Cast) -> None:
    UnitVersion.objects.filter(unit_id=cast.named_group.id).update(grade=3)
    page = visit("head", f"/people/{SCHOOL}/promotion/")
    assert "四年级1班" in page
    day = (DAY + timedelta(days=30)).isoformat()
    said = {"effective_on": day, "count": 0, f"name-{cast.named_group.id}": "四年级甲班",
            f"fate-{cast.named_group.id}": "further",
            f"fate-{cast.plain_group.id}": "stays"}  # fmt: skip
    visit("head", f"/people/{SCHOOL}/promotion/", said | {"effective_on": DAY.isoformat()}, 422)
    visit("head", f"/people/{SCHOOL}/promotion/", said, 302)
    names = UnitVersion.objects.as_of(DAY + timedelta(days=30)).filter(school_id=cast.school.id)
    assert {"四年级甲班", "三年级2班"} <= set(names.values_list("name_zh", flat=True))
    assert "四年级甲班" in visit("head", f"/people/{SCHOOL}/promotion/")
    number = Promotion.objects.get().pk
    visit("head", f"/people/promotion/{number}/undo/", {}, 302)
    assert Promotion.objects.get().undone_at is not None
    visit("health_officer", f"/people/{SCHOOL}/promotion/", status=403)


@pytest.fixture
def call(client: Client, cast: Cast) -> Any:
    """Call the API with the token of one of the cast."""

    def go(who: str, path: str, items: list[dict[str, Any]] | None = None) -> Any:
        headers = {"authorization": f"Bearer {cast.tokens[who]}"}
        if items is None:
            return client.get(f"/api/v1{path}", headers=headers)
        return client.put(f"/api/v1{path}", json.dumps({"items": items}), headers=headers,
                          content_type="application/json")  # fmt: skip

    return go


def test_putting_twice_is_putting_once(call: Any, cast: Cast) -> None:
    items = [
        {"number": "1", "name": PEOPLE[0], "guardians": [{"phone": "13800000009"}]},
        {"number": "S9", "name": "新人", "id_number": CARD, "group": cast.named_group.code},
        {"number": "S10", "name": ""},
        {"name": "无号"},
        {"number": "2", "left_on": DAY.isoformat()},
        {"number": "3", "group": "NOWHERE"},
    ]
    path = f"/units/{SCHOOL}/people"
    first = call("reporter", path, items).json()
    assert [one["outcome"] for one in first] == [
        "changed", "new", "wrong", "wrong", "changed", "wrong",
    ]  # fmt: skip
    assert [list(one["reasons"]) for one in first if one["outcome"] == "wrong"] == [
        ["name"], ["number"], ["group"],
    ]  # fmt: skip
    before = list(Person.objects.order_by("pk").values())
    again = call("reporter", path, items).json()
    assert [one["outcome"] for one in again] == ["same", "same", "wrong", "wrong", "same", "wrong"]
    assert list(Person.objects.order_by("pk").values()) == before
    assert Membership.objects.as_of(DAY).count() == len(PEOPLE)
    laws.check(DAY)


def test_a_program_reads_its_school_in_parts(call: Any, cast: Cast) -> None:
    first = call("reporter", f"/units/{SCHOOL}/people?limit=3").json()
    rest = call("reporter", f"/units/{SCHOOL}/people?limit=3&after={first['next']}").json()
    assert [one["name"] for one in first["people"] + rest["people"]] == list(PEOPLE)
    assert rest["next"] is None
    assert first["people"][0]["group"] == cast.named_group.code
    assert first["people"][0]["guardians"][0]["phone"] == "00000000001"
    assert call("unit_admin", f"/units/{SCHOOL}/people").status_code == 404
    assert call("other_reporter", f"/units/{SCHOOL}/people", []).status_code == 404
    assert call("health_officer", f"/units/{SCHOOL}/people", []).status_code == 403


def test_a_program_looks_for_a_person(call: Any, cast: Cast) -> None:
    found = call("reporter", f"/people?search={PEOPLE[0]}").json()["found"]
    assert [(one["name"], one["school"]) for one in found] == [(PEOPLE[0], SCHOOL)]
    assert call("other_reporter", f"/people?search={PEOPLE[0]}").json()["found"] == []
    assert call("county_officer", f"/people?search={PEOPLE[0]}").status_code == 403
