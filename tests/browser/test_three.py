"""Three administrators: one invites by a sheet, one confirms, one reads what they did."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect
from python_calamine import CalamineWorkbook

from tests.browser.conftest import House, Invite, Visitor

SHEET = """单位代码,角色,姓名,电话
{school},学校报告员,第一位（示例）,00000000031
{school},校医（卫生负责人）,第二位（示例）,00000000032
"""
PASSWORD = "three taps at eight"  # noqa: S105


def _links(system: Visitor, code: str, sheet: Path, into: Path) -> list[str]:
    """Upload the sheet and take the links that come of it: the paths, in the order of the rows."""
    page = system.go(f"/imports/new/accounts/?unit={code}")
    page.locator("input[type=file]").set_input_files(sheet)
    page.locator("main form button[type=submit]").click()
    expect(page.locator("main tbody")).to_contain_text("第二位", timeout=60_000)
    system.look()
    page.locator("form[action$='/write/'] button").first.click()
    expect(page.locator(".alert-success")).to_be_visible(timeout=60_000)
    with page.expect_download() as coming:
        page.locator("form[action$='/result/'] button").click()
    coming.value.save_as(into)
    rows = CalamineWorkbook.from_path(str(into)).get_sheet_by_index(0).to_python()
    assert not any("密码" in str(head) for head in rows[0])
    return ["/invitation/" + str(row[4]).rstrip("/").rsplit("/", 1)[1] + "/" for row in rows[1:]]


def _asked_anew(security: Visitor, asked: Visitor) -> None:
    """A new password is asked of somebody: nothing else opens before, and then they go on."""
    page = security.go("/accounts/?q=first-of-sheet")
    page.locator("main tbody a").first.click()
    page.get_by_role("button", name="要求更换密码").click()
    expect(page.locator(".alert-success")).to_be_visible()
    page = asked.go("/account/sessions/")
    expect(page.locator("h1")).to_contain_text("请先设置您自己的密码")
    asked.look()
    asked.shot("own-password-phone")
    page.fill("#id_old", PASSWORD)
    for field in ("#id_password", "#id_again"):
        page.fill(field, "four kites over rice")
    page.click("main form button")
    page.wait_for_url(re.compile("/account/sessions/"))


def test_one_invites_by_a_sheet_and_another_confirms(
    visitor: Invite, house: House, tmp_path: Path
) -> None:
    sheet = tmp_path / "邀请.csv"
    sheet.write_text(SHEET.format(school=house.unit("school_reporter")), encoding="utf-8-sig")
    system, security = visitor("system_admin"), visitor("security_admin", phone=True)
    code = house.unit("county_officer")
    first, second = _links(system, code, sheet, tmp_path / "links.xlsx")

    joining = visitor(phone=True)
    page = joining.go(first)
    page.fill("#id_username", "first-of-sheet")
    for word in ("woaini1314", PASSWORD):
        for field in ("#id_password", "#id_again"):
            page.fill(field, word)
        page.click("main form button")
        if word != PASSWORD:
            expect(page.locator("main")).to_contain_text("woaini、520")
            joining.look()
    expect(page.locator("main")).to_contain_text("您的角色待确认")
    joining.look()

    waiting = security.go("/accounts/")
    expect(waiting.locator("main")).to_contain_text("第一位")
    security.look()
    security.shot("security-confirm-phone")
    row = waiting.locator("main .fx-rows li", has_text="第一位")
    row.get_by_role("button", name="确认角色").click()
    expect(waiting.locator(".alert-success")).to_contain_text("已确认 1 个角色")
    page.goto(house.url)
    page.wait_for_url(re.compile(r"/(board|reports|checks)/"))

    _asked_anew(security, joining)

    system.go("/accounts/").locator("li", has_text="第二位").get_by_role(
        "button", name="撤回", exact=True
    ).click()
    gone = visitor().page.goto(house.url + second)
    assert gone is not None
    assert gone.status == 404
    trail = visitor("auditor").go("/audit/?person=first-of-sheet")
    expect(trail.locator("tbody")).to_contain_text("确认了角色")
