"""A group's teacher on a phone: three taps, no network, a closed tab, a call, a correction."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import House, Invite, Visitor

SENT = re.compile("已上报")
KEPT = re.compile("尚未上报")
ALL_WELL = "是，全部到校且正常"
GIVE_ROLE = """
from fangxian.foundation.accounts.actions import give_role
from fangxian.foundation.accounts.models import User
from fangxian.foundation.accounts.rules import AccountPermission
from fangxian.foundation.units.models import Unit, UnitVersion
from fangxian.kernel import access, clock
by = access.system("story", list(AccountPermission))
group = Unit.objects.filter(has_roster=False, population="students").order_by("pk")[0]
version = UnitVersion.objects.as_of(clock.today()).get(unit_id=group.pk)
user = User.objects.get(username="health")
give_role(user_id=user.pk, role="health_officer", unit_id=version.school_id, by=by, at=clock.now())
print(version.code)
"""
OWE_AT_HOME = """
from datetime import date
from fangxian.console.demo.load import LOADER
from fangxian.foundation.obligations import actions
from fangxian.kernel.clock import midnight, today
from datetime import timedelta
days = [today() - timedelta(days=back) for back in range(2, 9)]
day = next(one for one in days if one.weekday() == 5)
actions.materialise_day(day=day, at=midnight(day), by=LOADER)
print(day)
"""


def _open(teacher: Visitor, path: str) -> Page:
    page = teacher.go(path)
    page.wait_for_selector("#check-island:not([hidden])")
    return page


def _path(house: House, session: str) -> str:
    return f"/checks/{house.unit('group_teacher')}/{house.day}/{session}/"


def _mark_one_ill(page: Page) -> None:
    page.get_by_role("button", name="否，有人缺勤或不适").tap()
    page.locator(".fx-person").first.tap()
    sheet = page.locator("dialog.fx-sheet")
    sheet.get_by_text("患病", exact=True).tap()
    sheet.get_by_text("发热", exact=True).tap()
    sheet.locator("#sheet-temperature").fill("38.6")
    sheet.get_by_role("button", name="完成").tap()


def test_a_check_survives_a_reload_no_network_and_a_closed_tab(
    visitor: Invite, house: House
) -> None:
    teacher = visitor("group_teacher", phone=True)
    path, group = _path(house, "morning"), house.unit("group_teacher")
    page = _open(teacher, path)
    assert house.standing("check.morning", group, "group_teacher")["answered"] == 0
    teacher.look()
    teacher.shot("teacher-question-phone")
    # the page must be in the phone's own store before the network goes
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    _mark_one_ill(page)
    page.reload()
    expect(page.locator(".fx-person-ill")).to_contain_text("38.6")  # nothing entered is lost

    teacher.context.set_offline(True)
    page.get_by_role("button", name="全部到校且正常").tap()
    teacher.look()
    teacher.shot("teacher-check-phone")
    page.get_by_role("button", name="上报", exact=True).tap()
    expect(page.locator(".fx-status")).to_have_text(KEPT)
    page.close()

    page = teacher.page = teacher.context.new_page()
    page.goto(house.url + path)
    expect(page.locator(".fx-status")).to_have_text(KEPT)
    teacher.shot("teacher-unsent-phone")
    assert house.standing("check.morning", group, "group_teacher")["answered"] == 0

    teacher.context.set_offline(False)
    expect(page.locator(".fx-status")).to_have_text(SENT, timeout=60_000)
    told = house.standing_with({"answered": 1}, "check.morning", group, "group_teacher")
    assert told["people"]["accounted"] == told["people"]["total"]
    teacher.look()

    page.goto(house.url + path + "history/")
    expect(page.locator("main .card")).to_have_count(1)  # sent once
    expect(page.locator("main")).to_contain_text("38.6")
    teacher.look()


def test_the_chased_teacher_sees_it_and_answers_in_three_taps(
    visitor: Invite, house: House
) -> None:
    officer = visitor("county_officer")
    county = house.unit("county_officer")
    officer.go(f"/board/{county}/?kind=check.evening")
    officer.page.get_by_text("一键催报").first.click()
    officer.page.get_by_role("button", name="立即催报").click()
    expect(officer.page.locator("#messages, main").first).to_contain_text("催报")

    teacher = visitor("group_teacher", phone=True)
    page = _open(teacher, _path(house, "evening"))
    expect(page.get_by_text("催报此项检查")).to_be_visible()
    page.get_by_role("button", name=ALL_WELL).tap()
    page.get_by_role("button", name="上报", exact=True).tap()
    expect(page.locator(".fx-status")).to_have_text(SENT)
    expect(page.get_by_text("催报此项检查")).to_have_count(0)
    teacher.shot("teacher-sent-phone")
    _open(teacher, _path(house, "evening"))
    expect(page.get_by_text("催报此项检查")).to_have_count(0)


def test_a_group_without_names_is_counted_on_behalf_of_who_telephoned(
    visitor: Invite, house: House
) -> None:
    group = house.run(GIVE_ROLE).strip()
    officer = visitor("health_officer", phone=True)
    page = _open(officer, f"/checks/{group}/{house.day}/evening/")
    page.get_by_role("button", name="否，有人缺勤或不适").tap()
    for _twice in range(2):
        page.locator('[data-focus="ill1"]').tap()
    page.get_by_role("button", name="全部到校且正常").tap()
    if not page.locator("#behalf-of").is_visible():
        page.get_by_text("我代他人填报").tap()
    page.locator("#behalf-of").fill("李老师")
    page.get_by_role("button", name="电话").tap()
    page.locator("#behalf-told").fill("07:10")
    officer.look()
    officer.shot("health-on-behalf-phone")
    page.get_by_role("button", name="上报", exact=True).tap()
    expect(page.locator(".fx-status")).to_have_text(SENT)
    page.goto(page.url + "history/")
    for told in ("李老师", "电话", "07:10", "因病缺勤 2"):
        expect(page.locator("main")).to_contain_text(told)


def test_at_home_everyone_reached_has_a_place(visitor: Invite, house: House) -> None:
    day = house.run(OWE_AT_HOME).strip()
    teacher = visitor("group_teacher", phone=True)
    path = f"/checks/{house.unit('group_teacher')}/{day}/home/"
    page = _open(teacher, path)
    teacher.look()
    teacher.shot("teacher-home-phone")
    page.get_by_role("button", name=re.compile("^是，")).tap()
    send = page.get_by_role("button", name="上报", exact=True)
    expect(send).to_be_disabled()  # where they are is still to be said
    page.get_by_role("button", name="市内").tap()
    send.tap()
    expect(page.locator(".fx-status")).to_have_text(SENT)
    _open(teacher, path)
    page.get_by_role("button", name="更正").tap()
    expect(page.get_by_role("button", name="市内")).to_have_attribute("aria-pressed", "true")


def test_the_form_works_without_scripts(visitor: Invite, house: House) -> None:
    teacher = visitor("school_reporter", phone=True)
    plain = teacher.context.browser
    assert plain is not None
    context = plain.new_context(java_script_enabled=False, locale="zh-CN")
    context.add_cookies(teacher.context.cookies())  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{house.url}/checks/{house.unit('group_teacher')}/{house.day}/evening/")
    # the question has no default: nothing is sent before it is answered
    page.get_by_role("button", name="上报").click()
    expect(page.locator("input[name=everyone]:invalid").first).to_be_attached()
    context.close()


def test_two_answers_at_once_are_compared_not_overwritten(visitor: Invite, house: House) -> None:
    path = f"/checks/{house.unit('group_teacher')[:-4]}0901/{house.day}/evening/"
    first, second = visitor("health_officer", phone=True), visitor("school_reporter", phone=True)
    for one in (first, second):
        _open(one, path)
    _mark_one_ill(second.page)
    second.page.get_by_role("button", name="全部到校且正常").tap()
    for one in (first, second):
        if one is first:
            one.page.get_by_role("button", name=ALL_WELL).tap()
        one.page.get_by_role("button", name="上报", exact=True).tap()
        expect(one.page.locator(".fx-status").first).to_be_visible()
    expect(second.page.locator(".fx-status").first).to_have_text("其间已有他人上报。")
    second.page.get_by_role("link", name="刷新并对照").tap()
    expect(second.page.get_by_text("您填写的：")).to_be_visible()
    expect(second.page.locator(".alert-success")).to_contain_text("缺勤 0")
    second.look()
    second.shot("teacher-conflict-phone")
    second.page.get_by_role("button", name="放弃我的填写").tap()
    expect(second.page.locator(".alert-danger")).to_have_count(0)
    expect(second.page.locator(".fx-status")).to_have_text(SENT)
