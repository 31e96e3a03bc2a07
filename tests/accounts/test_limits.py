"""Who fails too often waits: by address, by name, the same for names that nobody has."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client

from fangxian.foundation.accounts import actions, limits
from fangxian.foundation.accounts.models import Tries, User
from fangxian.foundation.accounts.rules import LIMITS, Tried, window_of
from fangxian.kernel import clock
from fangxian.kernel.errors import Invalid
from fangxian.kernel.models import AuditEvent
from tests.cast import AT, Cast

GOOD = "correct horse battery"
NOW = datetime(2026, 11, 23, 8, 5, tzinfo=clock.SHANGHAI)

pytestmark = pytest.mark.usefixtures("at_eight")


@pytest.fixture(autouse=True)
def stand(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """The machine's clock stands at five past eight, or at another moment."""

    def at(moment: datetime) -> None:
        monkeypatch.setattr("fangxian.kernel.clock.real_now", lambda: moment)

    at(NOW)
    return at


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    few = {Tried.SIGN_IN: 4, Tried.NAME: 2, Tried.LINK: 3}
    monkeypatch.setattr(limits, "LIMITS", few)


@pytest.fixture
def teacher(cast: Cast) -> User:
    user = cast.users["teacher"]
    user.set_password(GOOD)
    user.save()
    return user


def sign_in(name: str, word: str = "wrong", **meta: Any) -> Any:
    meta = {"REMOTE_ADDR": "192.0.2.7"} | meta
    return Client(headers={"accept-language": "en"}, **meta).post(
        "/sign-in/", {"username": name, "password": word}
    )


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("name", ["teacher", "nobody"])
def test_a_name_is_tried_so_often_whether_or_not_somebody_has_it(teacher: User, name: str) -> None:
    assert [sign_in(name, REMOTE_ADDR=f"192.0.2.{i}").status_code for i in (1, 2)] == [422, 422]
    answer = sign_in(name.upper(), GOOD, REMOTE_ADDR="192.0.2.3")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "600")
    assert "Try again in 10 minutes." in answer.content.decode()


@pytest.mark.usefixtures("few")
def test_an_address_is_heard_so_often_and_no_other_suffers(teacher: User) -> None:
    for number in range(4):
        assert sign_in(f"nobody{number}").status_code == 422
    assert sign_in("teacher", GOOD).status_code == 429
    assert sign_in("teacher", GOOD, REMOTE_ADDR="192.0.2.8").status_code == 302
    event = AuditEvent.objects.filter(event="accounts.limited").get()
    assert event.detail["tried"] == "sign_in"
    assert event.detail["address"] == "192.0.2.7"


@pytest.mark.usefixtures("few")
def test_a_made_up_address_helps_nobody(teacher: User) -> None:
    for number in range(4):
        made_up = f"198.51.100.{number}"
        assert sign_in(f"nobody{number}", HTTP_X_FORWARDED_FOR=made_up).status_code == 422
    assert sign_in("teacher", GOOD, HTTP_X_FORWARDED_FOR="198.51.100.9").status_code == 429


@pytest.mark.usefixtures("few")
def test_clients_behind_a_proxy_are_told_apart(teacher: User) -> None:
    proxy = {"REMOTE_ADDR": "127.0.0.1"}
    for number in range(4):
        sign_in(f"nobody{number}", HTTP_X_FORWARDED_FOR="198.51.100.1", **proxy)
    heard = [
        sign_in("teacher", GOOD, HTTP_X_FORWARDED_FOR=client, **proxy).status_code
        for client in ("198.51.100.1", "198.51.100.2")
    ]
    assert heard == [429, 302]


@pytest.mark.usefixtures("few")
def test_a_whole_school_behind_one_address_signs_in(teacher: User) -> None:
    assert [sign_in("teacher", GOOD).status_code for _ in range(6)] == [302] * 6
    assert not Tries.objects.exists()


@pytest.mark.usefixtures("few")
def test_the_next_window_begins_anew(teacher: User, stand: Callable[[datetime], None]) -> None:
    for number in range(4):
        sign_in(f"nobody{number}")
    stand(NOW + timedelta(minutes=10))
    assert sign_in("teacher", GOOD).status_code == 302
    limits.forget_before(NOW + timedelta(hours=23))
    assert Tries.objects.exists()
    limits.forget_before(NOW + timedelta(hours=25))
    assert not Tries.objects.exists()


@pytest.mark.usefixtures("few", "cast")
@pytest.mark.parametrize("kind", ["invitation", "new-password"])
def test_links_are_guessed_so_often(kind: str) -> None:
    answers = [Client().get(f"/{kind}/fx_{number}/") for number in range(4)]
    assert [answer.status_code for answer in answers] == [404, 404, 404, 429]
    assert int(answers[3].headers["Retry-After"]) == 600


def test_nothing_that_is_kept_names_anybody(teacher: User) -> None:
    sign_in("nobody")
    assert Tries.objects.count() == 2
    for row in Tries.objects.all():
        assert len(bytes(row.key)) == 32
        assert (row.count, row.since) == (1, window_of(NOW))


def test_the_limits_leave_room_for_a_county_behind_one_address() -> None:
    assert LIMITS[Tried.SIGN_IN] >= 5 * LIMITS[Tried.NAME]
    assert window_of(NOW) == NOW - timedelta(minutes=5)


@pytest.mark.parametrize("case", ["nobody", "wrong", "paused", "closed", "no password"])
def test_every_refusal_costs_the_same_work(
    teacher: User, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    if case == "paused":
        teacher.locked_until = AT + timedelta(minutes=1)
    if case == "closed":
        teacher.is_active = False
    if case == "no password":
        teacher.set_unusable_password()
    teacher.save()
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(self: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    name = "nobody" if case == "nobody" else "teacher"
    with pytest.raises(Invalid):
        actions.check_sign_in(username=name, password="wrong", at=AT)
    assert len(hashed) == 1
