"""The pages and the API of units, as each of the cast meets them."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from fangxian.foundation.units import queries
from fangxian.foundation.units.models import LeadingGroupMember, UnitVersion
from fangxian.foundation.units.search import search
from fangxian.kernel.intake.models import Intake
from fangxian.kernel.intake.work import run
from tests.cast import AT, DAY, Cast
from tests.intake.files import as_csv
from tests.units.test_import import GROUP, HEADING, SCHOOL

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_eight")]


@pytest.fixture
def browser(cast: Cast, at_eight: datetime) -> Any:
    def signed_in(name: str) -> Client:
        client = Client(headers={"accept-language": "en"})
        client.force_login(cast.users[name])
        return client

    return signed_in


def page(client: Client, address: str, **query: str) -> Any:
    return client.get(address, query or None)


def test_a_school_is_found_by_name_spelling_and_code(cast: Cast) -> None:
    for version in UnitVersion.objects.all():  # the cast's names come without their spelling
        from fangxian.foundation.units.spelling import spell

        version.pinyin, version.initials = spell(version.name_zh)
        version.save()
    everywhere = [("", "~")]
    for text in ("中心校", "shilizhongxin", "zhongxinxiao", "slzxx", "5101040001", "示例 中心"):
        found = {unit.code for unit in search(text, DAY, ranges=everywhere)}
        assert "5101040001" in found, text
    assert [u.code for u in search("中心校 三年级2班", DAY, ranges=everywhere)] == [
        "5101040001-0302"
    ]
    assert {u.code for u in search("zx snj2b", DAY, ranges=everywhere)} == {"5101040001-0302"}
    (group,) = search("5101040001-0302", DAY, ranges=everywhere)
    assert group.above_zh == "成都市 / 锦江区 / 示例中心校"
    assert search("100%_\\", DAY, ranges=everywhere) == []
    assert search("中心校", DAY, ranges=[]) == []
    assert search("中心校", DAY - timedelta(days=9999), ranges=everywhere) == []
    own = cast.actor("reporter").ranges()
    assert {u.code for u in search("示例", DAY, ranges=own)} == {"5101040001", "5101040001-P1"}
    # Within one's own school a class is found by its own name alone.
    assert [u.code for u in search("三年级2班", DAY, ranges=own)] == ["5101040001-0302"]


def test_search_page_and_its_part(cast: Cast, browser: Any) -> None:
    county = browser("county_officer")
    assert "510104" in page(county, "/units/").content.decode()
    found = county.get("/units/", {"q": "示例中心"}, headers={"hx-request": "true"})
    assert "5101040001" in found.content.decode() and "<html" not in found.content.decode()
    assert "5101050001" not in page(county, "/units/", q="示例").content.decode()
    options = page(county, "/units/options/", code="示例中心").content.decode()
    assert '<option value="5101040001">' in options


def test_a_unit_as_of_a_day(cast: Cast, browser: Any) -> None:
    county = browser("county_officer")
    shown = page(county, "/units/5101040001/").content.decode()
    assert "5101040001-0301" in shown and "00012345678" in shown
    assert page(county, "/units/5101050001/").status_code == 404  # another county's
    assert page(county, "/units/5101040001/", day="2018-01-01").status_code == 422
    assert page(county, "/units/5101040001/", day="yesterday").status_code == 422
    filtered = page(county, "/units/5101040001/", q="三年级2班", sort="-headcount")
    assert [row.code for row in filtered.context["page"]] == ["5101040001-0302"]


def test_a_code_of_another_day_leads_to_the_right_one(cast: Cast, browser: Any) -> None:
    version = cast.school.version
    version.valid_to = DAY - timedelta(days=10)
    version.save()
    version.pk, version.code = None, "5101049999"
    version.valid_from, version.valid_to = DAY - timedelta(days=10), DAY.replace(year=9999)
    version.save()
    answer = browser("county_officer").get("/units/5101040001/")
    assert answer.status_code == 302 and "/units/5101049999/" in answer["Location"]


def test_numbers_are_for_the_unit_and_the_level_directly_above(cast: Cast) -> None:
    school, group = cast.school.version, cast.named_group.version
    may = {
        name: (
            queries.may_call(cast.actor(name), school),
            queries.may_call(cast.actor(name), group),
        )
        for name in ("teacher", "reporter", "county_officer", "city_officer", "unit_admin")
    }
    assert may == {
        "teacher": (True, True),
        "reporter": (True, True),
        "county_officer": (True, True),
        "city_officer": (False, False),
        "unit_admin": (True, True),
    }


def test_an_administrator_changes_the_tree_by_forms(cast: Cast, browser: Any) -> None:
    admin = browser("unit_admin")
    day = DAY.isoformat()
    renamed = {"name_zh": "示例新名小学", "name_en": "", "short_zh": "", "code": "5101040001"}
    sent = admin.post("/units/5101040001/change/", renamed | {"day": day})
    assert (sent.status_code, sent["Location"]) == (302, "/units/5101040001/")
    assert cast.school.version.name_zh == "示例新名小学"
    past = (DAY - timedelta(days=1)).isoformat()
    refused = admin.post("/units/5101040001/change/", renamed | {"name_zh": "又名", "day": past})
    assert refused.status_code == 422 and "past" in refused.content.decode()
    new = {"kind": "group", "code": "5101040001-0303", "name_zh": "三年级3班",
           "population": "students", "headcount": "41", "opened_on": day}  # fmt: skip
    assert admin.post("/units/5101040001/open/", new).status_code == 302
    assert admin.post("/units/5101040001/open/", new).status_code == 422  # the code is taken
    moved = {"code": "5101040002", "day": day}
    assert admin.post("/units/5101040001-0303/move/", moved).status_code == 302
    merged = {"code": "5101040002-0101", "day": day}
    assert admin.post("/units/5101040001-0303/merge/", merged).status_code == 422  # opened today
    later = (DAY + timedelta(days=1)).isoformat()
    closed = {"day": later, "sure": "on"}
    assert admin.post("/units/5101040001-0303/close/", closed).status_code == 302
    with pytest.raises(AssertionError):  # a county's administrator does not close the county
        assert admin.post("/units/510104/close/", closed).status_code == 302


def test_contacts_are_kept_by_the_school(cast: Cast, browser: Any) -> None:
    reporter = browser("reporter")
    day = DAY.isoformat()
    person = {"name": "王校长", "phone": "00000000009", "day": day}
    assert reporter.post("/units/5101040001/contact/", person).status_code == 302
    assert cast.school.version.contact_name == "王校长"
    assert reporter.post("/units/5101040001/leaders/", person | {"post": "组长"}).status_code == 302
    tie = {"kind": "cdc", "name": "示例疾控中心", "phone": "0001", "day": day}
    assert reporter.post("/units/5101040001/ties/", tie).status_code == 302
    row = LeadingGroupMember.objects.get()
    assert reporter.post(f"/units/5101040001/leaders/{row.pk}/end/").status_code == 302
    assert not LeadingGroupMember.objects.exists()
    assert reporter.get("/units/5101040001/change/").status_code == 403
    teacher = browser("teacher")
    assert teacher.post("/units/5101040001-0301/contact/", person).status_code == 403


def test_a_sheet_is_looked_at_before_it_is_imported(cast: Cast, browser: Any) -> None:
    admin = browser("unit_admin")
    rows = [["510104", *SCHOOL[1:]], GROUP, ["510104", "坏", *SCHOOL[2:]]]
    rows = [[cell.replace("510132", "510104") for cell in row] for row in rows]
    upload = SimpleUploadedFile("单位.csv", as_csv([HEADING, *rows], "gb18030"))
    sent = admin.post("/imports/new/units/?unit=510104", {"file": upload})
    assert sent.status_code == 302
    page = sent["Location"]
    made = Intake.objects.get()
    run(made.pk, at=AT)
    shown = admin.get(page).content.decode()
    assert "1 row cannot be imported" in shown and "Import only the 2 right rows" in shown
    assert not UnitVersion.objects.filter(code="5101040007").exists()
    admin.post(f"{page}write/")
    assert Intake.objects.get().state == "review"  # nothing half
    assert admin.post(f"{page}write/", {"only_right": "1"}).status_code == 302
    run(made.pk, at=AT)
    assert UnitVersion.objects.filter(code="5101040007-0101").exists()
    assert browser("outsider").get(page).status_code == 404
    assert admin.get("/imports/sheet/units/")["Content-Type"].endswith("sheet")
    assert admin.post("/imports/new/units/", {}).status_code == 422


@pytest.mark.parametrize("form", ["contact", "leaders", "ties"])
def test_a_button_says_what_it_does(browser: Any, form: str) -> None:
    shown = page(browser("county_officer"), f"/units/5101040001/{form}/").content.decode()
    assert 'type="submit">Keep</button>' in shown


@pytest.mark.parametrize(
    ("who", "code", "linked"),
    [
        ("county_officer", "510104", True),
        ("county_officer", "5101040001", True),
        ("reporter", "5101040001", True),
        ("county_officer", "5101040001-0302", False),
        ("inspector", "5101040001", False),
    ],
)
def test_contacts_are_brought_from_the_page_of_their_unit(
    browser: Any, who: str, code: str, linked: bool
) -> None:
    address = f"/imports/new/contacts/?unit={code}"
    shown = page(browser(who), f"/units/{code}/").content.decode()
    assert (address in shown) == linked
    if linked:
        assert browser(who).get(address).status_code == 200


def test_the_api(cast: Cast) -> None:
    def ask(name: str, address: str) -> tuple[int, Any]:
        answer = Client().get(address, headers={"authorization": f"Bearer {cast.tokens[name]}"})
        return answer.status_code, json.loads(answer.content)

    status, group = ask("county_officer", "/api/v1/units/5101040001-0302")
    assert status == 200
    assert (group["headcount"], group["school"], group["bureau"]) == (45, "5101040001", "510104")
    assert group["above"] == ["510000", "510100", "510104", "5101040001"]
    assert ask("outsider", "/api/v1/units/5101040001-0302")[0] == 404
    assert ask("county_officer", "/api/v1/units/5101040001?day=2018-01-01")[0] == 422
    status, found = ask("county_officer", "/api/v1/units?search=示例")
    assert status == 200
    assert {unit["code"] for unit in found} == {"5101040001", "5101040001-P1", "5101040002"}
    assert Client().get("/api/v1/units/510104").status_code == 401
    assert Client().get("/api/v1/units").status_code == 401
    assert ask("county_officer", "/api/v1/units")[0] == 422
