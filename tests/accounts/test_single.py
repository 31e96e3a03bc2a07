"""Stories of single sign-on: to the provider and back, linked or not, believed or not."""

import http.client
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from django.conf import settings
from django.test import Client

from fangxian.foundation.accounts.models import User
from fangxian.foundation.accounts.single import provider as talking
from fangxian.foundation.accounts.single.models import Link
from fangxian.kernel.models import AuditEvent
from tests.accounts.provider import CLIENT, SECRET, Claims, Standin, a_key, serving
from tests.accounts.test_second_factor import GOOD, Phone, bind, person, phone
from tests.cast import AT, Cast

__all__ = ["phone"]
pytestmark = [pytest.mark.usefixtures("phone"), pytest.mark.django_db]


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Standin]:
    with serving() as standin:
        said = {"oidc_issuer": standin.url, "oidc_client_id": CLIENT, "oidc_client_secret": SECRET}
        for name, value in (said | {"oidc_name": "Province"}).items():
            monkeypatch.setattr(settings.FANGXIAN, name, value)
        talking.forget()
        yield standin
        talking.forget()


@pytest.fixture
def browser() -> Client:
    return Client(headers={"accept-language": "en"})


@pytest.fixture
def teacher(cast: Cast) -> User:
    return person(cast, "teacher")


def linked(user: User, provider: Standin) -> None:
    subject = provider.person["sub"]
    Link.objects.create(user=user, issuer=provider.url, subject=subject, linked_at=AT)


def at_provider(answer: Any) -> str:
    """Go where an answer leads, sign in there, and say where one is sent back to."""
    assert answer.status_code == 302, answer.content.decode()
    there = urlsplit(answer.headers["Location"])
    line = http.client.HTTPConnection(there.netloc, timeout=10)
    line.request("GET", f"{there.path}?{there.query}")
    back = urlsplit(line.getresponse().headers["Location"])
    line.close()
    return f"{back.path}?{back.query}"


def come_in(browser: Client, to: str = "/account/") -> Any:
    return browser.get(at_provider(browser.get("/sign-in/single/", {"next": to})))


def is_in(browser: Client) -> bool:
    return browser.get("/account/").status_code == 200


def told() -> list[tuple[str, str]]:
    """What the audit trail says, with the reason where one was not let in."""
    rows = AuditEvent.objects.filter(event__regex=r"^(single|accounts\.signed)").order_by("id")
    return [(row.event, row.detail.get("reason", "")) for row in rows]


def test_who_is_linked_comes_in(browser: Client, teacher: User, provider: Standin) -> None:
    linked(teacher, provider)
    page = browser.get("/sign-in/?next=/account/").content.decode()
    assert "Sign in through Province" in page
    assert "/sign-in/single/?next=/account/" in page
    answer = come_in(browser)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/account/")
    assert is_in(browser)
    assert [event for event, _reason in told()] == ["single.used", "accounts.signed_in"]
    assert Link.objects.get().last_used is not None


def test_what_the_provider_is_asked(browser: Client, provider: Standin) -> None:
    answer = browser.get("/sign-in/single/")
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert query["redirect_uri"] == [f"{settings.FANGXIAN.site}/sign-in/single/back/"]
    assert (query["code_challenge_method"], query["scope"]) == (["S256"], ["openid profile"])
    assert len(query["state"][0]) >= 43
    assert len(query["nonce"][0]) >= 43
    again = browser.get("/sign-in/single/")
    assert again.headers["Location"] != answer.headers["Location"]
    assert "secret" not in answer.headers["Location"]


@pytest.mark.parametrize("to", ["//evil.example/", "https://evil.example/", "javascript:x"])
def test_it_leads_nowhere_else(browser: Client, teacher: User, provider: Standin, to: str) -> None:
    linked(teacher, provider)
    assert come_in(browser, to).headers["Location"] == "/"


def test_nobody_gets_an_account_from_nothing(
    browser: Client, teacher: User, provider: Standin
) -> None:
    provider.person |= {"preferred_username": "teacher"}
    before = User.objects.count()
    assert come_in(browser).headers["Location"] == "/sign-in/"
    assert not is_in(browser)
    assert (User.objects.count(), Link.objects.count()) == (before, 0)
    assert told() == [("single.refused", "unknown")]
    assert "No account here is linked to you." in browser.get("/sign-in/").content.decode()


def test_a_claim_names_the_account_where_the_settings_say_so(
    browser: Client, teacher: User, provider: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings.FANGXIAN, "oidc_claim", "preferred_username")
    provider.person |= {"preferred_username": "TEACHER"}
    come_in(browser)
    assert is_in(browser)
    assert [event for event, _reason in told()] == [
        "single.linked", "single.used", "accounts.signed_in",
    ]  # fmt: skip
    other = Client()
    provider.person |= {"sub": "person-8"}  # another person who says the same name
    come_in(other)
    assert not is_in(other)
    third = Client()
    provider.person |= {"sub": "person-7", "preferred_username": "head"}
    come_in(third)  # the link holds, whatever the name says later
    assert third.session["_auth_user_id"] == str(teacher.pk)


