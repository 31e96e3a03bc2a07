"""Whose number stands in an address or a form does not matter: another's is not found.

Every address with an identifier is asked with identifiers of another county and of the
neighbouring school, by people who hold every role at home; and every form of theirs is sent with
such identifiers in place of their own. Addresses come from the URL patterns, operations from the
API's own description, forms from the pages: what is new is tried without being named here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from django.apps import apps
from django.db import models, transaction
from django.test import Client

from tests.cast import DAY
from tests.proof.ground import Estate, Ground
from tests.proof.operations import Call, Operation, operations
from tests.proof.walking import Form, walk
from tests.test_access_matrix import ADDRESSES, Address

#: what an identifier in an address points at, where its name alone does not say
POINTS_AT = {
    "units:leader-end row_id": "leader",
    "units:tie-end row_id": "tie",
    "schooldays:resume row_id": "suspension",
    "people:cohort-leave row_id": "bed",
    "people:group code": "group_code",
    "people:leave code": "group_code",
    "checks:check code": "group_code",
    "checks:history code": "group_code",
    "situation code": "bureau_code",
    "accounts:cover assignment_id": "own_assignment",
    "accounts:end-own-token token_id": "own_token",
    "mark": "session",
    "unit": "code",
}
#: these are no identifiers: they open nothing by themselves, or are the secret itself
NOT_POINTING = {
    "day": DAY.isoformat(),
    "session": "morning",
    "kind": "roster",
    "channel": "email",
    "figure": "enrolled",
    "population": "students",
    "secret": "fx_nonsense",
}
REFUSED = {403, 404}
NOT_BY_THIS_METHOD = 405


def parameters(address: Address) -> list[str]:
    """The names in an address's pattern, in their order."""
    return [one.split(">")[0].split(":")[-1] for one in address.pattern.split("<")[1:]]


def pointed_at(address: Address, name: str) -> str | None:
    """Which identifier of an estate a parameter is; None where it is none."""
    if name in NOT_POINTING:
        return None
    room = address.name.split(":")[0]
    for key in (f"{address.name} {name}", f"{room} {name}", name):
        if key in POINTS_AT:
            return POINTS_AT[key]
    return name.removesuffix("_id")


POINTING = [
    address
    for address in ADDRESSES
    if not address.is_api and any(pointed_at(address, name) for name in parameters(address))
]


def path_of(address: Address, values: dict[str, str]) -> str:
    """The address with its parameters filled in."""
    path, rest = "/", address.pattern
    while "<" in rest:
        before, _, rest = rest.partition("<")
        inner, _, rest = rest.partition(">")
        path += before + values[inner.split(":")[-1]]
    return path + rest


def mixed(address: Address, mine: Estate, theirs: Estate) -> Iterator[dict[str, str]]:
    """The parameters with at least one of theirs, in every combination with one's own."""
    names = parameters(address)
    choices = []
    for name in names:
        key = pointed_at(address, name)
        fixed = [(False, NOT_POINTING.get(name, ""))]
        choices.append(fixed if key is None else [(False, mine.ids[key]), (True, theirs.ids[key])])
    for chosen in product(*choices):
        if any(foreign for foreign, _value in chosen):
            yield {name: value for name, (_foreign, value) in zip(names, chosen, strict=True)}


def test_every_identifier_in_an_address_is_one_of_an_estate(ground: Ground) -> None:
    unknown = {
        f"{address.name} {name}"
        for address in POINTING
        for name in parameters(address)
        if (key := pointed_at(address, name)) and key not in ground.ours.ids
    }
    assert not unknown, "new identifiers: put one of each into tests/proof/ground.py"


@pytest.mark.parametrize("whose", ["neighbours", "others"])
def test_an_address_with_anothers_identifier_is_not_found(ground: Ground, whose: str) -> None:
    ours, theirs = ground.ours, getattr(ground, whose)
    client = theirs.client()
    found, tried = [], 0
    for address in POINTING:
        for values in mixed(address, theirs, ours):
            path = path_of(address, values)
            for method in ("GET", "POST"):
                tried += 1
                found += complaints(client, method, path, {}, ours)
    assert not found, "\n".join(found)
    assert tried > len(POINTING)


def test_the_same_addresses_open_at_home(ground: Ground) -> None:
    """Else the test above could not fail."""
    home = ground.others
    client = home.client()
    closed = []
    for address in POINTING:
        names = parameters(address)
        keys = {name: pointed_at(address, name) for name in names}
        values = {name: home.ids[key] if key else NOT_POINTING[name] for name, key in keys.items()}
        statuses = {ask(client, method, path_of(address, values)) for method in ("GET", "POST")}
        if statuses <= REFUSED | {NOT_BY_THIS_METHOD}:
            closed.append(f"{address.name}: {statuses}")
    assert not closed, "\n".join(closed)


def ask(client: Client, method: str, path: str) -> int:
    with transaction.atomic():
        status = client.generic(method, path).status_code
        transaction.set_rollback(True)
    return status


