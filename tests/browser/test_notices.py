"""Notices: a reminder arrives, the bell counts it, it is read; a robot says that it works."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import House, Invite
from tests.notices.receivers import Call, web_server


def _chase(page: Page) -> None:
    page.get_by_text("一键催报").click()
    page.get_by_role("button", name="立即催报").click()
    expect(page.locator("#messages")).to_contain_text("催报")


def test_a_reminder_arrives_is_counted_and_read(visitor: Invite, house: House) -> None:
    county = visitor("county_officer")
    # not of the daily report: that may be signed already, stories come in any order
    _chase(county.go(f"/board/{house.unit('county_officer')}/silent/?kind=check.evening"))

    reporter = visitor("school_reporter", phone=True)
    page = reporter.go("/account/")
    page.locator(".fx-bell").tap()
    expect(page).to_have_url(re.compile("/notices/$"))
    reporter.look()
    reporter.shot("notices-phone")
    waiting = page.locator(".fx-notice-unread").count()
    expect(page.locator(".fx-bell-count")).to_have_text(str(waiting))
    asked = page.locator(".fx-notice-unread").filter(has_text="晚检尚未上报")
    expect(asked).to_contain_text("催报，截止时间")
    asked.get_by_role("button").first.tap()
    page.wait_for_url(lambda url: "/notices/" not in url)

    reporter.go("/notices/")
    expect(asked).to_have_count(0)
    _read_all(page)
    expect(page.locator(".fx-notice-unread")).to_have_count(0)


def _read_all(page: Page) -> None:
    """Mark all as read; the morning goes on beside us, and may bring another."""
    button = page.get_by_role("button", name="全部标为已读")
    for _again in range(9):
        if button.count():
            button.tap()
            expect(page.locator("#messages")).to_contain_text("标为已读")


def test_how_one_is_told_is_chosen_on_a_phone(visitor: Invite) -> None:
    head = visitor("head", phone=True)
    page = head.go("/notices/preferences/")
    head.look()
    page.locator("input[name=email]").fill("head@example.cn")
    page.locator("select[name=sms_silence]").select_option("0")
    page.locator("input[name=start]").fill("21:30")
    page.get_by_role("button", name="保存").tap()
    expect(page.locator("#messages")).to_contain_text("已保存")
    expect(page.locator("input[name=start]")).to_have_value("21:30")
    expect(page.locator("select[name=sms_silence]")).to_have_value("0")
    head.go("/notices/deliveries/")
    head.look()


def test_a_robot_is_added_and_says_that_it_works(visitor: Invite) -> None:
    admin = visitor("unit_admin")
    with web_server() as receiver:

        def refuse(call: Call) -> tuple[int, Any]:
            return 200, {"errcode": 93000, "errmsg": "invalid webhook url"}

        receiver.answers["/gone"] = refuse
        for path, said in (("/send", "已发送"), ("/gone", "invalid webhook url")):
            page = admin.go("/notices/robots/new/")
            admin.look()
            page.locator("input[name=name]").fill("县防控工作群")
            page.locator("input[name=url]").fill(receiver.url(f"{path}?key=0123456789-abc"))
            page.locator("main button[type=submit]").first.click()
            page.get_by_role("button", name="发送测试消息").click()
            admin.look()
            # the page looks again by itself until the worker has sent it
            expect(page.locator("#delivery")).to_contain_text(said, timeout=90_000)
        admin.shot("robot-refused-desk")
    assert [call.json["msgtype"] for call in receiver.calls] == ["text", "text"]
    page = admin.go("/notices/robots/")
    admin.look()
    expect(page.locator("main")).not_to_contain_text("0123456789")
    admin.go("/notices/robots/deliveries/")
    admin.look()
