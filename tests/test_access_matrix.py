"""Every address declares who may open it, and every role is tried on every address.

What each role gets is written in access_matrix.txt, to be read and reviewed. A page is asked
with a session, an operation of the API with a token and a sound body; a page that cannot be got
is posted, empty. All of it is undone. After a deliberate change, copy the row that the failing
test shows.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from ninja.operation import Operation

from fangxian.config.api import api
from fangxian.foundation.accounts.models import ApiToken, RoleAssignment
from fangxian.foundation.people import actions as people
from fangxian.foundation.people.models import Membership
from fangxian.kernel.access import known
from tests.cast import AT, DAY, Cast

TABLE = Path(__file__).with_name("access_matrix.txt")
STRANGER = "stranger"
WHO = (
    STRANGER,
    "teacher",
    "reporter",
    "health_officer",
    "head",
    "county_officer",
    "city_officer",
    "province_officer",
    "inspector",
    "cdc_liaison",
    "unit_admin",
    "auditor",
    "outsider",
)
#: what ninja serves of its own accord: the description of the API, which is no secret
NINJAS_OWN = {"api:openapi-json", "api:openapi-view", "api:api-root"}


@dataclass(frozen=True)
class Address:
    """One method of one address: its name, how to reach it, and what it declares."""

    method: str
    name: str
    pattern: str
    access: str | None

    @property
    def is_api(self) -> bool:
        return self.name.startswith("api:")


def _patterns(
    found: list[Any], prefix: str = "", space: str = ""
) -> Iterator[tuple[str, str, Callable[..., Any]]]:
    for one in found:
        if isinstance(one, URLResolver):
            below = f"{space}{one.namespace}:" if one.namespace else space
            yield from _patterns(one.url_patterns, prefix + str(one.pattern), below)
        elif isinstance(one, URLPattern):
            yield f"{space}{one.name}", prefix + str(one.pattern), one.callback


def _operations() -> Iterator[Operation]:
    for _prefix, router in api._routers:
        for view in router.path_operations.values():
            yield from view.operations


def addresses() -> list[Address]:
    """Every address, pages in the order of the rooms, then the API's operations."""
    found = []
    methods = {
        f"api:{one.view_func.__name__}": (one.methods[0], one.view_func) for one in _operations()
    }
    for name, pattern, view in _patterns(get_resolver().url_patterns):
        method, declaring = methods.get(name, ("GET", view))
        declared = "public" if name in NINJAS_OWN else getattr(declaring, "access", None)
        found.append(Address(method, name, pattern, declared))
    return found


ADDRESSES = addresses()


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: address.name)
def test_every_address_declares_who_may_open_it(address: Address) -> None:
    assert address.access in {"public", "signed_in", *known()}, (
        f"{address.name} ({address.pattern}) declares no access: mark its view with "
        "access.public, access.signed_in, access.requires or access.asks"
    )


def _arguments(cast: Cast, address: Address) -> dict[str, object]:
    """What stands for each `<…>`: a school, group or person of County One."""
    codes = {
        "people:group": cast.named_group.code,
        "people:leave": cast.named_group.code,
        "checks": cast.named_group.code,
        "situation": cast.county.code,
        "situations": cast.county.code,
        "units": cast.school.code,
        "schooldays": cast.school.code,
        "reporting": cast.school.code,
        "api": cast.school.code,
    }
    reporter = cast.users["reporter"]
    room = address.name.split(":")[0]
    return {
        "code": codes.get(address.name) or codes.get(room, cast.school.code),
        "unit": cast.school.code,
        "day": DAY.isoformat(),
        "session": "morning",
        "secret": "fx_nonsense",
        "mark": "nonsense",
        "unit_id": cast.school.id,
        "user_id": reporter.pk,
        "assignment_id": RoleAssignment.objects.get(user=reporter).pk,
        "token_id": ApiToken.objects.get(user=reporter).pk,
        "membership_id": Membership.objects.filter(group_id=cast.named_group.id)[0].pk,
        "invitation_id": 1,
        "row_id": 1,
        "draft_id": 1,
        "intake_id": 1,
        "kind": "roster",
        "acknowledgement_id": 1,
        "substitute_id": 1,
        "notice_id": 1,
        "delivery_id": 1,
        "robot_id": 1,
        "channel": "email",
        "figure": "enrolled",
        "population": "students",
    } | _of_people(cast, address)