def complaints(
    client: Client, method: str, path: str, said: dict[str, Any], owner: Estate
) -> list[str]:
    """What an answer gives away, or that it is none of a refusal."""
    with transaction.atomic():
        send = client.post if method == "POST" else client.get
        answer: Any = send(path, said)
        text = answer.content.decode(errors="replace")
        transaction.set_rollback(True)
    found = []
    if answer.status_code not in REFUSED | {NOT_BY_THIS_METHOD}:
        found.append(f"{method} {path}: {answer.status_code}")
    found += [f"{method} {path} shows {one}" for one in owner.secrets if one in text]
    return found


def test_a_form_with_anothers_identifier_changes_nothing_of_theirs(ground: Ground) -> None:
    ours, others = ground.ours, ground.others
    client = others.client()
    foreign = {others.ids[key]: value for key, value in ours.ids.items()}
    foreign |= {str(others.users[1]): str(ours.users[1]), others.bureau.code: ours.bureau.code}
    before = rows_of(ours)
    found, tried = [], set()
    for form in forms_of(client):
        for name, value in identifiers_in(form, foreign):
            tried.add((form.shape, name))
            with transaction.atomic():
                answer = client.post(form.action, form.sent() | {name: [value]}, follow=False)
                text = answer.content.decode(errors="replace")
                changed = [table for table, rows in rows_of(ours).items() if rows != before[table]]
                transaction.set_rollback(True)
            where = f"{form.action} with {name}={value}: {answer.status_code}"
            found += [f"{where} changes {table}" for table in changed]
            found += [f"{where} shows {one}" for one in ours.secrets if one in text]
    assert not found, "\n".join(found)
    assert len(tried) >= 5, tried


def forms_of(client: Client) -> list[Form]:
    """Every form that is posted from the pages that links lead to, each kind once."""
    shapes: dict[tuple[str, ...], Form] = {}
    for page in walk(client, "/", "/account/", "/people/", "/reports/", "/checks/", "/calendar/"):
        for form in page.forms:
            if form.method == "post" and not form.action.startswith(("/sign-out/", "/language/")):
                shapes.setdefault(form.shape, form)
    return list(shapes.values())


def identifiers_in(form: Form, foreign: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The fields that hold or offer something of one's own, with the same of another's."""
    for one in form.fields:
        for value in (one.value, *one.choices):
            if value in foreign and one.name != "csrfmiddlewaretoken":
                yield one.name, foreign[value]
                break


#: kept about everybody, or by whoever acts themselves
NOT_THEIRS = {"auditevent", "tries", "session", "auditsegment"}


def rows_of(estate: Estate) -> dict[str, list[Any]]:
    """Every row of every table that belongs to an estate: by its path, its school or its person."""
    ids = [estate.school.id, estate.group.id]
    found = {}
    for model in apps.get_models():
        held = {one.attname for one in model._meta.concrete_fields}
        if model._meta.model_name in NOT_THEIRS or not model._meta.managed:
            continue
        belongs = models.Q(pk__in=[])
        if "path" in held:
            belongs |= models.Q(path__startswith=estate.school.path)
        if "school_id" in held:
            belongs |= models.Q(school_id=estate.school.id)
        if "unit_id" in held:
            belongs |= models.Q(unit_id__in=ids)
        if "user_id" in held:
            belongs |= models.Q(user_id__in=estate.users)
        rows = model._default_manager.filter(belongs).values_list()
        found[model._meta.label] = sorted(rows, key=repr)
    return found


@pytest.mark.parametrize("whose", ["neighbours", "others"])
def test_an_operation_with_anothers_identifier_is_not_found(ground: Ground, whose: str) -> None:
    ours, theirs = ground.ours, getattr(ground, whose)
    before = rows_of(ours)
    found = []
    for operation in operations():
        calls = list(operation.calls(theirs.ids, ours.ids))
        assert calls or not operation.pointing, operation.name
        for call in calls:
            found += told_by(operation, call, theirs, ours, before)
    assert not found, "\n".join(found)


def told_by(
    operation: Operation, call: Call, theirs: Estate, ours: Estate, before: dict[str, list[Any]]
) -> list[str]:
    """What a call with something foreign in it gives away or changes."""
    path, query, body = call
    with transaction.atomic():
        answer = Client(raise_request_exception=False).generic(
            operation.method, path, json.dumps(body), content_type="application/json",
            query_params=query, headers={"authorization": f"Bearer {theirs.token}"},
        )  # fmt: skip
        text = json.dumps(answer.json(), ensure_ascii=False)
        changed = [table for table, rows in rows_of(ours).items() if rows != before[table]]
        transaction.set_rollback(True)
    where = f"{operation.method} {path} {query} {body}: {answer.status_code} {text[:200]}"
    found = [f"{where} changes {table}" for table in changed]
    found += [f"{where} shows {one}" for one in ours.secrets if one in text]
    named = ours.ids["code"] in path or ours.ids["group_code"] in path
    expected = REFUSED if named else {*REFUSED, 422, 409, 200}
    return found if answer.status_code in expected else [*found, f"{where} is no refusal"]
