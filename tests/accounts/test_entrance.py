"""Stories of getting in: signing in, joining by a link, a forgotten password."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from fangxian.foundation.accounts import actions, cards
from fangxian.foundation.accounts.models import Invitation, RoleAssignment, User
from fangxian.foundation.accounts.rules import Role
from fangxian.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from fangxian.kernel.models import AuditEvent, Installation
from tests.cast import AT, Cast

GOOD = "correct horse battery"


@pytest.fixture
def teacher(cast: Cast) -> User:
    user = cast.users["teacher"]
    user.set_password(GOOD)
    user.save()
    return user


def last_event() -> str:
    event = AuditEvent.objects.order_by("-id").first()
    assert event is not None
    return event.event


@pytest.mark.usefixtures("at_eight")
def test_the_teacher_signs_in_whatever_the_case_of_the_name(client: Client, teacher: User) -> None:
    answer = client.post(
        "/sign-in/", {"username": " Teacher ", "password": GOOD, "next": "/account/"}
    )
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/account/"
    assert client.get("/account/").status_code == 200
    assert last_event() == "accounts.signed_in"


@pytest.mark.usefixtures("at_eight")
@pytest.mark.parametrize("name", ["teacher", "nobody"])
def test_a_wrong_password_and_an_unknown_name_read_the_same(
    client: Client, teacher: User, name: str
) -> None:
    answer = client.post(
        "/sign-in/", {"username": name, "password": "wrong"}, headers={"accept-language": "en"}
    )
    assert answer.status_code == 422
    assert "User name or password is wrong" in answer.content.decode()


@pytest.mark.usefixtures("at_eight")
def test_nobody_is_led_off_the_site(client: Client, teacher: User) -> None:
    told = {"username": "teacher", "password": GOOD, "next": "https://example.org/"}
    assert client.post("/sign-in/", told).headers["Location"] == "/"


def test_wrong_passwords_pause_sign_in_for_a_while(teacher: User) -> None:
    for _ in range(5):
        with pytest.raises(Invalid):
            actions.check_sign_in(username="teacher", password="wrong", at=AT)
    with pytest.raises(Invalid):
        actions.check_sign_in(username="teacher", password=GOOD, at=AT)
    later = AT + timedelta(minutes=2)
    assert actions.check_sign_in(username="teacher", password=GOOD, at=later) == teacher
    teacher.refresh_from_db()
    assert (teacher.failed_sign_ins, teacher.locked_until) == (0, None)


def test_a_closed_account_does_not_sign_in(cast: Cast, teacher: User) -> None:
    actions.deactivate(user_id=teacher.pk, by=cast.actor("unit_admin"), at=AT)
    with pytest.raises(Invalid):
        actions.check_sign_in(username="teacher", password=GOOD, at=AT)


@pytest.mark.usefixtures("at_eight")
def test_signing_out_ends_the_session(client: Client, teacher: User) -> None:
    client.force_login(teacher)
    assert client.post("/sign-out/").headers["Location"] == "/sign-in/"
    assert client.get("/account/").headers["Location"] == "/sign-in/?next=%2Faccount%2F"
    assert last_event() == "accounts.signed_out"


@pytest.mark.usefixtures("at_eight")
def test_demo_cards_are_shown_in_a_demo_only(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = cards.DemoCard("角色", "demo-teacher", "demo", "三年级1班", "晨检")
    monkeypatch.setattr(cards, "_sources", [lambda: [card]])
    assert "demo-teacher" not in client.get("/sign-in/").content.decode()
    Installation.objects.create(is_demo=True, created_at=AT)
    assert "demo-teacher" in client.get("/sign-in/").content.decode()


def invited(cast: Cast, role: Role = Role.HEALTH_OFFICER) -> str:
    return actions.invite(
        unit_id=cast.school.id, role=role, name="新老师", by=cast.actor("unit_admin"), at=AT
    )


def join(secret: str, at: datetime = AT, **changed: Any) -> User:
    told = {"username": "xin", "password": GOOD, "display_name": "新老师"} | changed
    return actions.accept_invitation(secret=secret, at=at, **told)


def test_an_invited_person_joins_once(cast: Cast) -> None:
    secret = invited(cast)
    assert not Invitation.objects.filter(name=secret).exists()
    user = join(secret)
    role = RoleAssignment.objects.get(user=user)
    assert (role.role, role.unit_id) == ("health_officer", cast.school.id)
    assert role.given_by == cast.users["unit_admin"]
    with pytest.raises(NotFound):
        join(secret, username="again")


def test_a_link_ends_after_a_week_or_when_withdrawn(cast: Cast) -> None:
    with pytest.raises(NotFound):
        join(invited(cast), at=AT + timedelta(days=8))
    secret = invited(cast)
    row = Invitation.objects.order_by("-pk")[0]
    with pytest.raises(NotFound):
        actions.withdraw_invitation(invitation_id=row.pk, by=cast.actor("outsider"), at=AT)
    actions.withdraw_invitation(invitation_id=row.pk, by=cast.actor("unit_admin"), at=AT)
    with pytest.raises(NotFound):
        join(secret)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("username", "TEACHER"),
        ("username", "a b"),
        ("username", "ab"),
        ("password", "short"),
        ("password", "password123"),
        ("display_name", "  "),
    ],
)
def test_a_weak_or_taken_choice_is_refused_at_its_field(cast: Cast, field: str, value: str) -> None:
    with pytest.raises(Invalid) as refusal:
        join(invited(cast), **dict[str, Any]({field: value}))
    assert set(refusal.value.fields) == {field}
    assert Invitation.objects.filter(used_at=None).exists()


def test_who_has_an_account_takes_up_the_role_with_it(cast: Cast) -> None:
    actions.join(secret=invited(cast), by=cast.actor("teacher"), at=AT)
    assert {one.role for one in cast.actor("teacher").holdings} == {
        "group_teacher",
        "health_officer",
    }


def test_only_the_administrator_invites_and_only_to_what_exists(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        actions.invite(
            unit_id=cast.school.id, role=Role.HEAD, name="x", by=cast.actor("head"), at=AT
        )
    with pytest.raises(Invalid):
        invited(cast, Role.CITY_OFFICER)


def test_an_empty_system_gets_its_first_administrator(cast: Cast) -> None:
    earlier = actions.first_administrator(unit_id=cast.province.id, at=AT)
    secret = actions.first_administrator(unit_id=cast.province.id, at=AT)
    with pytest.raises(NotFound):
        join(earlier)
    join(secret)
    with pytest.raises(Conflict):
        actions.first_administrator(unit_id=cast.province.id, at=AT)


@pytest.mark.usefixtures("at_eight")
def test_the_link_leads_through_the_page_into_the_product(client: Client, cast: Cast) -> None:
    address = f"/invitation/{invited(cast)}/"
    assert "新老师" in client.get(address).content.decode()
    told = {"display_name": "新老师", "username": "xin", "password": GOOD, "again": GOOD}
    assert client.post(address, told | {"again": "other"}).status_code == 422
    answer = client.post(address, told)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert client.get("/account/").status_code == 200
    assert client.get(address).status_code == 404


@pytest.mark.usefixtures("at_eight")
def test_a_forgotten_password_is_chosen_anew_by_a_link(client: Client, cast: Cast) -> None:
    teacher = cast.users["teacher"]
    secret = actions.make_password_link(user_id=teacher.pk, by=cast.actor("unit_admin"), at=AT)
    told = {"password": GOOD, "again": GOOD}
    assert client.post(f"/new-password/{secret}/", told).status_code == 302
    assert client.post(f"/new-password/{secret}/", told).status_code == 404
    assert actions.check_sign_in(username="teacher", password=GOOD, at=AT) == teacher


def test_nobody_takes_over_an_account_that_reaches_higher(cast: Cast) -> None:
    RoleAssignment.objects.create(
        user=cast.users["head"],
        role=Role.INSPECTOR,
        unit_id=cast.city.id,
        valid_from=AT.date(),
        given_at=AT,
    )
    for name in ("head", "unit_admin"):
        with pytest.raises(Forbidden):
            actions.make_password_link(
                user_id=cast.users[name].pk, by=cast.actor("unit_admin"), at=AT
            )


@pytest.mark.usefixtures("at_eight")
def test_changing_ones_password_ends_other_sessions_only(client: Client, teacher: User) -> None:
    other = Client()
    client.force_login(teacher)
    other.force_login(teacher)
    new = "another good phrase"
    told = {"old": "wrong", "password": new, "again": new}
    assert client.post("/account/password/", told).status_code == 422
    assert client.post("/account/password/", told | {"old": GOOD}).status_code == 302
    assert client.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302
