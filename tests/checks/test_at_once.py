"""Many send the same at the same moment: one is kept, the others are told so."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from fangxian.kernel.models import AuditEvent
from fangxian.watch.checks.models import Check
from tests.cast import DAY, build

WRITERS = 8


def body(unit: str, enrolled: int, **more: Any) -> dict[str, Any]:
    told = {"unit": unit, "day": DAY.isoformat(), "session": "morning", "enrolled": enrolled}
    return told | {"present": enrolled, "not_known": 0} | more


def send(path: str, told: object, token: str) -> int:
    try:
        answer = Client().post(
            path,
            json.dumps(told),
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )
        return answer.status_code
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_one_of_many_is_kept(at_eight: object) -> None:
    cast = build()
    plain = body(cast.plain_group.code, 45)
    # naming a revision takes the plain way, so both ways meet at the same check
    told = [plain, plain | {"revises": None}] * (WRITERS // 2)
    with ThreadPoolExecutor(WRITERS) as pool:
        answers = pool.map(lambda one: send("/api/v1/checks", one, cast.tokens["reporter"]), told)
        assert Counter(answers) == {201: 1, 200: WRITERS - 1}
    assert Check.objects.filter(day=DAY).count() == 1
    assert AuditEvent.objects.filter(event="checks.recorded").count() == 1


@pytest.mark.django_db(transaction=True)
def test_batches_in_opposite_orders_do_not_wait_for_each_other(at_eight: object) -> None:
    cast = build()
    items = [
        body(cast.named_group.code, 5),
        body(cast.plain_group.code, 45),
        body(cast.point_group.code, 12),
    ]
    batches = [{"items": items}, {"items": items[::-1]}] * (WRITERS // 2)
    with ThreadPoolExecutor(WRITERS) as pool:
        answers = pool.map(
            lambda one: send("/api/v1/checks/batch", one, cast.tokens["reporter"]), batches
        )
        assert Counter(answers) == {201: 1, 200: WRITERS - 1}
    assert Check.objects.filter(day=DAY).count() == len(items)


@pytest.mark.django_db(transaction=True)
def test_of_two_different_answers_one_is_told_of_the_other(at_eight: object) -> None:
    cast = build()
    told = [body(cast.plain_group.code, 45, present=45 - n, not_known=n) for n in range(WRITERS)]
    with ThreadPoolExecutor(WRITERS) as pool:
        answers = pool.map(lambda one: send("/api/v1/checks", one, cast.tokens["reporter"]), told)
        assert Counter(answers) == {201: 1, 409: WRITERS - 1}
    assert Check.objects.current().filter(day=DAY).count() == 1
