"""Stories of a sign-in: how long it lasts, where one is signed in, and ending it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fangxian.foundation.accounts import actions
from fangxian.foundation.accounts.models import RoleAssignment, Session, User
from fangxian.foundation.accounts.rules import Device, Role, device_of
from fangxian.foundation.accounts.sessions import SessionStore, mark_of
from fangxian.kernel import clock
from fangxian.kernel.errors import Forbidden, NotFound
from fangxian.kernel.models import AuditEvent
from tests.cast import AT, DAY, Cast

GOOD = "correct horse battery"
WECHAT = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/116 MicroMessenger/8.0.47"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126 Edg/126.0"

pytestmark = pytest.mark.usefixtures("at_eight")


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Let the machine's clock stand so much after the beginning of the test."""
    began = datetime.now(clock.SHANGHAI)

    def stand(after: timedelta) -> None:
        monkeypatch.setattr("fangxian.kernel.clock.real_now", lambda: began + after)
        monkeypatch.setattr("django.utils.timezone.now", lambda: began + after)

    return stand


def signed_in(user: User, agent: str = EDGE, address: str = "192.0.2.7") -> Client:
    user.refresh_from_db()
    if not user.check_password(GOOD):
        user.set_password(GOOD)
        user.save()
    client = Client(headers={"user-agent": agent}, REMOTE_ADDR=address)
    answer = client.post("/sign-in/", {"username": user.username, "password": GOOD})
    assert answer.status_code == 302
    return client


def entered(user: User) -> Client:
    """Past everything that is asked at the door."""
    client = Client()
    client.force_login(user)
    return client


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def key_of(client: Client) -> str:
    return client.cookies["sessionid"].value


def last_event() -> AuditEvent:
    return AuditEvent.objects.order_by("-id")[0]


@pytest.mark.parametrize(
    ("name", "idle", "longest"),
    [
        ("teacher", timedelta(days=10), timedelta(days=60)),
        ("reporter", timedelta(hours=72), timedelta(days=14)),
        ("head", timedelta(hours=72), timedelta(days=14)),
        ("county_officer", timedelta(minutes=30), timedelta(hours=12)),
        ("unit_admin", timedelta(minutes=30), timedelta(hours=12)),
        ("auditor", timedelta(minutes=30), timedelta(hours=12)),
    ],
)
def test_a_sign_in_lasts_as_long_as_the_role_allows(
    cast: Cast,
    later: Callable[[timedelta], None],
    name: str,
    idle: timedelta,
    longest: timedelta,
) -> None:
    later(timedelta(0))
    client = entered(cast.users[name])
    row = Session.objects.get(user=cast.users[name])
    assert (row.expire_date - row.began_at, row.ends_at - row.began_at) == (idle, longest)
    later(idle - timedelta(seconds=1))
    assert is_in(client)
    later(2 * idle)
    assert not is_in(client)


def test_who_works_on_stays_until_the_longest_is_over(
    cast: Cast, later: Callable[[timedelta], None]
) -> None:
    later(timedelta(0))
    client = entered(cast.users["county_officer"])
    for step in range(1, 36):
        later(step * timedelta(minutes=20))
        assert is_in(client)
    later(timedelta(hours=12, seconds=1))
    assert not is_in(client)


def test_a_board_that_renews_itself_keeps_nobody_signed_in(
    cast: Cast, later: Callable[[timedelta], None]
) -> None:
    later(timedelta(0))
    client = entered(cast.users["county_officer"])
    later(timedelta(minutes=25))
    assert client.get("/account/", headers={"hx-request": "true"}).status_code == 200
    later(timedelta(minutes=31))
    assert not is_in(client)


def test_it_is_noted_once_a_minute_that_somebody_is_there(
    cast: Cast, later: Callable[[timedelta], None]
) -> None:
    def written() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert is_in(client)
        return sum('UPDATE "accounts_session"' in one["sql"] for one in queries)

    later(timedelta(0))
    client = signed_in(cast.users["teacher"])
    later(timedelta(seconds=59))
    assert written() == 0
    later(timedelta(seconds=60))
    assert (written(), written()) == (1, 0)


def test_a_wider_role_shortens_a_sign_in_that_lasts(
    cast: Cast, later: Callable[[timedelta], None]
) -> None:
    later(timedelta(0))
    user = cast.users["teacher"]
    client = signed_in(user)
    RoleAssignment.objects.create(
        user=user, role=Role.INSPECTOR, unit_id=cast.county.id, valid_from=DAY, given_at=AT
    )
    later(timedelta(hours=1))
    assert is_in(client)
    row = Session.objects.get(user=user)
    assert row.expire_date - row.seen_at == timedelta(minutes=30)
    assert row.ends_at - row.began_at == timedelta(hours=12)


def test_the_key_changes_with_the_sign_in(cast: Cast, client: Client) -> None:
    stranger = SessionStore()
    stranger["planted"] = True
    stranger.save()
    planted = stranger.session_key or ""
    client.cookies["sessionid"] = planted
    user = cast.users["teacher"]
    user.set_password(GOOD)
    user.save()
    client.post("/sign-in/", {"username": user.username, "password": GOOD})
    assert is_in(client)
    assert key_of(client) != planted
    assert not Session.objects.filter(session_key=planted).exists()


