"""Stories of the unit administrator and the auditor at their pages."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from fangxian.foundation.accounts import actions, staff, trail
from fangxian.foundation.accounts.models import ApiToken, Invitation, RoleAssignment
from fangxian.foundation.accounts.rules import Role
from tests.cast import AT, DAY, Cast

pytestmark = pytest.mark.usefixtures("at_eight")


@pytest.fixture
def admin(client: Client, cast: Cast) -> Client:
    client.force_login(cast.users["unit_admin"])
    client.cookies["language"] = "en"
    return client


@pytest.fixture
def auditor(client: Client, cast: Cast) -> Client:
    client.force_login(cast.users["auditor"])
    client.cookies["language"] = "en"
    return client


def names(cast: Cast, **wanted: object) -> set[str]:
    rows = staff.posts(staff.Wanted(**wanted), by=cast.actor("unit_admin"), today=DAY)  # type: ignore[arg-type]
    return {row.user.username for row in rows}


def test_the_list_holds_the_units_of_ones_scope_and_no_others(cast: Cast) -> None:
    found = names(cast)
    assert {"teacher", "reporter", "head", "tiny_head", "unit_admin"} <= found
    assert not found & {"outsider", "other_reporter", "city_officer", "province_officer"}


def test_the_list_is_narrowed_by_words_role_and_unit(cast: Cast) -> None:
    assert names(cast, text="report") == {"reporter"}
    assert names(cast, text="示例中心校 head") == {"head"}
    assert names(cast, text="5101040002") == {"tiny_head"}
    assert names(cast, role="head") == {"head", "tiny_head"}
    assert names(cast, unit_path=cast.tiny_school.path) == {"tiny_head"}
    assert names(cast, ended=True) == set()


@pytest.mark.parametrize("sort", [*staff.SORTS, "nonsense"])
def test_the_list_sorts_every_way(cast: Cast, sort: str) -> None:
    assert "teacher" in names(cast, sort=sort)


def test_the_page_costs_the_same_for_one_and_for_many(
    admin: Client, cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(12):
        page = admin.get("/accounts/")
    assert page.status_code == 200
    assert "teacher" in page.content.decode()


def test_an_ended_role_is_found_under_ended(cast: Cast) -> None:
    row = RoleAssignment.objects.get(user=cast.users["reporter"])
    actions.end_role(assignment_id=row.pk, by=cast.actor("unit_admin"), at=AT)
    assert "reporter" not in names(cast)
    assert names(cast, ended=True) == {"reporter"}


def test_inviting_shows_the_link_once(admin: Client, cast: Cast) -> None:
    address = f"/accounts/units/{cast.school.id}/"
    assert admin.post(address, {"invite": "1", "name": "", "role": "head"}).status_code == 422
    told = {"invite": "1", "name": "新老师", "role": "head"}
    page = admin.post(address, told).content.decode()
    assert "/invitation/fx_" in page
    assert "/invitation/fx_" not in admin.get("/accounts/").content.decode()
    assert "新老师" in admin.get("/accounts/").content.decode()
    row = Invitation.objects.get()
    assert admin.post(f"/accounts/invitations/{row.pk}/withdraw/").status_code == 302
    assert "新老师" not in admin.get("/accounts/").content.decode()


def test_a_role_is_given_by_user_name(admin: Client, cast: Cast) -> None:
    address = f"/accounts/units/{cast.school.id}/"
    told = {"give": "1", "give-username": "TEACHER", "give-role": "health_officer"}
    assert admin.post(address, told | {"give-username": "nobody"}).status_code == 422
    assert admin.post(address, told).status_code == 302
    assert admin.post(address, told).status_code == 422  # held already
    assert len(cast.actor("teacher").holdings) == 2


def test_the_page_of_a_person_ends_roles_and_tokens(admin: Client, cast: Cast) -> None:
    reporter = cast.users["reporter"]
    address = f"/accounts/people/{reporter.pk}/"
    assert "tests" in admin.get(address).content.decode()
    token = ApiToken.objects.get(user=reporter)
    assert (
        admin.post(f"/accounts/tokens/{token.pk}/end/", {"person": reporter.pk}).headers["Location"]
        == address
    )
    role = RoleAssignment.objects.get(user=reporter)
    assert admin.post(f"/accounts/roles/{role.pk}/end/", {"person": reporter.pk}).status_code == 302
    assert admin.post(f"/accounts/people/{reporter.pk}/close/", {"close": "1"}).status_code == 404
    assert admin.get(address).status_code == 200


def test_closing_and_opening_an_account(admin: Client, cast: Cast) -> None:
    head = cast.users["head"]
    assert admin.post(f"/accounts/people/{head.pk}/close/", {"close": "1"}).status_code == 302
    assert "Open the account again" in admin.get(f"/accounts/people/{head.pk}/").content.decode()
    assert admin.post(f"/accounts/people/{head.pk}/close/", {"open": "1"}).status_code == 302
    head.refresh_from_db()
    assert head.is_active


def test_people_and_units_outside_are_not_there(admin: Client, cast: Cast) -> None:
    assert admin.get(f"/accounts/people/{cast.users['outsider'].pk}/").status_code == 404
    assert admin.get(f"/accounts/units/{cast.other_school.id}/").status_code == 404
    assert admin.get(f"/accounts/?unit={cast.other_school.code}").status_code == 404
    assert (
        admin.post(f"/accounts/people/{cast.users['outsider'].pk}/password-link/").status_code
        == 404
    )


def test_a_unit_is_found_by_name_or_code(admin: Client) -> None:
    for asked in ("小规模", "5101040002", ""):
        assert "示例小规模学校" in _zh(admin, asked)
    assert "示例外区学校" not in _zh(admin, "外区")


def _zh(client: Client, asked: str) -> str:
    client.cookies["language"] = "zh-hans"
    return client.get("/accounts/units/", {"q": asked}).content.decode()


def test_ones_own_account_page_makes_and_ends_a_token(client: Client, cast: Cast) -> None:
    client.force_login(cast.users["reporter"])
    told = {"name": "attendance", "permissions": ["checks.record"], "expires_at": "2026-12-01"}
    page = client.post("/account/tokens/", told)
    assert page.status_code == 200
    assert "fx_" in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    token = ApiToken.objects.get(name="attendance")
    assert "fx_" not in client.get("/account/").content.decode()
    assert client.post(f"/account/tokens/{token.pk}/end/").status_code == 302
    assert client.post("/account/tokens/", told | {"permissions": []}).status_code == 422


def test_ones_own_account_page_hands_a_role_over(client: Client, cast: Cast) -> None:
    client.force_login(cast.users["teacher"])
    row = RoleAssignment.objects.get(user=cast.users["teacher"])
    told = {"colleague": cast.users["head"].pk, "until": str(DAY + timedelta(days=1))}
    address = f"/account/roles/{row.pk}/cover/"
    assert client.get(address).status_code == 200
    assert client.post(address, told | {"until": "2026-01-01"}).status_code == 422
    assert client.post(address, told).status_code == 302
    given = RoleAssignment.objects.get(user=cast.users["head"], role=Role.GROUP_TEACHER)
    assert "head" in client.get("/account/").content.decode()
    assert client.post(f"/account/roles/{given.pk}/end/").status_code == 302
    assert len(cast.actor("head").holdings) == 1


def test_the_language_is_kept_with_the_account(client: Client, cast: Cast) -> None:
    client.force_login(cast.users["teacher"])
    answer = client.post("/account/language/", {"language": "en"})
    assert answer.cookies["language"].value == "en"
    cast.users["teacher"].refresh_from_db()
    assert cast.users["teacher"].language == "en"
    client.post("/account/language/", {"language": "xx"})
    cast.users["teacher"].refresh_from_db()
    assert cast.users["teacher"].language == "en"


def events(cast: Cast, who: str = "auditor", **wanted: object) -> list[str]:
    asked = trail.Wanted(day=DAY, **wanted)  # type: ignore[arg-type]
    return [line.event.event for line in trail.read(asked, by=cast.actor(who)).lines]


def give(cast: Cast, *roles: Role) -> None:
    for role in roles:
        actions.give_role(
            user_id=cast.users["teacher"].pk,
            role=role,
            unit_id=cast.school.id,
            by=cast.actor("unit_admin"),
            at=AT,
        )


def test_the_auditor_reads_what_happened_within_the_scope(auditor: Client, cast: Cast) -> None:
    give(cast, Role.HEAD)
    page = auditor.get("/audit/").content.decode()
    assert "Gave a role" in page
    assert "unit_admin" in page
    assert events(cast, "auditor") == ["accounts.role_given"]
    assert events(cast, "outsider") == []


def test_the_trail_is_narrowed_by_event_person_unit_and_day(auditor: Client, cast: Cast) -> None:
    give(cast, Role.HEAD)
    assert events(cast, event="accounts.role_ended") == []
    assert events(cast, person="unit_admin") == ["accounts.role_given"]
    assert events(cast, person="teacher") == ["accounts.role_given"]
    assert events(cast, person="head") == []
    assert events(cast, unit_path=cast.school.path) == ["accounts.role_given"]
    assert events(cast, unit_path=cast.tiny_school.path) == []
    for query in ("day=2026-11-22", "unit=5101040001", "unit=5101050001", "event=x", "before=5"):
        assert auditor.get(f"/audit/?{query}").status_code == 200


def test_the_trail_pages_by_id_there_and_back(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trail, "PAGE", 2)
    give(cast, Role.HEAD, Role.SCHOOL_REPORTER, Role.HEALTH_OFFICER)
    first = trail.read(trail.Wanted(day=DAY), by=cast.actor("auditor"))
    assert (len(first.lines), first.newer) == (2, None)
    second = trail.read(trail.Wanted(day=DAY, before=first.older), by=cast.actor("auditor"))
    assert (len(second.lines), second.older) == (1, None)
    back = trail.read(trail.Wanted(day=DAY, after=second.newer), by=cast.actor("auditor"))
    assert [line.event.id for line in back.lines] == [line.event.id for line in first.lines]
    assert back.newer is None


@pytest.mark.parametrize(("who", "start"), [("unit_admin", "/accounts/"), ("auditor", "/audit/")])
def test_everyone_starts_where_their_work_is(
    client: Client, cast: Cast, who: str, start: str
) -> None:
    client.force_login(cast.users[who])
    assert client.get("/").headers["Location"] == start


def test_who_holds_nothing_is_told_so(client: Client, cast: Cast) -> None:
    RoleAssignment.objects.filter(user=cast.users["teacher"]).delete()
    client.force_login(cast.users["teacher"])
    client.cookies["language"] = "en"
    assert "You hold no role" in client.get("/").content.decode()


def test_a_page_that_asks_nothing_of_the_actor_costs_no_query(
    client: Client, db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        assert client.get("/sw.js").status_code in (200, 404)
