"""Choosing a password: refused in words, not taken twice, and one's own before anything else."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from fangxian.foundation.accounts import actions
from fangxian.foundation.accounts.models import UsedPassword, User
from fangxian.foundation.accounts.rules import Role
from fangxian.kernel.errors import Forbidden, Invalid
from fangxian.kernel.models import AuditEvent
from fangxian.norms import BadNorm, passwords
from tests.cast import AT, Cast

UNITS = "/api/v1/units?search=510104"
GOOD = "correct horse battery"
WORDS = ("rain on tin roofs", "two kites over rice", "slow green bamboo", "nine clay teapots",
         "grey cat on ledge")  # fmt: skip


@pytest.fixture
def teacher(cast: Cast) -> User:
    user = cast.users["teacher"]
    user.display_name, user.phone = "李建国", "139 0000 1234"
    user.set_password(GOOD)
    user.save()
    return user


def change(cast: Cast, old: str, new: str, after: timedelta = timedelta(0)) -> None:
    actions.change_password(old=old, new=new, by=cast.actor("teacher"), at=AT + after)


def said(error: pytest.ExceptionInfo[Invalid]) -> str:
    return " ".join(error.value.fields["password"])


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("lijianguo1988", "别人知道"),
        ("jianguo-0001234", "别人知道"),
        ("5101040001-0301", "别人知道"),  # the class
        ("shilizhongxinxiao", "别人知道"),  # its school, in pinyin
        ("chengdushi-2026", "别人知道"),  # the city above it
        ("qwertyuiop12", "键盘"),
        ("woaini1314520", "woaini"),
        ("password12345", "常见"),
    ],
)
def test_what_is_refused_is_said_with_what_to_do(
    cast: Cast, teacher: User, word: str, why: str
) -> None:
    with pytest.raises(Invalid) as error:
        change(cast, GOOD, word)
    assert why in said(error) or (why == "常见" and "admin" in said(error))
    assert "四个" in said(error)


def test_none_of_the_last_five_is_taken_again(cast: Cast, teacher: User) -> None:
    had = [GOOD, *WORDS]
    for number, (old, new) in enumerate(zip(had, WORDS, strict=False), 1):
        change(cast, old, new, timedelta(days=number))
    for again in WORDS[:4]:
        with pytest.raises(Invalid, match="."):
            change(cast, WORDS[4], again, timedelta(days=9))
    assert UsedPassword.objects.filter(user=teacher).count() == 4
    change(cast, WORDS[4], GOOD, timedelta(days=9))  # the sixth before is
    assert WORDS[4] not in str(list(UsedPassword.objects.values()))
    actions.deactivate(user_id=teacher.pk, by=cast.actor("unit_admin"), at=AT)
    assert not UsedPassword.objects.exists()


def test_who_joins_does_not_take_the_name_of_the_unit(cast: Cast) -> None:
    secret = actions.invite(
        unit_id=cast.school.id, role=Role.HEAD, name="新老师", by=cast.actor("unit_admin"), at=AT
    )
    told = {"username": "xin", "display_name": "新老师", "at": AT, "secret": secret}
    with pytest.raises(Invalid):
        actions.accept_invitation(password="示例中心校 2026", **told)  # type: ignore[arg-type]
    assert not User.objects.filter(username="xin").exists()
    actions.accept_invitation(password=GOOD, **told)  # type: ignore[arg-type]


@pytest.mark.usefixtures("at_eight")
def test_an_asked_password_comes_before_anything_else(
    client: Client, cast: Cast, teacher: User
) -> None:
    actions.ask_new_password(user_id=teacher.pk, by=cast.actor("security_admin"), at=AT)
    wanted = f"/checks/{cast.named_group.code}/2026-11-23/morning/"
    client.post("/sign-in/", {"username": "teacher", "password": GOOD, "next": wanted})
    led = client.get(wanted)
    assert led.headers["Location"].startswith("/account/password/?next=%2Fchecks%2F")
    assert client.get(UNITS).status_code == 403
    assert client.get("/account/").status_code == 302
    page = client.get(led.headers["Location"]).content.decode()
    assert "请先设置您自己的密码" in page and 'name="next"' in page
    told = {"old": GOOD, "password": WORDS[0], "again": WORDS[0], "next": wanted}
    assert client.post("/account/password/", told).headers["Location"] == wanted
    assert client.get(wanted).status_code == 200


@pytest.mark.usefixtures("at_eight")
def test_a_programs_token_and_a_demonstration_are_not_stopped(
    client: Client, cast: Cast, teacher: User
) -> None:
    User.objects.filter(pk=teacher.pk).update(must_choose_password=True)
    headers = {"authorization": f"Bearer {cast.tokens['teacher']}"}
    assert client.get(UNITS, headers=headers).status_code == 200
    client.force_login(teacher)
    assert client.get("/account/").status_code == 302
    User.objects.filter(pk=teacher.pk).update(is_demo=True)
    assert client.get("/account/").status_code == 200


@pytest.mark.usefixtures("at_eight")
def test_nobody_is_led_off_the_site_by_a_change(client: Client, teacher: User) -> None:
    client.force_login(teacher)
    told = {"old": GOOD, "password": WORDS[0], "again": WORDS[0], "next": "https://example.org/"}
    assert client.post("/account/password/", told).headers["Location"] == "/account/"


def test_only_who_gives_roles_asks_for_a_new_password(cast: Cast, teacher: User) -> None:
    with pytest.raises(Forbidden):
        actions.ask_new_password(user_id=teacher.pk, by=cast.actor("system_admin"), at=AT)
    actions.ask_new_password(user_id=teacher.pk, by=cast.actor("unit_admin"), at=AT)
    last = AuditEvent.objects.order_by("-id")[0]
    assert (last.event, last.detail["user"]) == ("accounts.password_asked", teacher.pk)


DOCUMENT = """
[document]
title_zh = "本地要求"
title_en = "Local rules"
effective_from = 2026-11-01
verified = true
[rules]
shortest = 12
left_over = 6
kinds_of_characters = 1
remembered = 5
longest_days = 90
"""


def test_a_document_of_ones_own_asks_for_a_change_by_the_calendar(
    cast: Cast, teacher: User, settings: Settings, tmp_path: Path
) -> None:
    def signed_in_after(days: int) -> bool:
        at = AT + timedelta(days=days)
        user = actions.check_sign_in(username="teacher", password=GOOD, at=at)
        user.refresh_from_db()
        return user.must_choose_password

    assert not signed_in_after(3000)
    folder = tmp_path / "norms" / "passwords"
    folder.mkdir(parents=True)
    (folder / "local.toml").write_text(DOCUMENT, encoding="utf-8")
    settings.FANGXIAN = settings.FANGXIAN.model_copy(update={"home": tmp_path})
    assert not signed_in_after(90)
    assert signed_in_after(91)


@pytest.mark.parametrize(
    ("line", "wrong"),
    [("shortest = 12", "shortest = 6"), ("remembered = 5", ""), ("left_over = 6", "longer = 1")],
)
def test_a_wrong_document_is_refused_by_name(line: str, wrong: str) -> None:
    assert passwords.read(DOCUMENT, "good.toml").longest_days == 90
    with pytest.raises(BadNorm, match="local.toml"):
        passwords.read(DOCUMENT.replace(line, wrong), "local.toml")
