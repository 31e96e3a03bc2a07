"""From the school to the province: sign, return, accept, chase, look, and stay out."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import House, Invite


def test_a_report_is_signed_returned_signed_again_and_accepted(
    visitor: Invite, house: House
) -> None:
    reporter = visitor("school_reporter")
    reporter.go("/reports/")
    expect(reporter.page.locator("main")).to_contain_text(re.compile(r"\d+"))
    reporter.shot("reporter-today-desk")
    reporter.page.get_by_role("button", name=re.compile("签报")).first.click()
    reporter.page.wait_for_load_state()
    unit = house.accounts["school_reporter"].unit
    _status, told = house.api(
        f"/api/v1/units/{unit}/standing?kind=daily_report&day={_day(house)}", "school_reporter"
    )
    assert told["answered"] == 1, told

    county = visitor("county_officer")
    county.go("/reports/")
    county.shot("county-queue-desk")
    day = _day(house)
    status, report = house.api(f"/api/v1/daily-reports/{unit}/{day}", "county_officer")
    assert (status, report["state"]) == (200, "signed"), report
    status, _report = house.api(
        f"/api/v1/daily-reports/{unit}/{day}/return",
        "county_officer",
        {"revision": report["revision"], "comment": "请核对因病缺勤人数"},
    )
    assert status == 200
    reporter.go("/reports/")
    expect(reporter.page.locator("main")).to_contain_text("请核对因病缺勤人数")
    reporter.shot("reporter-returned-desk")


def _day(house: House) -> str:
    """The demo's day, from the address that the teacher's page has."""
    _status, told = house.api(
        f"/api/v1/units/{house.accounts['county_officer'].unit}", "county_officer"
    )
    return str(told["day"])


def test_county_sees_who_is_silent_and_chases_all(visitor: Invite) -> None:
    officer = visitor("county_officer")
    officer.go("/board/")
    expect(officer.page.locator("h1")).to_be_visible()
    officer.shot("county-board-desk")
    officer.page.get_by_role("button", name=re.compile("催报")).first.click()
    expect(officer.page.locator("body")).to_contain_text(re.compile("催报|已催"))


def test_province_sees_the_map_in_both_languages(visitor: Invite) -> None:
    leader = visitor("province_officer")
    leader.go("/board/")
    expect(leader.page.locator("#board-map canvas").first).to_be_visible()
    leader.shot("province-board-desk")
    leader.page.get_by_role("button", name="English").first.click()
    expect(leader.page.locator("html")).to_have_attribute("lang", "en")


def test_the_board_moves_by_itself(visitor: Invite, house: House) -> None:
    officer = visitor("county_officer")
    officer.go(f"/board/{house.accounts['county_officer'].unit}/?kind=check.morning")
    before = officer.page.locator("#board-now").inner_text()
    expect(officer.page.locator("#board-now")).not_to_have_text(before, timeout=60_000)


def test_an_outsider_sees_nothing_of_the_county(visitor: Invite, house: House) -> None:
    county = house.accounts["county_officer"].unit
    outsider = visitor("outsider")
    answer = outsider.page.goto(f"{house.url}/board/{county}/")
    assert answer is not None
    assert answer.status == 404
    assert (
        house.api(
            f"/api/v1/units/{county}/standing?kind=daily_report&day={_day(house)}", "outsider"
        )[0]
        == 404
    )


def test_the_api_is_documented_here(visitor: Invite) -> None:
    reader = visitor()
    reader.go("/api/docs")
    expect(reader.page.locator("body")).to_contain_text("/api/v1/checks")
