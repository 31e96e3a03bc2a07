"""From the school to the province: sign, return, accept, chase, excuse, look, and stay out."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE, House, Invite, Visitor


def _other_group(house: House, number: int) -> str:
    """A group of the reporter's school that no other story speaks of."""
    school = house.unit("school_reporter")
    children = house.standing("check.evening", school, "school_reporter")["children"]
    codes = sorted(child["unit"] for child in children if child["expected"])
    return str(codes[-number])


def test_a_report_goes_up_comes_back_and_goes_up_again(visitor: Invite, house: House) -> None:
    school = house.unit("school_reporter")
    reporter, county = visitor("school_reporter"), visitor("county_officer")
    page = reporter.go("/reports/")
    expect(page.locator(".fx-cover")).to_contain_text("已报")  # signed for those who answered
    reporter.look()
    reporter.shot("reporter-report-desk")
    page.locator("a.fx-figure").first.click()
    expect(page.locator("#behind li").first).to_be_visible()
    reporter.look()
    reporter.tab_to("签报")
    page.keyboard.press("Enter")
    expect(page.locator(".fx-report-state")).to_contain_text("已签报")
    house.standing_with({"answered": 1}, "daily_report", school, "school_reporter")
    reporter.shot("reporter-signed-desk")

    _return(county, school, "请核对因病缺勤人数")
    page = reporter.go("/reports/")
    expect(page.locator(".fx-returned")).to_contain_text("请核对因病缺勤人数")
    reporter.look()
    reporter.shot("reporter-returned-desk")
    page.get_by_role("button", name=re.compile(r"签报第 \d+ 版")).click()
    expect(page.locator(".fx-report-state")).to_contain_text("已签报")

    county.go(f"/reports/{school}/{house.day}/")
    county.page.get_by_role("button", name=re.compile(r"审核通过第 \d+ 版")).click()
    expect(county.page.locator(".fx-report-state")).to_contain_text("审核通过")
    _correct(reporter, house, _other_group(house, 1))


def _return(county: Visitor, school: str, comment: str) -> None:
    page = county.go("/reports/queue/")
    county.look()
    county.shot("county-queue-desk")
    page.locator("input[name=q]").fill(school)
    page.get_by_role("button", name="筛选").click()
    page.locator("th[scope=row] a").first.click()
    page.locator("textarea[name=comment]").fill(comment)
    county.shot("county-decides-desk")
    page.get_by_role("button", name="退回", exact=True).click()
    expect(page.locator(".fx-report-state")).to_contain_text("退回")


def _correct(reporter: Visitor, house: House, group: str) -> None:
    """A correction after the signature is welcome, and becomes a revision."""
    house.answer(group, "evening")
    path = f"/checks/{group}/{house.day}/evening/"
    page = reporter.go(path)
    page.wait_for_selector("#check-island:not([hidden])")
    expect(page.locator("main")).to_contain_text("更正")
    page.get_by_role("button", name="更正").click()
    page.get_by_role("button", name="更改回答").click()
    page.get_by_role("button", name="否，有人缺勤或不适").click()
    page.locator(".fx-person").first.click()
    page.locator("dialog.fx-sheet").get_by_text("请假", exact=True).click()
    page.get_by_role("button", name="全部到校且正常").click()
    with page.expect_response("**/api/v1/checks") as answer:
        page.get_by_role("button", name="上报", exact=True).click()
    assert answer.value.status == 201
    page.goto(house.url + path + "history/")
    expect(page.locator("main .card")).to_have_count(2)


def test_a_school_is_excused_with_a_reason(visitor: Invite, house: House) -> None:
    county = house.unit("county_officer")
    before = house.standing("daily_report", county)["excused"]
    officer = visitor("county_officer")
    page = officer.go(f"/board/{county}/silent/?kind=daily_report")
    officer.look()
    officer.shot("county-silent-desk")
    excuse = page.locator(".fx-excuse").last
    excuse.locator("summary").click()
    excuse.locator("input[name=reason]").fill("停电，已电话报告")
    excuse.get_by_role("button", name="免报").click()
    page.wait_for_load_state()
    house.standing_with({"excused": before + 1}, "daily_report", county)


def test_the_board_moves_by_itself_and_opens_downwards(visitor: Invite, house: House) -> None:
    officer = visitor("county_officer")
    county, school = house.unit("county_officer"), house.unit("school_reporter")
    page = officer.go(f"/board/{county}/?kind=check.evening")
    shown = page.locator(".fx-headline-figure b")
    before = int(shown.inner_text().replace(",", ""))
    house.answer(_other_group(house, 2), "evening")
    expect(shown).not_to_have_text(f"{before:,}", timeout=5_000)
    officer.shot("county-board-desk")

    page.goto(f"{house.url}/board/{county}/?kind=check.evening&all=1")
    page.locator(f'.fx-lines a[href^="/board/{school}/"]').first.click()
    expect(page.locator("h1")).to_contain_text("晚检")
    officer.look()
    page.locator(f'a[href^="/board/{school}/silent/"]').first.click()
    expect(page.locator(".fx-lines tbody tr").first).to_be_visible()


def test_province_sees_the_map_in_both_languages(visitor: Invite, house: House) -> None:
    leader = visitor("province_officer")
    page = leader.go("/board/?kind=check.morning")
    expect(page.locator("#board-map canvas").first).to_be_visible()
    expect(page.locator("#board-figures, section", has_text="较前一日").first).to_be_visible()
    leader.shot("province-board-desk")
    page.get_by_role("button", name="English").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("h1")).to_contain_text("Sichuan")
    expect(page.locator("#board-map canvas").first).to_be_visible()
    leader.look()
    leader.shot("province-board-english-desk")


def test_a_printed_board_hides_nothing_essential(visitor: Invite, house: House) -> None:
    officer = visitor("county_officer")
    page = officer.go(f"/board/{house.unit('county_officer')}/?kind=check.morning")
    page.emulate_media(media="print")
    for essential in ("h1", ".fx-headline-figure", ".fx-stats", ".fx-lines tbody tr"):
        expect(page.locator(essential).first).to_be_visible()
    for screen_only in (".fx-menu", ".fx-filters", ".fx-chase"):
        expect(page.locator(screen_only).first).to_be_hidden()
    page.set_viewport_size(DESK)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")
    page.emulate_media(media="screen")
    page.set_viewport_size(PHONE)
    officer.look()
    officer.shot("county-board-phone")


def test_an_outsider_sees_nothing_of_the_county(visitor: Invite, house: House) -> None:
    county, school = house.unit("county_officer"), house.unit("school_reporter")
    outsider = visitor("outsider")
    for path in (
        f"/board/{county}/",
        f"/board/{county}/silent/",
        f"/board/{school}/",
        f"/reports/{school}/{house.day}/",
    ):
        answer = outsider.page.goto(house.url + path)
        assert answer is not None
        assert answer.status == 404, path
    outsider.look()
    expect(outsider.page.locator("h1")).to_have_text("未找到")
    for page in ("/checks/{}/" + f"{house.day}/morning/", "/people/{}/", "/units/{}/change/"):
        # closed to the role: the answer is the same whether there is such a unit or not
        real, none = (page.format(code) for code in (house.unit("group_teacher"), "9999999999"))
        told = [outsider.page.goto(house.url + path) for path in (real, none)]
        statuses = [answer and answer.status for answer in told]
        assert statuses in ([403, 403], [404, 404]), page
    asked = f"/api/v1/units/{county}/standing?kind=daily_report&day={house.day}"
    assert house.api(asked, "outsider")[0] == 404
