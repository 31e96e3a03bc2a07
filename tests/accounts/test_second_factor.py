"""Stories of the second factor: bound, asked for, used once, lost, reset."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import translation

from fangxian.foundation.accounts import actions as accounts
from fangxian.foundation.accounts.models import User
from fangxian.foundation.accounts.second import actions
from fangxian.kernel import clock
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from fangxian.kernel.models import AuditEvent
from tests.cast import AT, Cast

GOOD = "correct horse battery"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOW = datetime(2026, 11, 23, 8, 0, 10, tzinfo=clock.SHANGHAI)
LATER = timedelta(seconds=30)


def code_at(moment: datetime, secret: str = SECRET) -> str:
    """What the phone shows at a moment."""
    shown: str = format_hotp_value(hotp_value(secret, int(moment.timestamp()) // 30))
    return shown


def events() -> list[str]:
    told = AuditEvent.objects.filter(event__regex=r"^(second\.|accounts\.signed)")
    return list(told.order_by("id").values_list("event", flat=True))


@dataclass
class Phone:
    """The moment that telephones and servers show, at first the true one; a story moves it on."""

    now: datetime

    def code(self, secret: str = SECRET) -> str:
        return code_at(self.now, secret)


@pytest.fixture
def phone(at_eight: datetime, monkeypatch: pytest.MonkeyPatch) -> Phone:
    shown = Phone(clock.real_now())
    monkeypatch.setattr("fangxian.kernel.clock.real_now", lambda: shown.now)
    return shown


def person(cast: Cast, name: str) -> User:
    user = cast.users[name]
    user.set_password(GOOD)
    user.save()
    return user


def bind(user: User, moment: datetime = NOW) -> list[str]:
    by = Actor(user.pk, str(user))
    return actions.set_up(secret=SECRET, code=code_at(moment), by=by, at=AT, on_phone=moment)


@pytest.fixture
def teacher(cast: Cast) -> User:
    return person(cast, "teacher")


def prove(user: User, code: str, *, at: datetime = AT, on_phone: datetime = NOW) -> None:
    actions.prove(user_id=user.pk, code=code, at=at, on_phone=on_phone)


def sign_in(client: Client, name: str, to: str = "/account/") -> str:
    told = {"username": name, "password": GOOD, "next": to}
    return client.post("/sign-in/", told).headers["Location"]


def test_the_code_follows_the_password(client: Client, teacher: User, phone: Phone) -> None:
    bind(teacher)
    phone.now += LATER
    assert sign_in(client, "teacher") == "/sign-in/code/"
    assert "accounts.signed_in" not in events()
    assert client.get("/sign-in/code/").status_code == 200
    assert client.post("/sign-in/code/", {"code": "000000"}).status_code == 422
    answer = client.post("/sign-in/code/", {"code": phone.code()})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/account/")
    assert client.get("/account/").status_code == 200
    assert events() == ["second.set_up", "second.code_refused", "accounts.signed_in"]


def test_who_is_half_signed_in_is_a_stranger(client: Client, teacher: User, phone: Phone) -> None:
    bind(teacher)
    sign_in(client, "teacher")
    for address in ("/", "/account/", "/account/password/", "/account/two-step/off/"):
        assert client.get(address).headers["Location"].startswith("/sign-in/?next="), address
    assert client.get("/api/v1/units", {"search": "51"}).status_code == 401
    assert client.get("/sign-in/set-up/").headers["Location"] == "/sign-in/"
    assert "_auth_user_id" not in client.session


def test_who_was_signed_in_before_is_not_while_another_waits(
    client: Client, cast: Cast, teacher: User, phone: Phone
) -> None:
    bind(teacher)
    client.force_login(cast.users["head"])
    sign_in(client, "teacher")
    assert client.get("/account/").status_code == 302


def test_waiting_ends_after_ten_minutes(client: Client, teacher: User, phone: Phone) -> None:
    bind(teacher)
    sign_in(client, "teacher")
    phone.now += timedelta(minutes=10, seconds=1)
    answer = client.post("/sign-in/code/", {"code": phone.code()})
    assert answer.headers["Location"] == "/sign-in/"
    assert client.get("/account/").status_code == 302


def test_waiting_ends_when_the_password_changes(
    client: Client, teacher: User, phone: Phone
) -> None:
    bind(teacher)
    sign_in(client, "teacher")
    teacher.set_password("another good phrase")
    teacher.save()
    phone.now += LATER
    assert client.post("/sign-in/code/", {"code": phone.code()}).headers["Location"] == "/sign-in/"


def test_a_link_for_a_new_password_does_not_go_round_the_code(
    client: Client, cast: Cast, teacher: User, phone: Phone
) -> None:
    bind(teacher)
    admin = cast.actor("unit_admin")
    secret = accounts.make_password_link(user_id=teacher.pk, by=admin, at=AT)
    told = {"password": GOOD, "again": GOOD}
    answer = client.post(f"/new-password/{secret}/", told)
    assert answer.headers["Location"] == "/sign-in/code/"


def test_a_code_is_good_once_and_no_earlier_one_after_it(teacher: User) -> None:
    bind(teacher)
    with pytest.raises(Invalid):
        prove(teacher, code_at(NOW))  # bound the phone
    prove(teacher, code_at(NOW + LATER), on_phone=NOW + LATER)
    for used in (NOW + LATER, NOW):
        with pytest.raises(Invalid):
            prove(teacher, code_at(used), on_phone=NOW + LATER)


@pytest.mark.parametrize(
    ("seconds_off", "good"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)]
)
def test_a_phone_may_be_half_a_minute_off(teacher: User, seconds_off: int, good: bool) -> None:
    bind(teacher)
    true = NOW + timedelta(minutes=5)
    code = code_at(true + timedelta(seconds=seconds_off))
    if good:
        prove(teacher, code, on_phone=true)
    else:
        with pytest.raises(Invalid):
            prove(teacher, code, on_phone=true)


def test_wrong_codes_pause_and_the_password_does_not_end_the_pause(teacher: User) -> None:
    bind(teacher)
    true = NOW + LATER
    for _ in range(5):
        with pytest.raises(Invalid):
            prove(teacher, "000000", on_phone=true)
    accounts.check_sign_in(username="teacher", password=GOOD, at=AT)
    with pytest.raises(Invalid):
        prove(teacher, code_at(true), on_phone=true)
    later, true = AT + timedelta(minutes=2), true + timedelta(minutes=2)
    prove(teacher, code_at(true), at=later, on_phone=true)
    row = Authenticator.objects.get(user=teacher, type="totp")
    assert (row.data["failures"], row.data["paused_until"]) == (0, None)


def test_each_recovery_code_opens_once(teacher: User) -> None:
    first, second, *rest = bind(teacher)
    assert len({first, second, *rest}) == 10
    prove(teacher, f"{first[:4]} {first[4:]}")
    with pytest.raises(Invalid):
        prove(teacher, first)
    prove(teacher, second)
    last = AuditEvent.objects.filter(event="second.recovery_used").latest("id")
    assert last.detail == {"user": teacher.pk, "count": 8}


def test_new_recovery_codes_end_the_earlier_ones(cast: Cast, teacher: User) -> None:
    old = bind(teacher)
    by = cast.actor("teacher")
    with pytest.raises(Invalid):
        actions.new_codes(password="wrong", by=by, at=AT)
    new = actions.new_codes(password=GOOD, by=by, at=AT)
    with pytest.raises(Invalid):
        prove(teacher, old[0])
    prove(teacher, new[0])


def test_turning_off_takes_the_password(cast: Cast, teacher: User) -> None:
    bind(teacher)
    by = cast.actor("teacher")
    with pytest.raises(Invalid):
        actions.turn_off(password="wrong", by=by, at=AT)
    assert Authenticator.objects.filter(user=teacher).count() == 2
    actions.turn_off(password=GOOD, by=by, at=AT)
    assert not Authenticator.objects.filter(user=teacher).exists()
    assert events()[-1] == "second.turned_off"
    with pytest.raises(Conflict):
        actions.turn_off(password=GOOD, by=by, at=AT)


def test_passwords_guessed_there_pause_sign_in_too(cast: Cast, teacher: User) -> None:
    bind(teacher)
    for _ in range(5):
        with pytest.raises(Invalid):
            actions.turn_off(password="wrong", by=cast.actor("teacher"), at=AT)
    with pytest.raises(Invalid):
        actions.turn_off(password=GOOD, by=cast.actor("teacher"), at=AT)


def test_a_copied_table_tells_no_secret(teacher: User) -> None:
    codes = bind(teacher)
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert SECRET not in kept
    assert not any(code in kept for code in codes)


def _secret_on(page: str) -> str:
    found = re.search(r'id="secret"[^>]*>([A-Z2-7 ]+)<', page)
    assert found is not None
    return found[1].replace(" ", "")


def test_a_teacher_sets_it_up_of_her_own_accord(
    client: Client, teacher: User, phone: Phone
) -> None:
    client.force_login(teacher)
    page = client.get("/account/two-step/set-up/").content.decode()
    assert 'src="data:image/svg+xml;base64,' in page
    told = {"code": phone.code(_secret_on(page)), "password": "wrong"}
    assert client.post("/account/two-step/set-up/", told).status_code == 422
    answer = client.post("/account/two-step/set-up/", told | {"password": GOOD})
    assert len(re.findall(r"<li><code>\d{4} \d{4}</code></li>", answer.content.decode())) == 10
    assert answer.headers["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    assert client.get("/account/two-step/set-up/").status_code == 302
    assert "second_offered" not in client.session
    off = client.post("/account/two-step/off/", {"password": GOOD})
    assert off.status_code == 302


def test_an_officer_binds_a_phone_before_anything_else(
    client: Client, cast: Cast, phone: Phone
) -> None:
    person(cast, "county_officer")
    assert sign_in(client, "county_officer", "/board/") == "/sign-in/set-up/"
    assert client.get("/board/").headers["Location"].startswith("/sign-in/")
    assert client.get("/sign-in/code/").headers["Location"] == "/sign-in/"
    page = client.get("/sign-in/set-up/").content.decode()
    secret = _secret_on(page)
    assert client.post("/sign-in/set-up/", {"code": "000000"}).status_code == 422
    assert _secret_on(client.get("/sign-in/set-up/").content.decode()) == secret
    answer = client.post("/sign-in/set-up/", {"code": phone.code(secret)})
    assert 'href="/board/"' in answer.content.decode()
    assert client.get("/account/").status_code == 200
    assert events() == ["second.set_up", "accounts.signed_in"]
    answer = client.post("/account/two-step/off/", {"password": GOOD})
    assert answer.status_code == 422
    assert Authenticator.objects.filter(user=cast.users["county_officer"]).exists()


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("reporter", "/account/"),
        ("head", "/account/"),
        ("county_officer", "/sign-in/set-up/"),
        ("province_officer", "/sign-in/set-up/"),
        ("inspector", "/sign-in/set-up/"),
        ("unit_admin", "/sign-in/set-up/"),
        ("auditor", "/sign-in/set-up/"),
    ],
)
def test_whose_role_asks_for_it(
    client: Client, cast: Cast, phone: Phone, name: str, step: str
) -> None:
    person(cast, name)
    assert sign_in(client, name) == step


def test_a_demos_accounts_are_exempt_and_bind_no_phone(
    client: Client, cast: Cast, phone: Phone
) -> None:
    officer = person(cast, "county_officer")
    officer.is_demo = True
    officer.save()
    assert sign_in(client, "county_officer") == "/account/"
    with pytest.raises(Forbidden):
        bind(officer)
    assert client.get("/account/two-step/set-up/").status_code == 302


def test_an_administrator_resets_what_was_lost(
    client: Client, cast: Cast, teacher: User, phone: Phone
) -> None:
    bind(teacher)
    for name, refusal in (("outsider", NotFound), ("head", NotFound), ("teacher", Forbidden)):
        with pytest.raises(refusal):
            actions.reset(user_id=teacher.pk, by=cast.actor(name), at=AT)
    client.force_login(cast.users["unit_admin"])
    assert "two-step/reset/" in client.get(f"/accounts/people/{teacher.pk}/").content.decode()
    answer = client.post(f"/accounts/people/{teacher.pk}/two-step/reset/")
    assert answer.headers["Location"] == f"/accounts/people/{teacher.pk}/"
    last = AuditEvent.objects.latest("id")
    assert (last.event, last.by_id) == ("second.reset", cast.users["unit_admin"].pk)
    assert last.detail["user"] == teacher.pk
    assert "two-step/reset/" not in client.get(f"/accounts/people/{teacher.pk}/").content.decode()
    assert sign_in(Client(), "teacher") == "/account/"


@pytest.mark.usefixtures("phone")
def test_who_runs_the_installation_resets_the_highest_administrators(cast: Cast) -> None:
    user = person(cast, "unit_admin")
    with pytest.raises(CommandError, match="not set up"), translation.override("en"):
        call_command("second_factor", "reset", "unit_admin")
    bind(user)
    call_command("second_factor", "reset", "UNIT_ADMIN", stdout=StringIO())
    assert not Authenticator.objects.filter(user=user).exists()
    last = AuditEvent.objects.latest("id")
    assert (last.event, last.by_id) == ("second.reset", None)
    assert last.detail == {"user": user.pk, "system": "second_factor"}
    with pytest.raises(CommandError, match="Nobody has the user name nobody"):
        call_command("second_factor", "reset", "nobody")
