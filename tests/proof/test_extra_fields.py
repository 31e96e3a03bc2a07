"""What a form or an operation does not ask for is not taken from it: no field slips in.

Every form of every page, and every operation of the API, is sent twice: as it is, and with the
names of columns that decide who may do what, whose a row is and when it ends. What is in the
database afterwards is the same.
"""

from __future__ import annotations

import json
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.test import Client

from fangxian.kernel.secrets.fields import SealedField
from tests.proof.ground import Estate, Ground
from tests.proof.operations import operations
from tests.proof.test_foreign_identifiers import forms_of
from tests.proof.walking import Form

#: names that no form of ours has a use for, whatever it is about
NEVER = {
    "id": "1",
    "pk": "1",
    "is_superuser": "1",
    "is_staff": "1",
    "is_demo": "1",
    "path": "",
    "permissions": "accounts.manage",
    "holdings": "province",
    "password_hash": "x",
    "created_at": "2000-01-01",
    "made_by": "1",
    "given_by": "1",
    "signed_by": "1",
    "by": "1",
    "by_id": "1",
    "at": "2000-01-01T00:00",
    "now": "2000-01-01T00:00",
    "today": "2000-01-01",
    "revoked_at": "",
    "locked_until": "",
    "failed_sign_ins": "0",
    "state": "accepted",
    "token_id": "",
    "actor": "system",
}
#: what is never the same twice, or is about the request itself
NOT_COMPARED = {"session", "tries"}


def kept() -> dict[str, list[str]]:
    """Every row of every table but for its number and what was drawn by lot."""
    found = {}
    for model in apps.get_models():
        if model._meta.model_name in NOT_COMPARED or not model._meta.managed:
            continue
        names = [one.attname for one in model._meta.concrete_fields if is_compared(one)]
        rows = model._default_manager.values_list(*names) if names else []
        found[model._meta.label] = sorted(map(repr, rows))
    return found


def is_compared(one: models.Field[Any, Any]) -> bool:
    drawn = {"hash", "secret", "password", "id", "detail", "subject", "request_id"}
    drawn |= {"notice_id", "dedupe", "mark"}
    sealed = isinstance(one, SealedField)  # otherwise each time; its blind index is compared
    return not one.primary_key and one.attname not in drawn and not sealed


def after(client: Client, form: Form, said: dict[str, Any]) -> tuple[int, dict[str, list[str]]]:
    before = {name: one.value for name, one in client.cookies.items()}
    with transaction.atomic():
        status = client.post(form.action, said).status_code
        found = kept()
        transaction.set_rollback(True)
    client.cookies.load(before)  # whoever ended their own sign-in has it back
    return status, found


def extra_for(form: Form, estate: Estate) -> dict[str, list[str]]:
    """The names above and those of every column of a person's account, but for the form's own."""
    asked = {one.name for one in form.fields}
    more = NEVER | {"user": str(estate.users[1]), "user_id": str(estate.users[1])}
    return {name: [value] for name, value in more.items() if name not in asked}


def test_no_form_takes_more_than_it_asks_for(ground: Ground) -> None:
    client = ground.ours.client()
    found, did = [], 0
    before = kept()
    for form in forms_of(client):
        status, plain = after(client, form, form.sent())
        did += plain != before
        again, more = after(client, form, form.sent() | extra_for(form, ground.ours))
        changed = [table for table in plain if plain[table] != more[table]]
        if changed or status != again:
            found.append(f"{form.action}: {status} and {again}, {changed}")
    assert not found, "\n".join(found)
    assert did >= 8, "too few forms did anything: the test would prove little"


def test_no_operation_takes_more_than_it_describes(ground: Ground) -> None:
    ids, found = ground.ours.ids, []
    for operation in operations():
        if operation.method == "GET":
            continue
        path, _query, body = next(operation.calls(ids, dict(ids)))
        plain = sent(ground, operation.method, path, body)
        for name, value in NEVER.items():
            if name in json.dumps(body):
                continue
            more = sent(ground, operation.method, path, with_extra(body, name, value))
            if more[0] != 422 and more != plain:
                found.append(f"{operation.name} {name}: {plain[0]} and {more[0]}")
    assert not found, "\n".join(found)


def sent(ground: Ground, method: str, path: str, body: Any) -> tuple[int, dict[str, list[str]]]:
    with transaction.atomic():
        answer = Client(raise_request_exception=False).generic(
            method, path, json.dumps(body), content_type="application/json",
            headers={"authorization": f"Bearer {ground.ours.token}"},
        )  # fmt: skip
        found = kept()
        transaction.set_rollback(True)
    return answer.status_code, found


def with_extra(body: Any, name: str, value: str) -> Any:
    """The body with one more property, in it and in each thing it lists."""
    listed = {
        key: [one | {name: value} if isinstance(one, dict) else one for one in below]
        for key, below in body.items()
        if isinstance(below, list)
    }
    return body | listed | {name: value}
