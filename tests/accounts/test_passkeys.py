"""Stories of passkeys: bound, used after the password and instead of it, refused, removed."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.test import Client

from fangxian.foundation.accounts.models import User
from fangxian.foundation.accounts.second import actions as second
from fangxian.foundation.accounts.second.passkeys import actions, ceremony
from fangxian.foundation.accounts.second.passkeys.party import Party, party
from fangxian.foundation.accounts.second.passkeys.queries import keys_of, passkeys_of
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import Conflict, Forbidden, Invalid
from fangxian.kernel.models import AuditEvent
from tests.accounts.device import Device
from tests.accounts.test_second_factor import GOOD, Phone, bind, code_at, events, person, phone
from tests.cast import AT, Cast

__all__ = ["phone"]

SITE = Party("localhost", "http://localhost:8000")
OWN = "/account/two-step/"


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The site is at http://localhost:8000, whatever the machine's own settings."""
    monkeypatch.setattr(settings.FANGXIAN, "port", 8000)


@pytest.fixture
def browser() -> Client:
    return Client(headers={"host": "localhost:8000", "accept-language": "en"})


@pytest.fixture
def teacher(cast: Cast) -> User:
    return person(cast, "teacher")


@pytest.fixture
def officer(cast: Cast) -> User:
    return person(cast, "county_officer")


def bound(user: User, device: Device, name: str = "drawer") -> list[str]:
    options, challenge = ceremony.ask_to_bind(
        SITE, user_id=user.pk, username=user.username, keys=keys_of(user.pk)
    )
    by, answer = Actor(user.pk, str(user)), device.make(options)
    return actions.bind(party=SITE, challenge=challenge, answer=answer, name=name, by=by, at=AT)


def asked(user: User, *, alone: bool = False) -> tuple[dict[str, Any], str]:
    return ceremony.ask_to_prove(SITE, keys=keys_of(user.pk), alone=alone)


def prove(user: User, challenge: str | None, answer: dict[str, Any]) -> None:
    actions.prove(user_id=user.pk, party=SITE, challenge=challenge, answer=answer, at=AT)


def on(page: Any) -> dict[str, Any]:
    """What a page asks the browser for."""
    found = re.search(r'id="passkey-options"[^>]*>(.*?)</script>', page.content.decode())
    assert found is not None, page.content.decode()
    told: dict[str, Any] = json.loads(found[1])
    return told


def post(browser: Client, path: str, answer: dict[str, Any], **more: str) -> Any:
    return browser.post(path, {"credential": json.dumps(answer), **more})


def give_password(browser: Client, name: str) -> str:
    return browser.post("/sign-in/", {"username": name, "password": GOOD}).headers["Location"]


def test_a_teacher_binds_one_with_her_password(
    browser: Client, teacher: User, phone: Phone
) -> None:
    device = Device()
    browser.force_login(teacher)
    add = OWN + "passkeys/add/"
    assert "passkey-options" not in browser.get(add).content.decode()
    assert browser.post(add, {"password": "wrong"}).status_code == 422
    assert browser.post(add, {"password": GOOD}).headers["Location"] == add
    answer = post(browser, add, device.make(on(browser.get(add))), name="  my   phone ")
    assert len(re.findall(r"<li><code>\d{4} \d{4}</code></li>", answer.content.decode())) == 10
    (one,) = passkeys_of(teacher.pk)
    assert one.name == "my phone"
    assert events() == ["second.passkey_bound"]
    assert "my phone" in browser.get(OWN).content.decode()
    assert "passkey-options" not in browser.get(add).content.decode()  # the password, once more


def test_what_is_kept_tells_a_name_and_a_public_key_and_the_device_a_user_name_alone(
    teacher: User,
) -> None:
    options, _challenge = ceremony.ask_to_bind(
        SITE, user_id=teacher.pk, username=teacher.username, keys=[]
    )
    assert options["user"] == {
        "id": options["user"]["id"], "name": "teacher", "displayName": "teacher",
    }  # fmt: skip
    bound(teacher, Device())
    assert set(Authenticator.objects.get(type="webauthn").data) == {
        "name", "id", "public", "times",
    }  # fmt: skip


