"""Who one is: keys that change, tokens that end, and a refusal that tells nothing."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher, make_password
from django.db import transaction
from django.test import Client
from pytest_django import Settings

from fangxian.foundation.accounts.models import ApiToken, Session, User
from fangxian.foundation.accounts.rules import fingerprint
from tests.cast import AT, Cast
from tests.proof.ground import Ground
from tests.proof.operations import Operation, operations

WORD, NEW = "correct horse battery", "quite another battery 7"
COOKIE = django_settings.SESSION_COOKIE_NAME


class Quick(PBKDF2PasswordHasher):
    """The real hasher, but for how often."""

    iterations = 1


@pytest.fixture
def teacher(cast: Cast, at_eight: None, settings: Settings) -> User:
    settings.PASSWORD_HASHERS = [f"{__name__}.Quick"]
    User.objects.filter(username="teacher").update(password=make_password(WORD))
    return User.objects.get(username="teacher")


def sign_in(client: Client, word: str = WORD) -> Any:
    return client.post("/sign-in/", {"username": "teacher", "password": word})


def key(client: Client) -> str:
    return client.cookies[COOKIE].value if COOKIE in client.cookies else ""


def test_a_key_given_beforehand_opens_nothing_after_signing_in(teacher: User) -> None:
    client = Client()
    session = client.session
    session["left"] = "by somebody else"
    session.save()
    client.cookies[COOKIE] = before = str(session.session_key)
    sign_in(client)
    assert key(client) not in ("", before)
    stolen = Client()
    stolen.cookies[COOKIE] = before
    assert stolen.get("/account/").status_code == 302
    assert client.get("/account/").status_code == 200


def test_a_key_that_was_made_up_is_not_taken_over(teacher: User) -> None:
    client = Client()
    client.cookies[COOKIE] = made_up = "a" * 32
    sign_in(client)
    assert key(client) != made_up
    stolen = Client()
    stolen.cookies[COOKIE] = made_up
    assert stolen.get("/account/").status_code == 302


def test_the_key_changes_with_the_password_and_others_end(teacher: User) -> None:
    here, elsewhere = Client(), Client()
    sign_in(here)
    sign_in(elsewhere)
    before = key(here)
    told = {"old": WORD, "password": NEW, "again": NEW}
    answer = here.post("/account/password/", told)
    assert answer.status_code == 302, answer.content.decode()
    assert key(here) != before
    stolen = Client()
    stolen.cookies[COOKIE] = before
    assert stolen.get("/account/").status_code == 302
    assert elsewhere.get("/account/").status_code == 302
    assert here.get("/account/").status_code == 200


def test_signing_out_ends_the_key_itself(teacher: User) -> None:
    client = Client()
    sign_in(client)
    kept = key(client)
    client.post("/sign-out/")
    again = Client()
    again.cookies[COOKIE] = kept
    assert again.get("/account/").status_code == 302


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(teacher: User) -> None:
    client = Client()
    answer = sign_in(client)
    kept = answer.cookies[COOKIE]
    assert kept["httponly"] and kept["samesite"] == "Lax" and kept["path"] == "/"


@pytest.mark.parametrize("name", ["teacher", "nobody-by-this-name", "closed", "passwordless"])
def test_every_refused_sign_in_costs_one_hash(
    teacher: User, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    User.objects.create(username="closed", display_name="x", created_at=AT, is_active=False,
                        password=make_password(WORD))  # fmt: skip
    passwordless = User(username="passwordless", display_name="x", created_at=AT)
    passwordless.set_unusable_password()
    passwordless.save()
    count = []
    real = PBKDF2PasswordHasher.encode

    def counted(self: Any, *words: Any, **more: Any) -> str:
        count.append(1)
        return real(self, *words, **more)

    monkeypatch.setattr(PBKDF2PasswordHasher, "encode", counted)
    answer = Client().post("/sign-in/", {"username": name, "password": "wrong"})
    assert answer.status_code == 422
    assert len(count) == 1


def call(operation: Operation, ground: Ground, secret: str) -> Any:
    ids = ground.ours.ids
    path, query, body = next(operation.calls(ids, dict(ids)), (operation.path, {}, None))
    with transaction.atomic():
        answer = Client(raise_request_exception=False).generic(
            operation.method, path, json.dumps(body), content_type="application/json",
            query_params=query, headers={"authorization": f"Bearer {secret}"},
        )  # fmt: skip
        transaction.set_rollback(True)
    return answer


PUBLIC = {"codes"}  # what the words mean: it shows nothing of anyone


def statuses(ground: Ground, secret: str) -> dict[str, int]:
    return {
        one.name: call(one, ground, secret).status_code
        for one in operations()
        if one.name not in PUBLIC
    }


def test_a_token_opens_what_it_carries(ground: Ground) -> None:
    """Else those below could not fail."""
    assert not [one for one in statuses(ground, ground.ours.token).items() if one[1] in (401, 403)]


@pytest.mark.parametrize("ended", ["expired", "revoked", "closed", "unknown", "as a session"])
def test_a_token_that_has_ended_opens_nothing(ground: Ground, ended: str) -> None:
    secret = ground.ours.token
    mine = ApiToken.objects.filter(hash=fingerprint(secret))
    if ended == "expired":
        mine.update(expires_at=AT)
    elif ended == "revoked":
        mine.update(revoked_at=AT - timedelta(minutes=1))
    elif ended == "closed":
        User.objects.filter(pk=ground.ours.keeper.pk).update(is_active=False)
    elif ended == "unknown":
        secret += "x"
    else:
        Client().force_login(ground.ours.keeper)
        secret = Session.objects.filter(user=ground.ours.keeper)[0].session_key
    assert set(statuses(ground, secret).values()) == {401}


def test_a_token_without_a_permission_does_not_get_it_from_its_owner(ground: Ground) -> None:
    """It carries one thing; its owner may do everything."""
    mine = ApiToken.objects.filter(hash=fingerprint(ground.ours.token))
    mine.update(permissions=["schooldays.view"])
    got = statuses(ground, ground.ours.token)
    opened = {name for name, status in got.items() if status not in (401, 403, 404)}
    assert opened <= {"unit_calendar", "unit_due", "find_units", "record_batch"}, got
    assert call(next(o for o in operations() if o.name == "record_batch"), ground,
                ground.ours.token).status_code in (403, 422)  # fmt: skip


def test_a_token_reaches_no_further_than_its_unit(ground: Ground) -> None:
    ours = ground.ours
    ApiToken.objects.filter(hash=fingerprint(ours.token)).update(unit_id=ours.group.id)
    for operation in operations():
        path, _query, _body = next(operation.calls(ours.ids, dict(ours.ids)), ("", {}, None))
        if ours.ids["code"] in path:
            assert call(operation, ground, ours.token).status_code in (403, 404), operation.name


@pytest.mark.usefixtures("at_eight")
def test_a_token_opens_no_page(ground: Ground) -> None:
    bearer = {"authorization": f"Bearer {ground.ours.token}"}
    for path in ("/account/", "/people/", f"/people/{ground.ours.ids['code']}/roster/"):
        answer = Client().get(path, headers=bearer)
        assert answer.status_code == 302, path
        assert answer.headers["Location"].startswith("/sign-in/")
