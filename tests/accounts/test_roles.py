"""Stories of giving, ending and handing over roles."""

from datetime import timedelta

import pytest

from fangxian.foundation.accounts import actions
from fangxian.foundation.accounts.models import ApiToken, RoleAssignment, User
from fangxian.foundation.accounts.queries import actor_by_token, actor_for
from fangxian.foundation.accounts.rules import AccountPermission, Role
from fangxian.foundation.units.models import Unit
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from fangxian.kernel.models import AuditEvent
from tests.cast import AT, DAY, Cast


def held(cast: Cast, name: str) -> set[str]:
    return {one.role for one in cast.actor(name).holdings}


def events() -> list[str]:
    return list(
        AuditEvent.objects.filter(event__startswith="accounts").values_list("event", flat=True)
    )


def test_the_administrator_gives_a_role_that_holds_at_once(cast: Cast) -> None:
    actions.give_role(
        user_id=cast.users["teacher"].pk,
        role=Role.SCHOOL_REPORTER,
        unit_id=cast.school.id,
        by=cast.actor("unit_admin"),
        at=AT,
    )
    assert held(cast, "teacher") == {"group_teacher", "school_reporter"}
    assert events() == ["accounts.role_given"]


def test_a_role_until_friday_ends_by_itself(cast: Cast) -> None:
    friday = DAY + timedelta(days=4)
    actions.give_role(
        user_id=cast.users["teacher"].pk,
        role=Role.HEAD,
        unit_id=cast.school.id,
        by=cast.actor("unit_admin"),
        at=AT,
        until=friday,
    )
    teacher = cast.users["teacher"]
    assert len(actor_for(teacher, today=friday).holdings) == 2
    assert len(actor_for(teacher, today=friday + timedelta(days=1)).holdings) == 1