def test_it_follows_the_password(browser: Client, teacher: User, phone: Phone) -> None:
    device = Device()
    bound(teacher, device)
    assert give_password(browser, "teacher") == "/sign-in/code/"
    options = on(browser.get("/sign-in/code/"))
    assert [one["id"] for one in options["allowCredentials"]] == [keys_of(teacher.pk)[0].id]
    answer = post(browser, "/sign-in/code/passkey/", device.use(options))
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert browser.get("/account/").status_code == 200
    assert events()[1:] == ["second.passkey_used", "accounts.signed_in"]


def test_it_opens_alone_and_counts_as_two_factors(
    browser: Client, officer: User, phone: Phone
) -> None:
    device = Device()
    bound(officer, device)
    options = on(browser.get("/sign-in/passkey/"))
    assert options.get("allowCredentials", []) == []
    answer = post(browser, "/sign-in/passkey/", device.use(options))
    assert answer.headers["Location"] == "/"
    assert browser.get("/account/").status_code == 200
    assert events()[1:] == ["second.passkey_alone", "accounts.signed_in"]


def test_an_officer_binds_one_before_anything_else(
    browser: Client, officer: User, phone: Phone
) -> None:
    assert give_password(browser, "county_officer") == "/sign-in/set-up/"
    assert "/sign-in/set-up/passkey/" in browser.get("/sign-in/set-up/").content.decode()
    assert browser.get("/sign-in/code/").headers["Location"] == "/sign-in/"
    options = on(browser.get("/sign-in/set-up/passkey/"))
    path = "/sign-in/set-up/passkey/"
    assert post(browser, path, Device(site="other").make(options), name="a").status_code == 422
    options = on(browser.get(path))
    answer = post(browser, path, Device().make(options), name="a")
    assert "<code>" in answer.content.decode()
    assert browser.get("/account/").status_code == 200
    (one,) = passkeys_of(officer.pk)
    with pytest.raises(Forbidden):
        actions.remove(passkey_id=one.id, password=GOOD, by=Actor(officer.pk, "officer"), at=AT)


def test_a_recovery_code_takes_the_place_of_a_lost_passkey(
    browser: Client, teacher: User, phone: Phone
) -> None:
    first, *_rest = bound(teacher, Device())
    for code, status in (("000000", 422), (first, 302)):
        give_password(browser, "teacher")
        assert "recovery codes" in browser.get("/sign-in/code/").content.decode()
        assert browser.post("/sign-in/code/", {"code": code}).status_code == status
    give_password(browser, "teacher")
    assert browser.post("/sign-in/code/", {"code": first}).status_code == 422


def test_wrong_recovery_codes_pause_where_there_is_no_phone(teacher: User) -> None:
    first, *_rest = bound(teacher, Device())
    for code in ["000000"] * 5 + [first]:
        with pytest.raises(Invalid):
            second.prove(user_id=teacher.pk, code=code, at=AT, on_phone=AT)
    later = AT + timedelta(minutes=2)
    second.prove(user_id=teacher.pk, code=first, at=later, on_phone=later)
    with pytest.raises(Invalid):
        second.prove(user_id=teacher.pk, code=first, at=later, on_phone=later)


def test_a_phone_beside_a_passkey_keeps_the_codes_there_are(teacher: User) -> None:
    assert len(bind(teacher)) == 10
    assert bound(teacher, Device()) == []
    assert bound(teacher, Device()) == []
    with pytest.raises(Conflict):
        bind(teacher)