@pytest.mark.parametrize("name", ["nobody", "", 7, None, ["teacher"]])
def test_a_name_that_nobody_has_opens_nothing(
    browser: Client, teacher: User, provider: Standin, monkeypatch: pytest.MonkeyPatch, name: object
) -> None:
    monkeypatch.setattr(settings.FANGXIAN, "oidc_claim", "preferred_username")
    provider.person |= {"preferred_username": name}
    assert come_in(browser).headers["Location"] == "/sign-in/"
    assert not Link.objects.exists()


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_demo": True}])
def test_a_closed_and_a_demos_account_are_named_in_vain(
    browser: Client,
    teacher: User,
    provider: Standin,
    monkeypatch: pytest.MonkeyPatch,
    change: dict[str, bool],
) -> None:
    monkeypatch.setattr(settings.FANGXIAN, "oidc_claim", "preferred_username")
    provider.person |= {"preferred_username": "teacher"}
    User.objects.filter(pk=teacher.pk).update(**change)
    come_in(browser)
    assert not is_in(browser)


def test_who_left_comes_in_no_more(browser: Client, teacher: User, provider: Standin) -> None:
    linked(teacher, provider)
    User.objects.filter(pk=teacher.pk).update(is_active=False)
    assert come_in(browser).headers["Location"] == "/sign-in/"
    assert told() == [("single.refused", "closed")]


def _forged(claims: Claims) -> str:
    return jwt.encode(claims, a_key(), "RS256", headers={"kid": "one"})


def _with_a_shared_secret(claims: Claims) -> str:
    return jwt.encode(claims, SECRET * 3, "HS256", headers={"kid": "one"})


def _unsigned(claims: Claims) -> str:
    return jwt.encode(claims, "", "none", headers={"kid": "one"})


Bend = Callable[[Standin], None]


def _says(**change: object) -> Bend:
    def bend(provider: Standin) -> None:
        provider.bend = lambda claims: claims | change

    return bend


def _signs(sign: Callable[[Claims], str]) -> Bend:
    def bend(provider: Standin) -> None:
        provider.sign = sign

    return bend


BENT = {
    "another issuer": _says(iss="https://evil.example"),
    "for somebody else": _says(aud="another"),
    "for several, not us": _says(aud=[CLIENT, "another"], azp="another"),
    "for several, it says not whom": _says(aud=[CLIENT, "another"]),
    "of another question": _says(nonce="another"),
    "expired": _says(exp=int(time.time()) - 3600),
    "not yet": _says(iat=int(time.time()) + 7200),
    "no subject": _says(sub=""),
    "a number for a subject": _says(sub=7),
    "signed by another": _signs(_forged),
    "not signed": _signs(_unsigned),
    "signed with the secret we share": _signs(_with_a_shared_secret),
    "no token": _signs(lambda claims: "nonsense"),
}


@pytest.mark.parametrize("bend", BENT.values(), ids=BENT.keys())
def test_what_is_not_believed(
    browser: Client, teacher: User, provider: Standin, bend: Bend
) -> None:
    linked(teacher, provider)
    bend(provider)
    assert come_in(browser).headers["Location"] == "/sign-in/"
    assert not is_in(browser)
    assert told() == [("single.refused", "not believed")]


@pytest.mark.parametrize("missing", ["exp", "iat", "sub", "aud", "iss", "nonce"])
def test_what_must_be_said(browser: Client, teacher: User, provider: Standin, missing: str) -> None:
    linked(teacher, provider)
    provider.bend = lambda claims: {k: v for k, v in claims.items() if k != missing}
    come_in(browser)
    assert not is_in(browser)


@pytest.mark.parametrize(
    "change", [{"state": "another"}, {"state": ""}, {"code": "another"}, {"iss": "https://evil"}]
)
def test_a_way_back_that_we_did_not_send_anybody(
    browser: Client, teacher: User, provider: Standin, change: dict[str, str]
) -> None:
    linked(teacher, provider)
    path, _, query = at_provider(browser.get("/sign-in/single/")).partition("?")
    sent = {name: values[0] for name, values in parse_qs(query).items()} | change
    assert browser.get(path, sent).headers["Location"] == "/sign-in/"
    assert not is_in(browser)


def test_a_way_back_is_gone_once_and_by_one_browser(
    browser: Client, teacher: User, provider: Standin
) -> None:
    linked(teacher, provider)
    back = at_provider(browser.get("/sign-in/single/"))
    other = Client()
    other.get("/sign-in/single/")
    other.get(back)
    assert not is_in(other)
    browser.get(back)
    assert is_in(browser)
    browser.post("/sign-out/")
    browser.get(back)
    assert not is_in(browser)


