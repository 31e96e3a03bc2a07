"""A unit's administrator: a person is invited and leaves, a sheet is imported, all is on record."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import House, Invite, Visitor

SHEET = """上级代码,代码,类别,学段,中文名称
{county},{county}9901,学校,小学,示例新建小学
{county},{county}9902,不知道,小学,示例写错小学
"""
NAME = "新来的老师"
PASSWORD = "a long-enough phrase 5"  # noqa: S105


def _invite(admin: Visitor, group: str) -> str:
    page = admin.go("/accounts/")
    admin.look()
    page.locator("a.btn-primary", has_text="邀请").first.click()
    page.locator("main input[name=q]").fill(group)
    page.get_by_role("button", name=re.compile("搜索|查找")).click()
    page.locator("main .fx-rows a").first.click()
    page.locator("input[name$=name]").first.fill(NAME)
    page.locator("select[name$=role]").first.select_option("group_teacher")
    admin.look()
    admin.shot("admin-invite-desk")
    page.locator("button[name=invite]").click()
    secret = page.locator("#secret").input_value()
    admin.shot("admin-link-desk")
    return "/invitation/" + secret.rstrip("/").rsplit("/", 1)[-1] + "/"


def test_a_person_is_invited_answers_a_check_and_leaves(visitor: Invite, house: House) -> None:
    group = house.unit("group_teacher")[:-4] + "0203"
    admin, invited = visitor("unit_admin"), visitor(phone=True)
    link = _invite(admin, group)
    page = invited.go(link)
    invited.look()
    page.locator("input[name=display_name]").fill(NAME)
    page.locator("input[name=username]").fill("first-day")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=again]").fill(PASSWORD)
    page.locator("main button[type=submit]").first.click()
    page.wait_for_selector("#check-island:not([hidden])")

    check = f"/checks/{group}/{house.day}/evening/"
    invited.go(check).get_by_role("button", name="是，全部到校且正常").tap()
    page.get_by_role("button", name="上报", exact=True).tap()
    expect(page.locator(".fx-status")).to_have_text(re.compile("已上报"))
    answer = visitor().page.goto(house.url + link)
    assert answer is not None
    assert answer.status in {404, 410}  # a link opens once

    admin.go("/accounts/").get_by_role("link", name=NAME).click()
    admin.look()
    admin.page.locator("main tbody button").first.click()
    expect(admin.page.locator("main")).to_contain_text("已结束")
    refused = page.goto(house.url + check)
    assert refused is not None
    assert refused.status in {403, 404}


def test_a_sheet_with_one_bad_row_is_told_apart(
    visitor: Invite, house: House, tmp_path: Path
) -> None:
    county = house.unit("unit_admin")
    sheet = tmp_path / "学校.csv"
    sheet.write_text(SHEET.format(county=county), encoding="utf-8-sig")
    admin = visitor("unit_admin")
    page = admin.go(f"/imports/new/units/?unit={county}")
    admin.look()
    page.locator("input[type=file]").set_input_files(sheet)
    page.locator("main form button[type=submit]").click()
    # A worker reads it; the page shows how far it is, and is drawn anew at the end.
    expect(page.locator("main tbody")).to_contain_text("示例写错小学", timeout=60_000)
    admin.look()
    admin.shot("admin-import-desk")
    page.locator("button[name=only_right]").click()
    expect(page.locator(".alert-success")).to_be_visible(timeout=60_000)
    admin.look()
    found = admin.go(f"/units/{county}9901/")
    expect(found.locator("h1")).to_contain_text("示例新建小学")
    missing = page.goto(f"{house.url}/units/{county}9902/")
    assert missing is not None
    assert missing.status == 404


def test_the_auditor_sees_who_did_what(visitor: Invite) -> None:
    auditor = visitor("auditor")
    page = auditor.go("/audit/")
    expect(page.locator("main tbody tr, main .fx-rows li").first).to_be_visible()
    expect(page.locator("main")).to_contain_text("登录")
    auditor.look()
    auditor.shot("auditor-trail-desk")
