"""Who makes accounts, who gives roles and who audits are three: none does another's work."""

from collections.abc import Callable

import pytest
from django.test import Client

from fangxian.foundation.accounts import actions
from fangxian.foundation.accounts.models import Invitation, RoleAssignment, User
from fangxian.foundation.accounts.rules import THREE, Role
from fangxian.kernel.access import granted
from fangxian.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from fangxian.kernel.models import AuditEvent
from tests.cast import AT, DAY, Cast

GOOD = "correct horse battery"


def propose(cast: Cast, role: Role = Role.HEALTH_OFFICER, **more: object) -> str:
    told = {"unit_id": cast.school.id, "name": "新老师", "by": cast.actor("system_admin")} | more
    return actions.invite(role=role, at=AT, **told)  # type: ignore[arg-type]


def join(secret: str, name: str = "xin") -> User:
    return actions.accept_invitation(
        secret=secret, username=name, password=GOOD, display_name="新老师", at=AT
    )


def confirm(cast: Cast, by: str = "security_admin") -> Invitation:
    row = Invitation.objects.order_by("-pk")[0]
    actions.confirm_invitation(invitation_id=row.pk, by=cast.actor(by), at=AT)
    return row


def held(user: User) -> list[str]:
    roles = RoleAssignment.objects.in_force(DAY).filter(user=user)
    return list(roles.values_list("role", flat=True))


def events() -> list[str]:
    return list(AuditEvent.objects.order_by("id").values_list("event", flat=True))


def test_what_the_three_may_do_has_nothing_in_common_but_looking() -> None:
    system, security, audit = (granted(role) for role in THREE)
    common = (system & security) | (security & audit) | (audit & system)
    assert {one.rsplit(".", 1)[1] for one in common} == {"view"}
    assert {"accounts.invite", "units.manage", "notices.robots"} <= system
    assert "accounts.manage" in security
    assert "accounts.audit" in audit
    assert not [one for one in system | security if one.startswith(("people.", "reports."))]


@pytest.mark.parametrize("first", ["the link", "the confirmation"])
def test_a_role_takes_two_in_either_order(cast: Cast, first: str) -> None:
    secret = propose(cast)
    if first == "the confirmation":
        confirm(cast)
    user = join(secret)
    if first == "the link":
        assert held(user) == []
        confirm(cast)
    assert held(user) == ["health_officer"]
    given = RoleAssignment.objects.get(user=user)
    assert given.given_by == cast.users["security_admin"]
    assert {"accounts.invited", "accounts.confirmed", "accounts.joined"} <= set(events())
    with pytest.raises((Conflict, NotFound)):
        confirm(cast)


def test_a_refused_role_is_not_given(cast: Cast) -> None:
    user = join(propose(cast))
    row = Invitation.objects.get(user=user)
    by = cast.actor("security_admin")
    actions.withdraw_invitation(invitation_id=row.pk, by=by, at=AT)
    with pytest.raises(NotFound):
        confirm(cast)
    assert held(user) == []


def test_one_administrator_of_a_small_unit_does_both(cast: Cast) -> None:
    user = join(propose(cast, by=cast.actor("unit_admin")))
    assert held(user) == ["health_officer"]


