"""A school's roster: a sheet is looked at and written, one is given up, a pupil changes schools."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, House, Invite, Visitor

HEADS = "班级,姓名,学号,家长姓名,关系,家长电话"


def _bring(who: Visitor, folder: Path, unit: str, *rows: str, heads: str = HEADS) -> Page:
    sheet = folder / "名单.csv"
    sheet.write_text("\n".join([heads, *rows]), encoding="utf-8-sig")
    page = who.go(f"/imports/new/roster/?unit={unit}")
    who.look()
    page.locator("input[type=file]").set_input_files(sheet)
    page.locator("main form button[type=submit]").click()
    return page


def test_a_reporter_brings_a_roster_with_a_phone(
    visitor: Invite, house: House, tmp_path: Path
) -> None:
    school = house.unit("school_reporter")
    reporter = visitor("school_reporter", phone=True)
    rows = (
        f"{house.unit('group_teacher')},示例新生,FX901,示例家长,母亲,00000000901",
        "没有这个班,示例乙,FX902,,,",
    )
    page = _bring(reporter, tmp_path, school, *rows)
    expect(page.locator("main tbody")).to_contain_text("没有这个班", timeout=60_000)
    reporter.look()
    reporter.shot("roster-review-phone")
    page.locator("button[name=only_right]").tap()
    expect(page.locator(".alert-success")).to_be_visible(timeout=60_000)
    reporter.look()
    reporter.shot("roster-done-phone")

    found = reporter.go("/people/search/?q=FX901")
    expect(found.locator("main")).to_contain_text("示例新生")
    reporter.look()
    found.get_by_role("link", name="示例新生").tap()
    found.locator("summary", has_text="变更").tap()
    for item in found.locator(".fx-actions .fx-pop-item").all():
        place = item.bounding_box()
        assert place and place["x"] >= 0 and place["x"] + place["width"] <= PHONE["width"]
    found.goto(f"{house.url}/people/{house.unit('group_teacher')}/")
    reporter.look()


def test_what_is_given_up_or_is_no_sheet_leaves_nothing(
    visitor: Invite, house: House, tmp_path: Path
) -> None:
    school = house.unit("school_reporter")
    reporter = visitor("school_reporter", phone=True)
    page = _bring(reporter, tmp_path, school, "x,示例甲,FX903,,,")
    page.get_by_role("button", name="放弃这次导入").tap(timeout=60_000)
    expect(page.locator("main .alert-info")).to_be_visible(timeout=60_000)
    reporter.look()
    reporter.shot("roster-cancelled-phone")
    page = _bring(reporter, tmp_path, school, "1,2", heads="甲,乙")
    expect(page.locator("main table, main .alert-danger").first).to_be_visible(timeout=60_000)
    reporter.look()
    reporter.shot("roster-columns-phone")


def test_a_pupil_changes_schools_when_both_agree(visitor: Invite, house: House) -> None:
    group, school = house.unit("group_teacher"), house.unit("school_reporter")
    reporter = visitor("school_reporter")
    page = reporter.go(f"/people/{group}/")
    page.locator("main tbody a").first.click()
    name = page.locator("h1").inner_text().strip()
    page.locator("summary", has_text="变更").first.click()
    page.get_by_role("link", name="转到其他学校").click()
    reporter.look()
    reporter.shot("transfer-offer-desk")
    other = f"{school[:-4]}{int(school[-4:]) + 1:04}"
    page.locator("main input[name=school]").fill(other)
    page.locator("main form button[type=submit]").last.click()
    expect(page.locator("h1")).to_contain_text(name)
    reporter.look()
    where = page.url.removeprefix(house.url)

    admin = visitor("unit_admin")  # of the county: both schools are theirs
    answer = admin.go(where)
    admin.look()
    admin.shot("transfer-answer-desk")
    answer.locator("button[name=say][value=accept]").click()
    expect(answer.locator("main")).not_to_contain_text(re.compile("等待|尚未答复"))
    reporter.go("/notices/")
    expect(page.locator("main")).to_contain_text("同意转学")
    reporter.look()