def test_one_sees_where_one_is_signed_in_and_ends_what_one_does_not_know(cast: Cast) -> None:
    teacher = cast.users["teacher"]
    here, there = signed_in(teacher), signed_in(teacher, WECHAT, "192.0.2.8")
    stranger = signed_in(cast.users["head"], address="192.0.2.9")
    page = here.get("/account/sessions/", headers={"accept-language": "en"}).content.decode()
    assert [word in page for word in ("192.0.2.7", "192.0.2.8", "192.0.2.9")] == [True, True, False]
    assert "in WeChat" in page
    assert "Windows computer" in page
    assert page.index("192.0.2.7") < page.index("192.0.2.8"), "this one stands first"
    assert key_of(there) not in page
    assert here.post(f"/account/sessions/{mark_of(key_of(stranger))}/end/").status_code == 404
    assert here.post(f"/account/sessions/{mark_of(key_of(there))}/end/").status_code == 302
    assert (is_in(here), is_in(there), is_in(stranger)) == (True, False, True)
    event = last_event()
    assert (event.event, event.by_id) == ("accounts.sessions_ended", teacher.pk)
    assert event.detail == {"user": teacher.pk, "count": 1}


def test_all_others_end_at_once(cast: Cast) -> None:
    teacher = cast.users["teacher"]
    clients = [signed_in(teacher) for _ in range(3)]
    head = signed_in(cast.users["head"])
    assert clients[1].post("/account/sessions/end-others/").status_code == 302
    assert [is_in(one) for one in clients] == [False, True, False]
    assert is_in(head)
    assert last_event().detail == {"user": teacher.pk, "count": 2}


def test_ending_this_one_is_a_sign_out(cast: Cast) -> None:
    client = signed_in(cast.users["teacher"])
    answer = client.post(f"/account/sessions/{mark_of(key_of(client))}/end/")
    assert answer.headers["Location"] == "/sign-in/"
    assert not is_in(client)
    assert last_event().event == "accounts.signed_out"


def test_an_administrator_ends_all_sign_ins_of_somebody_below(cast: Cast) -> None:
    teacher, admin = cast.users["teacher"], entered(cast.users["unit_admin"])
    clients = [signed_in(teacher), signed_in(teacher, WECHAT)]
    assert admin.post(f"/accounts/people/{teacher.pk}/end-sessions/").status_code == 302
    assert [is_in(one) for one in clients] == [False, False]
    event = last_event()
    assert (event.by_id, event.detail) == (
        cast.users["unit_admin"].pk,
        {"user": teacher.pk, "count": 2},
    )
    assert event.path == cast.named_group.path


def test_nobody_ends_the_sign_ins_of_who_works_elsewhere(cast: Cast) -> None:
    client = entered(cast.users["city_officer"])
    by = cast.actor("unit_admin")
    with pytest.raises(NotFound):
        actions.end_sessions_of(user_id=cast.users["city_officer"].pk, by=by, at=AT)
    with pytest.raises(Forbidden):
        actions.end_sessions_of(user_id=cast.users["unit_admin"].pk, by=by, at=AT)
    assert is_in(client)


def test_a_new_password_and_a_closed_account_leave_no_sign_in_behind(cast: Cast) -> None:
    teacher, by = cast.users["teacher"], cast.actor("unit_admin")
    here, there = signed_in(teacher), signed_in(teacher)
    new = "another good phrase"
    told = {"old": GOOD, "password": new, "again": new}
    assert here.post("/account/password/", told).status_code == 302
    assert (is_in(here), is_in(there)) == (True, False)
    assert Session.objects.of(teacher.pk).get().session_key == key_of(here)
    secret = actions.make_password_link(user_id=teacher.pk, by=by, at=AT)
    actions.use_password_link(secret=secret, password="a third good phrase", at=AT)
    assert not Session.objects.of(teacher.pk).exists()
    signed_in(teacher)
    actions.deactivate(user_id=teacher.pk, by=by, at=AT)
    assert not Session.objects.of(teacher.pk).exists()


def test_what_has_expired_is_removed_and_nothing_else(
    cast: Cast, later: Callable[[timedelta], None]
) -> None:
    later(timedelta(0))
    officer, teacher = cast.users["county_officer"], cast.users["teacher"]
    entered(officer)
    signed_in(teacher)
    later(timedelta(hours=1))
    SessionStore.clear_expired()
    assert {row.user for row in Session.objects.all()} == {teacher}


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (WECHAT, Device.WECHAT),
        (EDGE, Device.WINDOWS),
        ("Mozilla/5.0 (Phone; OpenHarmony 5.0) ArkWeb/4.1 Mobile", Device.HARMONY),
        ("Mozilla/5.0 (Linux; Android 10; HarmonyOS; NOH-AN00)", Device.HARMONY),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X)", Device.IPHONE),
        ("Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0", Device.LINUX),
        ("curl/8.5.0", Device.OTHER),
        ("", Device.OTHER),
    ],
)
def test_a_device_is_told_in_a_word(agent: str, device: Device) -> None:
    assert device_of(agent) is device
