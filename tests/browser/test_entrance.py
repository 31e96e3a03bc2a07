"""Getting in: by a card, by the keyboard alone; and what a program's author reads."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.browser.conftest import House, Invite


def test_a_card_of_the_demo_signs_in(visitor: Invite, house: House) -> None:
    guest = visitor()
    page = guest.go("/sign-in/")
    guest.look()
    guest.shot("sign-in-desk")
    page.get_by_role("button", name="以省级工作人员身份登录").click()
    expect(page.locator("h1")).to_contain_text("四川省")


def test_by_the_keyboard_alone(visitor: Invite, house: House) -> None:
    guest = visitor()
    page = guest.go("/sign-in/")
    page.keyboard.press("Tab")
    expect(page.locator(".fx-skip")).to_be_focused()
    page.keyboard.press("Enter")
    account = house.accounts["health_officer"]
    for label, text in (("用户名", account.username), ("密码", account.password)):
        guest.tab_to(label)
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/sign-in/" not in url)

    group = house.unit("group_teacher")[:-4] + "0302"
    page = guest.go(f"/checks/{group}/{house.day}/evening/")
    page.wait_for_selector("#check-island:not([hidden])")
    guest.tab_to("是，全部到校且正常")
    page.keyboard.press("Enter")
    guest.tab_to("上报")
    page.keyboard.press("Enter")
    expect(page.locator(".fx-status")).to_contain_text("已上报")


def test_the_api_is_documented_here(visitor: Invite, house: House) -> None:
    reader = visitor("school_reporter")
    page = reader.page
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    reader.go("/api/docs")
    expect(page.locator("body")).to_contain_text("/api/v1/checks")
    page.locator(".opblock-summary-path", has_text="/api/v1/codes").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    expect(page.locator(".responses-table.live-responses-table .response")).to_contain_text("200")
    assert hosts - {""} == {urlsplit(house.url).netloc}
    reader.shot("api-docs-desk")