def _of_people(cast: Cast, address: Address) -> dict[str, object]:
    """Somebody of the class, in a room of the dormitory, on the way to another school."""
    if not address.name.startswith("people:"):
        return {}
    head, person = cast.actor("head"), cast.persons[0]
    room = people.open_cohort(
        school_id=cast.school.id, kind="dormitory", name="101", by=head, at=AT
    )
    place = people.join_cohort(cohort_id=room.pk, person_id=cast.persons[1], by=head, at=AT)
    way = people.offer_transfer(
        person_id=cast.persons[2], to_school_id=cast.tiny_school.id, effective_on=DAY, by=head,
        at=AT,
    )  # fmt: skip
    planned = people.confirm_promotion(
        school_id=cast.school.id, effective_on=DAY + timedelta(days=30), steps=[], opening=[],
        by=head, at=AT,
    )  # fmt: skip
    return {"person_id": person, "cohort_id": room.pk, "row_id": place.pk,
            "transfer_id": way.pk, "promotion_id": planned.pk}  # fmt: skip


def _path(address: Address, arguments: dict[str, object]) -> str:
    path, rest = "/", address.pattern
    while "<" in rest:
        before, _, rest = rest.partition("<")
        inner, _, rest = rest.partition(">")
        path += before + str(arguments[inner.split(":")[-1]])
    return path + rest


def _sent(cast: Cast, address: Address) -> dict[str, object]:
    """What an operation of the API is sent, so that only who asks can be wrong with it."""
    check = {
        "unit": cast.named_group.code,
        "day": DAY.isoformat(),
        "session": "morning",
        "enrolled": 5,
        "present": 5,
        "not_known": 0,
        "absences": [],
    }
    bodies: dict[str, dict[str, object]] = {
        "api:record_check": check,
        "api:record_batch": {"items": [check]},
        "api:put_school_people": {"items": [{"number": "1", "name": "改名"}]},
    }
    return bodies.get(address.name, {"revision": 1, "comment": "请核对"})


def _status(cast: Cast, address: Address, who: str, path: str) -> str:
    client = Client(raise_request_exception=False)
    headers = {}
    if who != STRANGER and address.is_api:
        headers = {"authorization": f"Bearer {cast.tokens[who]}"}
    elif who != STRANGER:
        client.force_login(cast.users[who])
    with transaction.atomic():
        status = _ask(client, cast, address, path, headers)
        if status == 405:
            status = client.post(path, headers=headers).status_code
        transaction.set_rollback(True)
    return str(status)


def _ask(client: Client, cast: Cast, address: Address, path: str, headers: dict[str, str]) -> int:
    if not address.is_api:
        return client.generic(address.method, path, headers=headers).status_code
    if address.method == "GET":
        query = {"day": DAY.isoformat(), "kind": "check.morning", "search": "510104"}
        return client.get(path, query, headers=headers).status_code
    sent = _sent(cast, address)
    answer = client.generic(
        address.method, path, json.dumps(sent), content_type="application/json", headers=headers
    )
    return answer.status_code


def _expected() -> dict[str, list[str]]:
    lines = TABLE.read_text().splitlines() if TABLE.exists() else []
    rows = [line.split() for line in lines if line and not line.startswith("#")]
    return {name: statuses for name, *statuses in rows}


@pytest.mark.usefixtures("at_eight")
@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: address.name)
def test_every_role_gets_what_the_table_says(cast: Cast, address: Address) -> None:
    path = _path(address, _arguments(cast, address))
    got = [_status(cast, address, who, path) for who in WHO]
    assert not [status for status in got if status.startswith("5")]
    row = f"{address.name:<28}" + "".join(f"{status:>5}" for status in got)
    assert got == _expected().get(address.name), f"{TABLE.name} should read:\n{row}"


def test_the_table_holds_no_address_that_is_gone() -> None:
    assert set(_expected()) == {address.name for address in ADDRESSES}


def test_a_stranger_sees_only_what_is_public() -> None:
    expected = _expected()
    for address in ADDRESSES:
        if address.access != "public":
            assert expected[address.name][0] in {"302", "401"}, address.name
