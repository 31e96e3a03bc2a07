"""What is refused of passkeys, and how often one may try."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client

from fangxian.foundation.accounts import limits
from fangxian.foundation.accounts.models import User
from fangxian.foundation.accounts.rules import LIMITS, Tried
from fangxian.foundation.accounts.second.passkeys import actions
from fangxian.foundation.accounts.second.passkeys.queries import passkeys_of
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import Invalid
from fangxian.kernel.models import AuditEvent
from tests.accounts.device import Device
from tests.accounts.test_passkeys import (
    SITE,
    asked,
    bound,
    browser,
    give_password,
    here,
    on,
    post,
    prove,
    teacher,
)
from tests.accounts.test_second_factor import Phone, bind, events, phone
from tests.cast import AT, Cast

__all__ = ["browser", "here", "phone", "teacher"]

pytestmark = pytest.mark.usefixtures("here")
Bend = Callable[[Device, dict[str, Any]], dict[str, Any]]


def _at(**where: object) -> Bend:
    def use(device: Device, options: dict[str, Any]) -> dict[str, Any]:
        for name, value in where.items():
            setattr(device, name, value)
        return device.use(options)

    return use


BENT: dict[str, Bend] = {
    "another origin": _at(origin="http://localhost:8001"),
    "a name below ours": _at(origin="http://evil.localhost:8000"),
    "another site": _at(site="example.cn"),
    "another challenge": lambda device, options: device.use(options | {"challenge": "AAAA"}),
    "another key": lambda device, options: device.use(
        options, key=ec.generate_private_key(ec.SECP256R1())
    ),
    "nobody there": lambda device, options: device.use(options, present=False),
    "an answer to another question": lambda device, options: device.use(
        options, type="webauthn.create"
    ),
    "somebody else's passkey": lambda device, options: Device(handle=device.handle).use(options),
    "a copy that counts less": _at(times=3),
}


@pytest.mark.parametrize("bend", BENT.values(), ids=BENT.keys())
def test_what_is_refused(teacher: User, bend: Bend) -> None:
    device = Device(times=8)
    bound(teacher, device)
    options, challenge = asked(teacher)
    with pytest.raises(Invalid):
        prove(teacher, challenge, bend(device, options))
    assert events()[-1] == "second.passkey_refused"
    fresh, again = asked(teacher)
    device.origin, device.site, device.times = SITE.origin, SITE.id, 8
    prove(teacher, again, device.use(fresh))


@pytest.mark.parametrize("counts", [True, False])
def test_an_answer_opens_once(teacher: User, counts: bool) -> None:
    device = Device(counts=counts)
    bound(teacher, device)
    options, challenge = asked(teacher)
    answer = device.use(options)
    prove(teacher, challenge, answer)
    for again in (challenge, None):
        with pytest.raises(Invalid):
            prove(teacher, again, answer)


def test_an_answer_is_taken_from_the_session_once(
    browser: Client, teacher: User, phone: Phone
) -> None:
    device = Device(counts=False)
    bound(teacher, device)
    options = on(browser.get("/sign-in/passkey/"))
    bad = Device(handle=device.handle).use(options)
    assert post(browser, "/sign-in/passkey/", bad).status_code == 422
    assert post(browser, "/sign-in/passkey/", device.use(options)).status_code == 422
    late = on(browser.get("/sign-in/passkey/"))
    phone.now += timedelta(minutes=10, seconds=1)
    assert post(browser, "/sign-in/passkey/", device.use(late)).status_code == 422


def test_alone_it_must_know_whose_hand_it_is_in(
    browser: Client, teacher: User, phone: Phone
) -> None:
    device = Device(verifies=False)
    bound(teacher, device)
    options = on(browser.get("/sign-in/passkey/"))
    assert post(browser, "/sign-in/passkey/", device.use(options)).status_code == 422
    give_password(browser, "teacher")
    step = on(browser.get("/sign-in/code/"))  # asks for less: no answer to it opens alone
    assert post(browser, "/sign-in/passkey/", device.use(step)).status_code == 422
    step = on(browser.get("/sign-in/code/"))
    assert post(browser, "/sign-in/code/passkey/", device.use(step)).status_code == 302


def test_somebody_elses_passkey_opens_nobodys_account(
    browser: Client, cast: Cast, teacher: User, phone: Phone
) -> None:
    device, other = Device(), Device()
    bound(teacher, device)
    bound(cast.users["head"], other)
    options = on(browser.get("/sign-in/passkey/"))
    answer = other.use(options, handle=device.handle)
    assert post(browser, "/sign-in/passkey/", answer).status_code == 422
    assert browser.get("/account/").status_code == 302


@pytest.mark.parametrize("closed", [True, False])
def test_who_left_and_who_never_was_are_refused_alike(
    browser: Client, teacher: User, phone: Phone, closed: bool
) -> None:
    device = Device()
    bound(teacher, device)
    options = on(browser.get("/sign-in/passkey/"))
    if closed:
        User.objects.filter(pk=teacher.pk).update(is_active=False)
    else:
        Authenticator.objects.all().delete()
        User.objects.filter(pk=teacher.pk).update(username="gone")
        device.handle = "OTk5OTk5OTk"
    answer = post(browser, "/sign-in/passkey/", device.use(options))
    assert answer.status_code == 422
    assert "This passkey opens nothing here." in answer.content.decode()


@pytest.mark.parametrize(
    "told",
    ["{}", "[]", "nonsense", "1", '{"response": 1}', '{"response": {"userHandle": 5}}',
     '{"id": "a", "rawId": "b", "response": {"userHandle": "MQ"}}',
     '{"rawId": "AA", "response": {"userHandle": "MQ", "clientDataJSON": "AA", '
     '"authenticatorData": "AA", "signature": "AA"}}'],
)  # fmt: skip
def test_nonsense_is_refused_and_breaks_nothing(
    browser: Client, teacher: User, phone: Phone, told: str
) -> None:
    bound(teacher, Device())
    told = told.replace(
        "MQ", Device().use({"challenge": "AA"}, handle="MQ")["response"]["userHandle"]
    )
    browser.get("/sign-in/passkey/")
    assert browser.post("/sign-in/passkey/", {"credential": told}).status_code == 422
    give_password(browser, "teacher")
    browser.get("/sign-in/code/")
    assert browser.post("/sign-in/code/passkey/", {"credential": told}).status_code == 422


@pytest.mark.parametrize("broken", [{}, {"rawId": "AA", "response": {}}, {"rawId": 1}])
def test_nonsense_is_not_bound(teacher: User, broken: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        actions.bind(party=SITE, challenge="AAAA", answer=broken, name="a",
                     by=Actor(teacher.pk, "teacher"), at=AT)  # fmt: skip
    assert not passkeys_of(teacher.pk)


@pytest.mark.parametrize("where", [{"origin": "https://evil.example"}, {"site": "evil.example"}])
def test_no_passkey_of_another_site_is_bound(teacher: User, where: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        bound(teacher, Device(**where))  # type: ignore[arg-type]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LIMITS", {**LIMITS, Tried.CODE: 3, Tried.CODE_OF: 2})


@pytest.mark.usefixtures("few")
def test_codes_of_an_account_are_tried_so_often_from_wherever(
    browser: Client, teacher: User, phone: Phone
) -> None:
    bind(teacher, phone.now)
    phone.now += timedelta(seconds=30)
    heard = []
    for number, code in enumerate(("000000", "000000", phone.code())):
        give_password(browser, "teacher")
        answer = browser.post("/sign-in/code/", {"code": code}, REMOTE_ADDR=f"192.0.2.{number}")
        heard.append(answer.status_code)
    assert heard == [422, 422, 429]
    limited = AuditEvent.objects.get(event="accounts.limited")
    assert limited.detail["tried"] == "code_of"


@pytest.mark.usefixtures("few")
def test_passkeys_of_an_address_are_tried_so_often_and_no_other_suffers(
    browser: Client, teacher: User, phone: Phone
) -> None:
    device = Device()
    bound(teacher, device)
    for _number in range(3):
        wrong = Device(handle=device.handle).use(on(browser.get("/sign-in/passkey/")))
        assert post(browser, "/sign-in/passkey/", wrong).status_code == 422
    right = device.use(on(browser.get("/sign-in/passkey/")))
    assert post(browser, "/sign-in/passkey/", right).status_code == 429
    right = device.use(on(browser.get("/sign-in/passkey/")))
    told = {"credential": json.dumps(right)}
    assert browser.post("/sign-in/passkey/", told, REMOTE_ADDR="192.0.2.9").status_code == 302


def test_after_a_new_password_it_stands_alone_once_it_has_followed_it(
    browser: Client, teacher: User, phone: Phone
) -> None:
    device = Device()
    bound(teacher, device)
    Authenticator.objects.filter(user=teacher).update(created_at=AT - timedelta(days=2))
    User.objects.filter(pk=teacher.pk).update(password_since=AT - timedelta(days=1))
    alone = on(browser.get("/sign-in/passkey/"))
    assert post(browser, "/sign-in/passkey/", device.use(alone)).status_code == 422
    give_password(browser, "teacher")
    step = on(browser.get("/sign-in/code/"))
    assert post(browser, "/sign-in/code/passkey/", device.use(step)).status_code == 302
    browser.post("/sign-out/")
    alone = on(browser.get("/sign-in/passkey/"))
    assert post(browser, "/sign-in/passkey/", device.use(alone)).status_code == 302
