"""A school is suspended today: who was to answer is excused, and everyone reads why."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import House, Invite

REASON = "诺如病毒，停课"


def _another_school(house: House) -> str:
    """A school of the county that no other story speaks of, some of whose groups are silent."""
    own = house.unit("school_reporter")
    children = house.standing("check.evening", house.unit("county_officer"))["children"]
    codes = [one["unit"] for one in children if one["expected"] and one["unit"] != own]
    return str(codes[-1])


def test_a_school_is_suspended_today_and_opens_again(visitor: Invite, house: House) -> None:
    school = _another_school(house)
    before = house.standing("check.evening", school)
    assert (before["answered"], before["excused"]) == (0, 0)
    officer = visitor("county_officer")
    page = officer.go(f"/calendar/{school}/")
    officer.look()
    page.get_by_role("link", name="自这一天起停课").click()
    page.get_by_label("原因").fill(REASON)
    page.get_by_role("button", name="先看结果").click()
    expect(page.get_by_role("status")).to_contain_text(f"晚检: 免报 {before['expected']}")
    officer.look()
    officer.shot("county-suspends-desk")
    page.get_by_role("button", name="停课", exact=True).click()
    expect(page.locator("main")).to_contain_text("另行通知")
    officer.look()
    officer.shot("county-term-desk")
    wanted = {"expected": before["expected"], "excused": before["expected"]}
    house.standing_with(wanted, "check.evening", school)

    page.get_by_role("link", name="复课", exact=True).click()
    page.get_by_label("原因").fill("误操作")
    page.get_by_role("button", name="先看结果").click()
    page.get_by_role("button", name="复课", exact=True).click()
    expect(page.locator("main")).to_contain_text("这里没有停课")
    house.standing_with(before, "check.evening", school)


def test_head_and_teacher_read_why_a_day_is_what_it_is(visitor: Invite) -> None:
    for role, phone in (("head", False), ("group_teacher", True)):
        reader = visitor(role, phone=phone)
        page = reader.go("/calendar/")
        expect(page.locator("#day")).to_contain_text("当天应报")
        reader.look()
        reader.shot(f"{role.replace('_', '-')}-calendar-{'phone' if phone else 'desk'}")
        page.get_by_role("link", name="学期").click()
        expect(page.get_by_role("heading", name="错峰返校")).to_be_visible()
        reader.look()
        assert page.get_by_role("link", name=re.compile("停课$")).count() == 0
