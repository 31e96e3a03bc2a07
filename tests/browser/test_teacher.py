"""A group's teacher on a phone: three taps, no network, a closed tab, a correction."""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.browser.conftest import House, Invite, Visitor

SENT = re.compile("已上报|Sent")
KEPT = re.compile("尚未上报|Not sent yet")


def _check_page(teacher: Visitor) -> str:
    """The address of the check that the teacher lands on."""
    teacher.page.wait_for_selector("#check-island:not([hidden])")
    return urlsplit(teacher.page.url).path


def _standing(house: House, path: str) -> dict[str, Any]:
    _checks, unit, day, session = path.strip("/").split("/")[:4]
    status, told = house.api(
        f"/api/v1/units/{unit}/standing?day={day}&kind=check.{session}", "group_teacher"
    )
    assert status == 200, told
    assert date.fromisoformat(told["day"])
    answered: dict[str, Any] = told
    return answered


def _mark_one_ill(page: Page) -> None:
    page.get_by_role("button", name="否，有人缺勤或不适").tap()
    page.locator(".fx-person").first.tap()
    sheet = page.locator("dialog.fx-sheet")
    sheet.get_by_text("患病", exact=True).tap()
    sheet.get_by_text("发热", exact=True).tap()
    sheet.locator("#sheet-temperature").fill("38.6")
    sheet.get_by_role("button", name="完成").tap()
    page.get_by_role("button", name="全部到校且正常").tap()


def test_a_check_survives_no_network_and_a_closed_tab(visitor: Invite, house: House) -> None:
    teacher = visitor("group_teacher", phone=True)
    path = _check_page(teacher)
    assert _standing(house, path)["answered"] == 0
    teacher.shot("teacher-question-phone")
    # the page must be in the phone's own store before the network goes
    teacher.page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    teacher.page.reload()
    teacher.page.wait_for_selector("#check-island:not([hidden])")

    teacher.context.set_offline(True)
    _mark_one_ill(teacher.page)
    teacher.shot("teacher-check-phone")
    teacher.page.get_by_role("button", name="上报", exact=True).tap()
    expect(teacher.page.locator(".fx-status")).to_have_text(KEPT)
    teacher.page.close()

    page = teacher.context.new_page()
    teacher.page = page
    page.goto(house.url + path)
    expect(page.locator(".fx-status")).to_have_text(KEPT)
    teacher.shot("teacher-unsent-phone")
    assert _standing(house, path)["answered"] == 0

    teacher.context.set_offline(False)
    expect(page.locator(".fx-status")).to_have_text(SENT, timeout=60_000)
    told = _standing(house, path)
    assert (told["answered"], told["people"]["accounted"]) == (1, told["people"]["total"])

    page.goto(house.url + path + "history/")
    expect(page.locator(".card")).to_have_count(1)  # sent once
    expect(page.locator("main")).to_contain_text("38.6")


def test_a_correction_is_a_revision(visitor: Invite, house: House) -> None:
    teacher = visitor("group_teacher", phone=True)
    path = _check_page(teacher)
    if _standing(house, path)["answered"] == 0:
        teacher.page.get_by_role("button", name="是，全部到校且正常").tap()
        teacher.page.get_by_role("button", name="上报", exact=True).tap()
        expect(teacher.page.locator(".fx-status")).to_have_text(SENT)
        teacher.page.reload()
    page = teacher.page
    change = page.get_by_role("button", name=re.compile("更正|更改回答")).first
    change.tap()
    if page.get_by_role("button", name="是，全部到校且正常").count() == 0:
        page.get_by_role("button", name="更改回答").tap()
    page.get_by_role("button", name="是，全部到校且正常").tap()
    page.get_by_role("button", name=re.compile("^(上报|更正)$")).last.tap()
    expect(page.locator(".fx-status").first).to_have_text(SENT)


def test_the_form_works_without_scripts(visitor: Invite, house: House) -> None:
    teacher = visitor("group_teacher", phone=True)
    path = _check_page(teacher)
    cookies = teacher.context.cookies()
    plain = teacher.context.browser
    assert plain is not None
    context = plain.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    context.add_cookies(cookies)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(house.url + path)
    page.get_by_role("button", name="上报").click()
    # the question has no default: nothing was sent
    expect(page.locator("input[name=everyone]:invalid").first).to_be_attached()
    context.close()
