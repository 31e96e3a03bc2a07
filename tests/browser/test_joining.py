"""From an invitation to the first day: an administrator, a new colleague, a cover, the audit."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Invite


def test_an_invited_person_joins_and_the_auditor_sees_it(visitor: Invite) -> None:
    admin = visitor("unit_admin")
    page = admin.go("/accounts/units/")
    page.locator(".fx-rows a").nth(1).click()
    page.fill("#id_name", "新老师（示例）")
    page.select_option("#id_role", "health_officer")
    page.click("button[name=invite]")
    link = page.input_value("#secret")

    newcomer = visitor(phone=True)
    newcomer.page.goto(link)
    newcomer.page.fill("#id_username", "newcomer")
    for field in ("#id_password", "#id_again"):
        newcomer.page.fill(field, "three taps at eight")
    newcomer.page.click("main form button")
    newcomer.page.wait_for_url(re.compile(r"/(board|reports|checks)/"))

    assert newcomer.page.goto(link) is not None
    expect(newcomer.page.locator("h1")).to_contain_text(re.compile("没有|未找到|找不到"))

    auditor = visitor("auditor")
    expect(auditor.go("/audit/?person=newcomer").locator("tbody")).to_contain_text("接受邀请")


def test_a_teacher_hands_the_class_over_in_a_few_taps(visitor: Invite) -> None:
    teacher = visitor("group_teacher", phone=True)
    page = teacher.go("/account/")
    page.get_by_role("link", name="请同事代理").click()
    page.select_option("#id_colleague", index=1)
    page.click("main form button")
    expect(page.locator("main")).to_contain_text("谁在代理我的工作")
    page.locator("form[action^='/account/roles/'] button").click()
    expect(page.locator("main")).not_to_contain_text("谁在代理我的工作")


def test_a_card_signs_in_with_one_tap(visitor: Invite) -> None:
    guest = visitor(phone=True)
    page = guest.go("/sign-in/")
    page.locator("form:has(input[value=auditor]) button").click()
    page.wait_for_url(re.compile("/audit/"))