REFUSED: dict[str, Callable[[Cast], object]] = {
    "system gives": lambda cast: actions.give_role(
        user_id=cast.users["teacher"].pk, role=Role.HEAD, unit_id=cast.school.id,
        by=cast.actor("system_admin"), at=AT,
    ),
    "system ends": lambda cast: actions.end_role(
        assignment_id=cast.users["teacher"].roles.get().pk, by=cast.actor("system_admin"), at=AT
    ),
    "system resets": lambda cast: actions.make_password_link(
        user_id=cast.users["teacher"].pk, by=cast.actor("system_admin"), at=AT
    ),
    "system ends sign-ins": lambda cast: actions.end_sessions_of(
        user_id=cast.users["teacher"].pk, by=cast.actor("system_admin"), at=AT
    ),
    "system closes the auditor": lambda cast: actions.deactivate(
        user_id=cast.users["auditor"].pk, by=cast.actor("system_admin"), at=AT
    ),
    "system confirms": lambda cast: (propose(cast), confirm(cast, "system_admin")),
    "security invites": lambda cast: propose(cast, by=cast.actor("security_admin")),
    "security closes": lambda cast: actions.deactivate(
        user_id=cast.users["teacher"].pk, by=cast.actor("security_admin"), at=AT
    ),
    "auditor invites": lambda cast: propose(cast, by=cast.actor("auditor")),
    "auditor confirms": lambda cast: (propose(cast), confirm(cast, "auditor")),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_none_does_the_work_of_another(cast: Cast, what: str) -> None:
    with pytest.raises(Forbidden):
        REFUSED[what](cast)


def test_who_gives_roles_makes_no_administrator_alone(cast: Cast) -> None:
    with pytest.raises(Invalid):
        actions.give_role(
            user_id=cast.users["teacher"].pk, role=Role.AUDITOR, unit_id=cast.county.id,
            by=cast.actor("security_admin"), at=AT,
        )  # fmt: skip


def test_nobody_holds_two_offices_whichever_way_they_come(cast: Cast) -> None:
    secret = propose(cast, Role.AUDITOR, unit_id=cast.county.id)
    confirm(cast)
    with pytest.raises(Invalid):
        actions.join(secret=secret, by=cast.actor("unit_admin"), at=AT)
    propose(cast, Role.SECURITY_ADMIN, unit_id=cast.city.id)
    row = Invitation.objects.order_by("-pk")[0]
    Invitation.objects.filter(pk=row.pk).update(user=cast.users["auditor"], used_at=AT)
    with pytest.raises(Invalid):
        confirm(cast)


@pytest.mark.parametrize("who", ["system_admin", "security_admin"])
def test_nobody_takes_up_what_they_gave(cast: Cast, who: str) -> None:
    secret = propose(cast)
    confirm(cast)
    with pytest.raises(Forbidden):
        actions.join(secret=secret, by=cast.actor(who), at=AT)


def test_a_unit_is_parted_with_its_first_security_administrator(cast: Cast) -> None:
    admin, by = cast.users["unit_admin"], cast.actor("unit_admin")
    actions.give_role(
        user_id=cast.users["head"].pk,
        role=Role.SECURITY_ADMIN,
        unit_id=cast.county.id,
        by=by,
        at=AT,
    )
    assert held(admin) == ["system_admin"]
    with pytest.raises(Forbidden):
        actions.give_role(
            user_id=cast.users["teacher"].pk, role=Role.HEAD, unit_id=cast.school.id,
            by=cast.actor("unit_admin"), at=AT,
        )  # fmt: skip
    row = cast.users["head"].roles.get(role=Role.SECURITY_ADMIN)
    actions.end_role(assignment_id=row.pk, by=cast.actor("security_admin"), at=AT)
    with pytest.raises(Invalid):  # and stays so
        propose(cast, Role.UNIT_ADMIN, unit_id=cast.county.id)


@pytest.mark.usefixtures("at_eight")
def test_the_pages_offer_each_their_own(client: Client, cast: Cast) -> None:
    user = join(propose(cast))
    client.force_login(user)
    assert "待确认" in client.get("/").content.decode()

    def page(who: str, path: str) -> str:
        client.force_login(cast.users[who])
        return client.get(path).content.decode()

    unit, person = (
        f"/accounts/units/{cast.school.id}/",
        f"/accounts/people/{cast.users['head'].pk}/",
    )
    system, security = page("system_admin", unit), page("security_admin", unit)
    assert ('name="invite"' in system, 'name="give"' in system) == (True, False)
    assert ('name="invite"' in security, 'name="give"' in security) == (False, True)
    assert "/accounts/invitations/confirm/" not in page("system_admin", "/accounts/")
    assert "/accounts/invitations/confirm/" in page("security_admin", "/accounts/")
    assert "/password-link/" not in page("system_admin", person)
    assert "/close/" not in page("security_admin", person)
    row = Invitation.objects.get(user=user)
    client.post("/accounts/invitations/confirm/", {"invitation": [row.pk]})
    assert held(user) == ["health_officer"]