def test_one_is_named_and_removed_and_nobody_elses(
    browser: Client, cast: Cast, teacher: User, phone: Phone
) -> None:
    bound(teacher, Device())
    bound(cast.users["head"], Device())
    (own,), (other,) = passkeys_of(teacher.pk), passkeys_of(cast.users["head"].pk)
    browser.force_login(teacher)
    page = f"{OWN}passkeys/{own.id}/"
    assert browser.post(page, {"name": "in the drawer"}).status_code == 302
    assert passkeys_of(teacher.pk)[0].name == "in the drawer"
    for path in (f"{OWN}passkeys/{other.id}/", f"{OWN}passkeys/{other.id}/remove/"):
        assert browser.post(path, {"name": "x", "password": GOOD}).status_code == 404
    assert browser.post(page + "remove/", {"password": "wrong"}).status_code == 422
    assert browser.post(page + "remove/", {"password": GOOD}).status_code == 302
    assert not Authenticator.objects.filter(user=teacher).exists()
    assert passkeys_of(cast.users["head"].pk)
    told = AuditEvent.objects.filter(event__startswith="second.").order_by("-id")
    assert [one.event for one in told[:3]] == [
        "second.turned_off", "second.passkey_removed", "second.passkey_renamed",
    ]  # fmt: skip


def test_of_two_one_may_go_whatever_the_role(officer: User) -> None:
    bound(officer, Device())
    bind(officer)
    by = Actor(officer.pk, "officer")
    (one,) = passkeys_of(officer.pk)
    actions.remove(passkey_id=one.id, password=GOOD, by=by, at=AT)
    assert Authenticator.objects.filter(user=officer).count() == 2


def test_a_demos_account_binds_none(browser: Client, teacher: User, phone: Phone) -> None:
    User.objects.filter(pk=teacher.pk).update(is_demo=True)
    with pytest.raises(Forbidden):
        bound(teacher, Device())
    browser.force_login(teacher)
    assert browser.get(OWN + "passkeys/add/").headers["Location"] == OWN


def test_there_is_an_end_to_how_many(teacher: User) -> None:
    for _number in range(actions.MOST):
        bound(teacher, Device())
    with pytest.raises(Conflict):
        bound(teacher, Device())


@pytest.mark.parametrize(
    ("url", "https", "found"),
    [
        ("", False, SITE),
        ("", True, None),
        ("https://fx.example.cn", True, Party("fx.example.cn", "https://fx.example.cn")),
        ("https://fx.example.cn:443", True, Party("fx.example.cn", "https://fx.example.cn")),
        ("https://fx.example.cn:8443", True, Party("fx.example.cn", "https://fx.example.cn:8443")),
        ("http://localhost:9000", False, Party("localhost", "http://localhost:9000")),
        ("http://fx.example.cn", False, None),
        ("https://10.1.2.3", True, None),
        ("https://[2001:db8::1]", True, None),
        ("http://127.0.0.1:8000", False, None),
    ],
)
def test_the_site_that_passkeys_are_bound_to(
    monkeypatch: pytest.MonkeyPatch, url: str, https: bool, found: Party | None
) -> None:
    monkeypatch.setattr(settings.FANGXIAN, "public_url", url)
    monkeypatch.setattr(settings.FANGXIAN, "https", https)
    assert party() == found


def test_by_its_number_the_site_says_where_passkeys_work(teacher: User, phone: Phone) -> None:
    here = Client(headers={"host": "127.0.0.1:8000", "accept-language": "en"})
    assert (
        "http://localhost:8000/sign-in/passkey/" in here.get("/sign-in/passkey/").content.decode()
    )
    bound(teacher, Device())
    give_password(here, "teacher")
    assert "passkey-options" not in here.get("/sign-in/code/").content.decode()
    assert post(here, "/sign-in/code/passkey/", {}).headers["Location"] == "/sign-in/"


def test_the_code_of_a_phone_works_beside_a_passkey(
    browser: Client, teacher: User, phone: Phone
) -> None:
    bound(teacher, Device())
    bind(teacher, phone.now)
    give_password(browser, "teacher")
    assert "passkey-options" in browser.get("/sign-in/code/").content.decode()
    later = phone.now + timedelta(seconds=30)
    assert browser.post("/sign-in/code/", {"code": code_at(later)}).status_code == 302
