"""A sign-in that began with a password alone, and a role that comes to ask for more."""

from datetime import timedelta

import pytest
from allauth.mfa.utils import decrypt
from django.test import Client

from fangxian.foundation.accounts import actions as accounts
from fangxian.foundation.accounts.models import RoleAssignment, User
from fangxian.foundation.accounts.rules import Role
from tests.accounts.device import Device
from tests.accounts.test_passkeys import bound, here, on, post
from tests.accounts.test_second_factor import (
    GOOD,
    SECRET,
    Phone,
    bind,
    code_at,
    person,
    phone,
    sign_in,
)
from tests.cast import AT, DAY, Cast

__all__ = ["here", "phone"]


@pytest.fixture
def teacher(cast: Cast) -> User:
    return person(cast, "teacher")


def make_officer(cast: Cast, user: User) -> None:
    RoleAssignment.objects.create(
        user=user, role=Role.COUNTY_OFFICER, unit_id=cast.county.id, valid_from=DAY, given_at=AT
    )


def test_it_opens_nothing_more_and_leads_to_the_second_step(
    cast: Cast, teacher: User, phone: Phone
) -> None:
    client = Client(headers={"accept-language": "en"})
    assert sign_in(client, "teacher") == "/account/"
    assert client.get("/account/").status_code == 200
    make_officer(cast, teacher)
    assert client.get("/account/").headers["Location"] == "/sign-in/?next=%2Faccount%2F"
    assert client.post("/account/password/", {}).status_code == 302
    body = {"unit": cast.named_group.code, "day": "2026-11-23", "session": "morning"}
    sent = client.post("/api/v1/checks", body, content_type="application/json")
    assert sent.status_code == 401
    page = client.get("/sign-in/?next=/account/")
    assert "two-step sign-in by now" in page.content.decode()
    assert "_auth_user_id" not in client.session
    assert sign_in(client, "teacher") == "/sign-in/set-up/"


def test_who_bound_a_phone_meanwhile_goes_on(cast: Cast, teacher: User, phone: Phone) -> None:
    client = Client()
    sign_in(client, "teacher")
    client.get("/account/two-step/set-up/")
    secret = decrypt(client.session["second_offered"])
    told = {"code": phone.code(secret), "password": GOOD}
    assert client.post("/account/two-step/set-up/", told).status_code == 200
    make_officer(cast, teacher)
    assert client.get("/account/").status_code == 200


def test_a_sign_in_elsewhere_that_had_no_second_step_ends(
    cast: Cast, teacher: User, phone: Phone
) -> None:
    old = Client()
    sign_in(old, "teacher")
    bind(teacher, phone.now)
    new = Client()
    sign_in(new, "teacher")
    phone.now += timedelta(seconds=30)
    assert new.post("/sign-in/code/", {"code": code_at(phone.now, SECRET)}).status_code == 302
    make_officer(cast, teacher)
    assert new.get("/account/").status_code == 200
    assert old.get("/account/").status_code == 302


def test_a_demos_account_is_exempt(cast: Cast, teacher: User, phone: Phone) -> None:
    User.objects.filter(pk=teacher.pk).update(is_demo=True)
    client = Client()
    sign_in(client, "teacher")
    make_officer(cast, teacher)
    assert client.get("/account/").status_code == 200


def test_a_role_that_asks_for_nothing_changes_nothing(
    cast: Cast, teacher: User, phone: Phone
) -> None:
    client = Client()
    sign_in(client, "teacher")
    accounts.give_role(
        user_id=teacher.pk, role=Role.SCHOOL_REPORTER, unit_id=cast.school.id,
        by=cast.actor("unit_admin"), at=AT,
    )  # fmt: skip
    assert client.get("/account/").status_code == 200


def test_a_passkey_makes_up_for_it(cast: Cast, teacher: User, phone: Phone) -> None:
    site = {"host": "localhost:8000"}
    client, device = Client(headers=site), Device()
    sign_in(client, "teacher")
    make_officer(cast, teacher)
    bound(teacher, device)
    assert client.get("/account/").status_code == 302
    answer = device.use(on(client.get("/sign-in/passkey/")))
    assert post(client, "/sign-in/passkey/", answer).status_code == 302
    assert client.get("/account/").status_code == 200