@pytest.mark.parametrize(
    ("who", "place", "role", "refusal"),
    [
        ("unit_admin", "other_school", Role.HEAD, NotFound),
        ("unit_admin", "city", Role.CITY_OFFICER, NotFound),
        ("unit_admin", "county", Role.HEAD, Invalid),
        ("county_officer", "school", Role.HEAD, Forbidden),
        ("head", "school", Role.HEAD, Forbidden),
    ],
)
def test_nobody_gives_what_is_not_theirs_to_give(
    cast: Cast, who: str, place: str, role: Role, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        actions.give_role(
            user_id=cast.users["teacher"].pk,
            role=role,
            unit_id=getattr(cast, place).id,
            by=cast.actor(who),
            at=AT,
        )


def test_nobody_gives_themselves_a_role(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        actions.give_role(
            user_id=cast.users["unit_admin"].pk,
            role=Role.COUNTY_OFFICER,
            unit_id=cast.county.id,
            by=cast.actor("unit_admin"),
            at=AT,
        )


def test_a_role_that_is_held_is_not_given_twice(cast: Cast) -> None:
    with pytest.raises(Conflict):
        actions.give_role(
            user_id=cast.users["reporter"].pk,
            role=Role.SCHOOL_REPORTER,
            unit_id=cast.school.id,
            by=cast.actor("unit_admin"),
            at=AT,
        )


def test_ending_a_role_ends_its_token_too(cast: Cast) -> None:
    row = RoleAssignment.objects.get(user=cast.users["reporter"])
    actions.end_role(assignment_id=row.pk, by=cast.actor("unit_admin"), at=AT)
    assert held(cast, "reporter") == set()
    assert actor_by_token(cast.tokens["reporter"], at=AT, today=DAY) is None
    assert sorted(events()) == ["accounts.role_ended", "accounts.token_revoked"]
    with pytest.raises(Conflict):
        actions.end_role(assignment_id=row.pk, by=cast.actor("unit_admin"), at=AT)


def test_a_token_that_another_role_still_carries_stays(cast: Cast) -> None:
    rows = RoleAssignment.objects.filter(user=cast.users["tiny_head"], role=Role.HEAD)
    tiny = ApiToken.objects.get(user=cast.users["tiny_head"])
    others = {
        p for role in ("group_teacher",) for p in tiny.permissions if p.startswith("checks.record")
    }
    ApiToken.objects.filter(pk=tiny.pk).update(permissions=sorted(others) or ["obligations.view"])
    actions.end_role(assignment_id=rows.get().pk, by=cast.actor("unit_admin"), at=AT)
    assert actor_by_token(cast.tokens["tiny_head"], at=AT, today=DAY) is not None


def test_the_outsider_cannot_end_a_role(cast: Cast) -> None:
    row = RoleAssignment.objects.get(user=cast.users["reporter"])
    with pytest.raises(NotFound):
        actions.end_role(assignment_id=row.pk, by=cast.actor("outsider"), at=AT)


def cover(cast: Cast, of: str, colleague: str, days: int = 2) -> RoleAssignment:
    own = RoleAssignment.objects.get(user=cast.users[of])
    return actions.cover(
        assignment_id=own.pk,
        colleague_id=cast.users[colleague].pk,
        until=DAY + timedelta(days=days),
        by=cast.actor(of),
        at=AT,
    )


def test_a_teacher_hands_the_class_to_a_colleague_for_two_days(cast: Cast) -> None:
    cover(cast, "teacher", "health_officer")
    assert held(cast, "health_officer") == {"health_officer", "group_teacher"}
    assert held(cast, "teacher") == {"group_teacher"}
    assert len(actor_for(cast.users["health_officer"], today=DAY + timedelta(days=3)).holdings) == 1


def test_a_cover_may_be_given_back_early(cast: Cast) -> None:
    row = cover(cast, "teacher", "health_officer")
    actions.end_role(assignment_id=row.pk, by=cast.actor("health_officer"), at=AT)
    assert held(cast, "health_officer") == {"health_officer"}


def test_a_cover_is_not_handed_on(cast: Cast) -> None:
    row = cover(cast, "teacher", "health_officer")
    with pytest.raises(NotFound):
        actions.cover(
            assignment_id=row.pk,
            colleague_id=cast.users["head"].pk,
            until=DAY,
            by=cast.actor("health_officer"),
            at=AT,
        )


def test_covers_end_with_the_role_they_are_of(cast: Cast) -> None:
    cover(cast, "reporter", "head")
    row = RoleAssignment.objects.get(user=cast.users["reporter"])
    actions.end_role(assignment_id=row.pk, by=cast.actor("unit_admin"), at=AT)
    assert held(cast, "head") == {"head"}


@pytest.mark.parametrize(
    ("of", "colleague", "days", "refusal"),
    [
        ("teacher", "other_reporter", 2, Invalid),
        ("teacher", "head", -1, Invalid),
        ("teacher", "head", 400, Invalid),
        ("unit_admin", "county_officer", 2, Forbidden),
        ("auditor", "county_officer", 2, Forbidden),
    ],
)
def test_a_cover_stays_in_the_house_and_is_short(
    cast: Cast, of: str, colleague: str, days: int, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        cover(cast, of, colleague, days)


def test_a_closed_account_holds_nothing_and_may_be_opened_again(cast: Cast) -> None:
    teacher, admin = cast.users["teacher"], cast.actor("unit_admin")
    actions.deactivate(user_id=teacher.pk, by=admin, at=AT)
    assert User.objects.filter(pk=teacher.pk, is_active=False).exists()
    assert actor_by_token(cast.tokens["teacher"], at=AT, today=DAY) is None
    actions.reactivate(user_id=teacher.pk, by=admin, at=AT)
    assert User.objects.filter(pk=teacher.pk, is_active=True).exists()
    assert not cast.actor("teacher").holdings


def test_an_account_reaching_beyond_ones_scope_is_not_closed(cast: Cast) -> None:
    RoleAssignment.objects.create(
        user=cast.users["head"],
        role=Role.INSPECTOR,
        unit_id=cast.city.id,
        valid_from=DAY,
        given_at=AT,
    )
    with pytest.raises(Forbidden):
        actions.deactivate(user_id=cast.users["head"].pk, by=cast.actor("unit_admin"), at=AT)
    with pytest.raises(NotFound):
        actions.deactivate(
            user_id=cast.users["other_reporter"].pk, by=cast.actor("unit_admin"), at=AT
        )


def mint(cast: Cast, of: str, permissions: list[str], by: Actor, days: int = 30) -> str:
    return actions.mint_token(
        user=cast.users[of],
        unit=Unit.objects.get(pk=cast.school.id),
        name="attendance",
        permissions=permissions,
        expires_at=AT + timedelta(days=days),
        by=by,
        at=AT,
    )


def test_a_reporter_makes_a_token_for_the_school(cast: Cast) -> None:
    secret = mint(cast, "reporter", ["obligations.view"], cast.actor("reporter"))
    actor = actor_by_token(secret, at=AT, today=DAY)
    assert actor is not None
    assert actor.permissions == {"obligations.view"}
    assert actor.sees(cast.plain_group.path)
    assert not actor.sees(cast.county.path)
    assert not ApiToken.objects.filter(name=secret).exists()


@pytest.mark.parametrize(
    ("permissions", "days"),
    [([], 30), (["accounts.manage"], 30), (["nonsense"], 30), (["obligations.view"], 400)],
)
def test_a_token_carries_no_more_than_its_owner(
    cast: Cast, permissions: list[str], days: int
) -> None:
    with pytest.raises(Invalid):
        mint(cast, "reporter", permissions, cast.actor("reporter"), days)


def test_a_token_makes_no_token_and_a_teacher_none_either(cast: Cast) -> None:
    by_token = actor_by_token(cast.tokens["reporter"], at=AT, today=DAY)
    assert by_token is not None
    with pytest.raises(Forbidden):
        mint(cast, "reporter", ["obligations.view"], by_token)
    with pytest.raises(NotFound):
        mint(cast, "teacher", ["obligations.view"], cast.actor("teacher"))


def test_a_revoked_token_opens_nothing(cast: Cast) -> None:
    token = ApiToken.objects.get(user=cast.users["reporter"])
    with pytest.raises(NotFound):
        actions.revoke_token(token_id=token.pk, by=cast.actor("outsider"), at=AT)
    actions.revoke_token(token_id=token.pk, by=cast.actor("unit_admin"), at=AT)
    assert actor_by_token(cast.tokens["reporter"], at=AT, today=DAY) is None
    assert AccountPermission.TOKEN in cast.actor("reporter").permissions
