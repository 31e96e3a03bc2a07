"""The pages of notices, as people use them."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from fangxian.foundation.accounts.models import User
from fangxian.foundation.notices import actions, kinds
from fangxian.foundation.notices.kinds import Template
from fangxian.foundation.notices.models import Delivery, Notice, Preference, QuietHours, Robot
from fangxian.foundation.notices.rules import Category, Channel
from fangxian.kernel.audit.models import AuditEvent
from tests.cast import AT, DAY, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_eight")]


def tell(cast: Cast, name: str, dedupe: str = "x", **more: object) -> Notice:
    actions.send(
        to=[cast.users[name].pk],
        template=str(more.get("template", "tests.asked")),
        context={"unit": {"zh": "示例中心校", "en": "Sample School"}, "due": "09:30"},
        path=cast.school.path,
        link="/checks/",
        dedupe=dedupe,
        at=AT - timedelta(minutes=5),
    )
    return Notice.objects.get(user_id=cast.users[name].pk, dedupe=dedupe)


def signed_in(cast: Cast, name: str) -> Client:
    client = Client()
    client.force_login(cast.users[name])
    return client


def page(client: Client, path: str, **query: str) -> str:
    answer = client.get(path, query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_bell_counts_what_is_unread_and_one_question_is_enough(
    cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(cast, "teacher")
    assert "fx-bell-count" not in page(client, "/account/")
    for number in range(3):
        tell(cast, "teacher", str(number))
    tell(cast, "reporter")
    assert '<span class="fx-bell-count" aria-hidden="true">3</span>' in page(client, "/account/")
    Notice.objects.bulk_create(
        Notice(day=DAY, id=10_000 + n, user_id=cast.users["teacher"].pk, path="", kind="x",
               urgent=False, dedupe=f"many{n}", created_at=AT)
        for n in range(120)
    )  # fmt: skip
    assert ">99+</span>" in page(client, "/account/")


def test_a_notice_is_read_where_it_leads(cast: Cast) -> None:
    client = signed_in(cast, "teacher")
    assert "还没有给您的通知" in page(client, "/notices/")
    notice = tell(cast, "teacher")
    shown = page(client, "/notices/")
    assert "示例中心校 has not answered" in shown
    answer = client.post(f"/notices/{DAY}/{notice.id}/")
    assert (answer.status_code, answer["Location"]) == (302, "/checks/")
    notice.refresh_from_db()
    assert notice.read_at == AT
    assert "fx-bell-count" not in page(client, "/account/")
    assert signed_in(cast, "head").post(f"/notices/{DAY}/{notice.id}/").status_code == 404


def test_notices_are_filtered_and_all_read_at_once(cast: Cast) -> None:
    client = signed_in(cast, "head")
    tell(cast, "head", "a")
    tell(cast, "head", "b", template="tests.case")
    assert "A case at" in page(client, "/notices/", category="signals")
    assert "has not answered" not in page(client, "/notices/", category="signals")
    assert client.post("/notices/read/").status_code == 302
    assert "没有符合条件的通知" in page(client, "/notices/", state="unread")
    assert not Notice.objects.filter(read_at=None).exists()


def test_i_am_on_it_tells_the_room_that_asked(cast: Cast) -> None:
    taken: list[tuple[int, str]] = []

    def take(*, notice: Notice, by: object, at: object) -> None:
        taken.append((notice.id, str(by.name)))  # type: ignore[attr-defined]

    kinds.register(Template("tests.take", "x", "Take me", "", Category.SILENCE, acknowledge=take))
    client = signed_in(cast, "county_officer")
    notice = tell(cast, "county_officer", template="tests.take")
    assert "我来处理" in page(client, "/notices/")
    for _again in range(2):
        client.post(f"/notices/{DAY}/{notice.id}/take/")
    assert taken == [(notice.id, "county_officer")]
    assert "您已于 08:00 认领" in page(client, "/notices/")
    plain = tell(cast, "county_officer", "plain")
    assert client.post(f"/notices/{DAY}/{plain.id}/take/").status_code == 409


def test_what_one_chooses_is_what_one_gets(cast: Cast, settings: Settings) -> None:
    settings.FANGXIAN = settings.FANGXIAN.model_copy(update={"smtp_host": "mail"})
    client = signed_in(cast, "head")
    assert "本系统未开通" in page(client, "/notices/preferences/"), "no gateway for text messages"
    wanted = {
        f"{channel}_{category}": "0" if category == Category.DUTIES else "1"
        for channel in (Channel.EMAIL, Channel.SMS)
        for category in Category
    }
    told = {"email": "head@example.cn", "phone": "", "start": "21:00", "end": "07:00", **wanted}
    assert client.post("/notices/preferences/", told).status_code == 302
    assert User.objects.get(username="head").email == "head@example.cn"
    assert Preference.objects.count() == 2 * len(Category)
    assert QuietHours.objects.get().start.hour == 21
    tell(cast, "head", "a")
    assert Delivery.objects.count() == 0, "nothing about duties"
    tell(cast, "head", "b", template="tests.case")
    assert Delivery.objects.get().channel == "email"
    told["start"] = "nonsense"
    assert client.post("/notices/preferences/", told).status_code == 422
    assert AuditEvent.objects.filter(event="notices.preferences").count() == 1


def test_a_test_message_is_planned_and_its_fate_shown(cast: Cast, settings: Settings) -> None:
    settings.FANGXIAN = settings.FANGXIAN.model_copy(update={"smtp_host": "mail"})
    client = signed_in(cast, "head")
    assert client.post("/notices/test/email/").status_code == 409, "no address yet"
    User.objects.update(email="someone@example.cn")
    answer = client.post("/notices/test/email/")
    assert answer.status_code == 302
    shown = page(client, answer["Location"])
    assert "等待发送" in shown and "s…@example.cn" in shown and "someone@" not in shown
    assert 'hx-trigger="every 2s"' in shown
    Delivery.objects.update(state="given_up", last_error="refused:550 no such mailbox")
    shown = page(client, answer["Location"])
    assert "对方拒收这条消息：550 no such mailbox" in shown
    assert "hx-trigger" not in shown
    assert "对方拒收" in page(client, "/notices/deliveries/")
    assert "fx-bell-count" not in page(client, "/notices/"), "a test waits for nobody"
    assert signed_in(cast, "teacher").get(answer["Location"]).status_code == 404
    for _again in range(4):
        assert client.post("/notices/test/email/").status_code == 302
    assert client.post("/notices/test/email/").status_code == 409, "five a minute"


ROBOT = {
    "channel": "wecom",
    "name": "县防控群",
    "url": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=0123456789-abcdef",
    "secret": "",
    "categories": ["duties", "silence"],
    "language": "zh-hans",
    "is_active": "on",
}


def test_a_robot_is_added_tested_changed_and_removed(cast: Cast) -> None:
    client = signed_in(cast, "unit_admin")
    assert "还没有机器人" in page(client, "/notices/robots/")
    added = client.post("/notices/robots/new/", ROBOT)
    robot = Robot.objects.get()
    assert (added.status_code, robot.unit_id) == (302, cast.county.id)
    assert robot.lane == "wecom qyapi.weixin.qq.com"
    for path in ("/notices/robots/", f"/notices/robots/{robot.pk}/"):
        assert "abcdef" in page(client, path) or "cdef" in page(client, path)
        assert "0123456789" not in page(client, path), "what opens the group is not shown again"
    tested = client.post(f"/notices/robots/{robot.pk}/test/")
    assert tested.status_code == 302
    assert "等待发送" in page(client, tested["Location"])
    assert "县防控群" in page(client, "/notices/robots/deliveries/")
    kept = {**ROBOT, "url": "", "name": "新名", "is_active": ""}
    client.post(f"/notices/robots/{robot.pk}/", kept)
    robot.refresh_from_db()
    assert (robot.url, robot.name, robot.is_active) == (ROBOT["url"], "新名", False)
    client.post(f"/notices/robots/{robot.pk}/remove/")
    assert not Robot.objects.exists()
    assert page(
        client, tested["Location"].replace("deliveries", "robots/deliveries").split("2026")[0]
    )


@pytest.mark.parametrize(
    ("channel", "url"),
    [
        ("wecom", "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=abc"),
        ("wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send"),
        ("wecom", "https://evil.example.com/cgi-bin/webhook/send?key=abc"),
        ("dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=a-b"),
        ("feishu", "https://open.feishu.cn/"),
        ("webhook", "https://127.0.0.1/x"),
        ("webhook", "https://10.1.2.3/x"),
        ("webhook", "https://[::1]/x"),
        ("webhook", "https://localhost/x"),
        ("webhook", "https://user:secret@example.com/x"),
        ("webhook", "file:///etc/passwd"),
        ("webhook", "https://[/"),
        ("webhook", "nonsense"),
    ],
)
def test_an_address_that_cannot_be_a_robots_is_refused(cast: Cast, channel: str, url: str) -> None:
    client = signed_in(cast, "unit_admin")
    answer = client.post("/notices/robots/new/", {**ROBOT, "channel": channel, "url": url})
    assert answer.status_code == 422
    assert not Robot.objects.exists()


def test_robots_belong_to_who_administers_their_unit(cast: Cast) -> None:
    theirs = Robot.objects.create(
        unit_id=cast.other_county.id,
        channel="webhook",
        name="x",
        url="https://example.com/x",
        categories=[],
        lane="x",
        made_at=AT,
    )
    client = signed_in(cast, "unit_admin")
    assert client.get(f"/notices/robots/{theirs.pk}/").status_code == 404
    assert client.post(f"/notices/robots/{theirs.pk}/test/").status_code == 404
    assert client.post(f"/notices/robots/{theirs.pk}/remove/").status_code == 404
    other = f"/notices/robots/new/?unit={cast.other_county.code}"
    assert client.post(other, ROBOT).status_code == 404
    at_school = f"/notices/robots/new/?unit={cast.school.code}"
    assert client.post(at_school, ROBOT).status_code == 302
    assert signed_in(cast, "head").get("/notices/robots/").status_code == 403
