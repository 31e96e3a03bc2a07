"""Passkeys in a real browser: Chromium's own authenticator in software binds and uses one."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, House, Invite, Visitor
from tests.browser.test_second_factor import MAKE

NAME, PASSWORD = "finger", "one finger at eight"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def here(house: House) -> str:
    """A browser binds a passkey to a name, never to 127.0.0.1."""
    return house.url.replace("127.0.0.1", "localhost")


def with_authenticator(visitor: Visitor) -> tuple[object, str]:
    """Give this browser a finger to lay on."""
    devtools = visitor.context.new_cdp_session(visitor.page)
    devtools.send("WebAuthn.enable")
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return devtools, str(made["authenticatorId"])


def give_password(page: Page, site: str) -> None:
    page.goto(f"{site}/sign-in/")
    page.get_by_label("用户名").fill(NAME)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_label("密码").press("Enter")


def add_on_the_way_in(officer: Visitor, site: str) -> None:
    """Bind the first one where the role asks for it, and keep the recovery codes."""
    page = officer.page
    give_password(page, site)
    page.wait_for_url("**/sign-in/set-up/")
    page.get_by_role("link", name="改用通行密钥").click()
    page.get_by_label("通行密钥名称").fill("办公室电脑")
    look_twice(officer, "passkey-add-desk")
    page.get_by_role("button", name="创建通行密钥").click()
    expect(page.locator("#codes code")).to_have_count(10)
    page.get_by_role("link", name="我已保存").click()
    page.wait_for_url("**/board/**")


def look_twice(officer: Visitor, shot: str) -> None:
    """Look at a page as it is on a phone and at a desk."""
    for size in (PHONE, DESK):
        officer.page.set_viewport_size(size)
        officer.look()
    officer.shot(shot)


def test_an_officer_binds_a_passkey_and_comes_in_with_it(visitor: Invite, house: House) -> None:
    house.run(MAKE.format(name=NAME, password=PASSWORD, unit=house.unit("county_officer")))
    site = here(house)
    officer = visitor()
    page = officer.page
    devtools, authenticator = with_authenticator(officer)

    add_on_the_way_in(officer, site)

    page.goto(f"{site}/account/two-step/")
    look_twice(officer, "passkeys-desk")
    expect(page.locator("main")).to_contain_text("办公室电脑")
    page.get_by_role("link", name="添加通行密钥").click()
    page.get_by_label("现在的密码").fill(PASSWORD)
    page.get_by_role("button", name="继续").click()
    page.get_by_label("通行密钥名称").fill("同一台")
    page.get_by_role("button", name="创建通行密钥").click()
    expect(page.get_by_role("alert")).to_have_text("这台设备上已有您的通行密钥。")

    officer.context.clear_cookies()
    give_password(page, site)
    page.wait_for_url("**/sign-in/code/")
    officer.look()
    page.get_by_role("button", name="使用通行密钥").click()
    page.wait_for_url("**/board/**")

    officer.context.clear_cookies()
    page.goto(f"{site}/sign-in/")
    page.get_by_role("link", name="用通行密钥登录").click()
    look_twice(officer, "passkey-sign-in-desk")
    page.get_by_role("button", name="继续").click()
    page.wait_for_url("**/board/**")

    officer.context.clear_cookies()
    unwilling = {"authenticatorId": authenticator, "isUserVerified": False}
    devtools.send("WebAuthn.setUserVerified", unwilling)  # type: ignore[attr-defined]
    page.goto(f"{site}/sign-in/passkey/")
    page.get_by_role("button", name="继续").click()
    expect(page.get_by_role("alert")).to_have_text("未完成：已取消或等待超时。请再试一次。")
