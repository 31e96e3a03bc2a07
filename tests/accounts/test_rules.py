"""Who may hold what where, and how long a token lasts."""

from datetime import date, timedelta

import pytest

from fangxian.foundation.accounts.rules import (
    Held,
    Role,
    carried_until,
    fitting_roles,
    lock_after,
    may_hold,
)
from fangxian.kernel.clock import midnight

END = date(2027, 1, 1)
LATER = date(2027, 7, 1)


@pytest.mark.parametrize(
    ("role", "kind", "held", "allowed"),
    [
        (Role.GROUP_TEACHER, "group", [], True),
        (Role.GROUP_TEACHER, "school", [], True),  # a tiny school's one teacher
        (Role.GROUP_TEACHER, "county", [], False),
        (Role.COUNTY_OFFICER, "county", [], True),
        (Role.COUNTY_OFFICER, "zone", [], True),
        (Role.COUNTY_OFFICER, "school", [], False),
        (Role.HEAD, "group", [], False),
        (Role.UNIT_ADMIN, "county", [Role.COUNTY_OFFICER], True),
        (Role.UNIT_ADMIN, "county", [Role.AUDITOR], False),
        (Role.AUDITOR, "county", [Role.UNIT_ADMIN], False),
    ],
)
def test_a_role_fits_the_unit_and_the_person(
    role: Role, kind: str, held: list[str], allowed: bool
) -> None:
    decision = may_hold(role, kind=kind, held=held)
    assert decision.allowed is allowed
    assert bool(decision.reason) is not allowed


def test_every_kind_of_unit_but_none_has_a_fitting_role() -> None:
    assert fitting_roles("group") == [Role.GROUP_TEACHER]
    assert Role.CITY_OFFICER in fitting_roles("city")
    assert fitting_roles("nowhere") == []


SCHOOL = Held("1/2/", frozenset({"a", "b"}), END)
COUNTY = Held("1/", frozenset({"b"}), LATER)


@pytest.mark.parametrize(
    ("permissions", "path", "until"),
    [
        (["a"], "1/2/", END),
        (["b"], "1/2/", LATER),
        (["a", "b"], "1/2/3/", END),
        (["b"], "1/9/", LATER),
        (["a"], "1/9/", None),
        (["c"], "1/2/", None),
        ([], "1/2/", None),
    ],
)
def test_a_token_is_carried_as_long_as_every_permission(
    permissions: list[str], path: str, until: date | None
) -> None:
    expected = None if until is None else midnight(until)
    assert carried_until(permissions, path, [SCHOOL, COUNTY]) == expected


def test_sign_in_pauses_longer_with_every_wrong_password() -> None:
    assert [lock_after(n).total_seconds() / 60 for n in (0, 4, 5, 6, 7, 8, 9, 50)] == [
        0,
        0,
        1,
        2,
        4,
        8,
        15,
        15,
    ]
    assert lock_after(50) == timedelta(minutes=15)
