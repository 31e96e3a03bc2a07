"""Two steps to sign in: an officer binds a phone, keeps the codes, and comes in again with one."""

from __future__ import annotations

import re
import time
from pathlib import Path

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE, House, Invite

NAME, PASSWORD = "two-steps", "three taps at eight"
MAKE = """
from fangxian.foundation.accounts.models import RoleAssignment, User
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel import clock
user = User(username="{name}", display_name="李主任（示例）", created_at=clock.now())
user.set_password("{password}")
user.save()
unit = UnitVersion.objects.as_of(clock.today()).get(code="{unit}").unit_id
RoleAssignment.objects.create(
    user=user, role="county_officer", unit_id=unit, valid_from=clock.today(), given_at=clock.now()
)
"""


def shown_on_phone(secret: str) -> str:
    code: str = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    return code


def test_an_officer_binds_a_phone_and_comes_in_with_a_recovery_code(
    visitor: Invite, house: House
) -> None:
    house.run(MAKE.format(name=NAME, password=PASSWORD, unit=house.unit("county_officer")))
    officer = visitor(phone=True)
    page = officer.go("/sign-in/")
    page.get_by_label("用户名").fill(NAME)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_label("密码").press("Enter")
    page.wait_for_url("**/sign-in/set-up/")
    assert page.locator("main img").evaluate("one => one.naturalWidth") > 0
    for size, name in ((PHONE, "phone"), (DESK, "desk")):
        page.set_viewport_size(size)
        officer.look()
        officer.shot(f"two-step-set-up-{name}")
    officer.go("/")
    expect(page).to_have_url(re.compile(r"/sign-in/\?next="))

    page = officer.go("/sign-in/set-up/")
    secret = page.input_value("#secret").replace(" ", "")
    page.get_by_label("动态码").fill(shown_on_phone(secret))
    page.get_by_role("button", name="确认").click()
    codes = [one.replace(" ", "") for one in page.locator("#codes code").all_inner_texts()]
    assert len(codes) == 10
    officer.look()
    officer.shot("two-step-codes-desk")
    with page.expect_download() as kept:
        page.get_by_role("link", name="下载").click()
    assert re.findall(r"^\d{8}$", Path(kept.value.path()).read_text("utf-8"), re.M) == codes
    page.get_by_role("link", name="我已保存").click()
    page.wait_for_url("**/board/**")

    again = visitor(phone=True)
    page = again.go("/sign-in/")
    page.get_by_label("用户名").fill(NAME)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_label("密码").press("Enter")
    page.wait_for_url("**/sign-in/code/")
    again.look()
    again.shot("two-step-code-phone")
    for wanted in (codes[0], codes[1]):
        page.get_by_label("动态码").fill("000000" if wanted == codes[0] else wanted)
        page.get_by_role("button", name="继续").click()
    page.wait_for_url("**/board/**")
    page = again.go("/account/two-step/")
    again.look()
    expect(page.locator("main")).to_contain_text("还剩 9 个恢复码")
    assert page.get_by_role("link", name="关闭").count() == 0