def test_a_way_back_ends_after_ten_minutes(
    browser: Client, teacher: User, provider: Standin, phone: Phone
) -> None:
    linked(teacher, provider)
    back = at_provider(browser.get("/sign-in/single/"))
    phone.now += timedelta(minutes=10, seconds=1)
    browser.get(back)
    assert not is_in(browser)


def test_a_new_key_is_fetched(
    browser: Client, teacher: User, provider: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    linked(teacher, provider)
    come_in(browser)
    assert provider.calls.count("/keys") == 1
    come_in(Client())
    assert provider.calls.count("/keys") == 1
    provider.key, provider.kid = a_key(), "two"
    monkeypatch.setattr(talking, "ANEW_SECONDS", 0)
    late = Client()
    come_in(late)
    assert is_in(late)


def test_the_secret_goes_as_the_provider_wants_it(
    browser: Client, teacher: User, provider: Standin
) -> None:
    linked(teacher, provider)
    provider.ways = ("client_secret_post",)
    come_in(browser)
    assert is_in(browser)


def test_an_officer_shows_a_second_factor_unless_the_provider_is_trusted_for_it(
    cast: Cast, provider: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = person(cast, "county_officer")
    linked(officer, provider)
    provider.person |= {"amr": ["pwd", "otp"]}
    assert come_in(Client()).headers["Location"] == "/sign-in/set-up/"
    bind(officer)
    assert come_in(Client()).headers["Location"] == "/sign-in/code/"
    monkeypatch.setattr(settings.FANGXIAN, "oidc_second", ["otp", "level-2"])
    trusted = Client()
    come_in(trusted)
    assert is_in(trusted)
    provider.person |= {"amr": ["pwd"]}
    assert come_in(Client()).headers["Location"] == "/sign-in/code/"
    provider.person |= {"amr": "otp", "acr": "level-1"}
    assert come_in(Client()).headers["Location"] == "/sign-in/code/"
    provider.person |= {"acr": "level-2"}
    assert come_in(Client()).headers["Location"] == "/account/"


def test_one_links_ones_own_account_with_ones_password(
    browser: Client, cast: Cast, teacher: User, provider: Standin
) -> None:
    browser.force_login(teacher)
    assert "Not linked" in browser.get("/account/single/").content.decode()
    assert browser.get("/account/single/link/?go=1").status_code == 200  # the password first
    assert browser.post("/account/single/link/", {"password": "wrong"}).status_code == 422
    assert browser.post("/account/single/link/", {"password": GOOD}).status_code == 302
    assert "Go on to Province" in browser.get("/account/single/link/").content.decode()
    back = at_provider(browser.get("/account/single/link/?go=1"))
    assert browser.get(back).headers["Location"] == "/account/single/"
    assert Link.objects.get().user_id == teacher.pk
    assert told()[0][0] == "single.linked"

    head = Client()
    head.force_login(person(cast, "head"))
    head.post("/account/single/link/", {"password": GOOD})
    head.get(at_provider(head.get("/account/single/link/?go=1")))
    assert Link.objects.get().user_id == teacher.pk  # the person is somebody already

    assert browser.post("/account/single/end/", {"password": "wrong"}).status_code == 422
    assert browser.post("/account/single/end/", {"password": GOOD}).status_code == 302
    assert not Link.objects.exists()
    come_in(fresh := Client())
    assert not is_in(fresh)


def test_a_link_is_made_by_who_asked_for_it(
    browser: Client, cast: Cast, teacher: User, provider: Standin
) -> None:
    browser.force_login(teacher)
    browser.post("/account/single/link/", {"password": GOOD})
    back = at_provider(browser.get("/account/single/link/?go=1"))
    asked = browser.session["single_asked"]
    browser.force_login(cast.users["head"])
    session = browser.session
    session["single_asked"] = asked
    session.save()
    browser.get(back)
    assert not Link.objects.exists()


def test_without_a_provider_there_is_nothing(browser: Client, teacher: User) -> None:
    assert "single" not in browser.get("/sign-in/").content.decode()
    for path in ("/sign-in/single/", "/sign-in/single/back/?state=a&code=b"):
        assert browser.get(path).status_code == 404


@pytest.mark.parametrize("where", ["http://127.0.0.1:9", "http://192.0.2.1"])
def test_a_provider_that_is_not_there_and_one_without_https(
    browser: Client, provider: Standin, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    monkeypatch.setattr(settings.FANGXIAN, "oidc_issuer", where)
    assert browser.get("/sign-in/single/").headers["Location"] == "/sign-in/"
    assert "does not answer" in browser.get("/sign-in/").content.decode()


def test_a_provider_that_says_it_is_another(
    browser: Client, provider: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    named_otherwise = provider.url.replace("127.0.0.1", "localhost")
    monkeypatch.setattr(settings.FANGXIAN, "oidc_issuer", named_otherwise)
    assert browser.get("/sign-in/single/").headers["Location"] == "/sign-in/"
