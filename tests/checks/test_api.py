"""POST /api/v1/checks and its batch, as another program meets them."""

import copy
import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from fangxian.foundation.obligations.models import Obligation
from fangxian.foundation.units.models import Unit
from fangxian.kernel.models import AuditEvent
from fangxian.watch.checks.models import Check, CheckLine
from tests.cast import AT, DAY, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_eight")]


def body(cast: Cast, **changes: Any) -> dict[str, Any]:
    """45 on the roll, two absent."""
    told: dict[str, Any] = {
        "unit": cast.plain_group.code,
        "day": DAY.isoformat(),
        "session": "morning",
        "enrolled": 45,
        "present": 43,
        "not_known": 0,
        "absences": [
            {"reason": "ill", "symptoms": ["fever", "cough"], "temperature": 38.4},
            {"reason": "leave"},
        ],
    }
    return told | changes


def post(told: object, token: str = "", path: str = "/api/v1/checks") -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return Client().post(path, json.dumps(told), content_type="application/json", headers=headers)


def test_a_first_check_is_kept_answered_and_audited(cast: Cast) -> None:
    answer = post(body(cast), cast.tokens["reporter"])
    assert answer.status_code == 201, answer.content
    kept = Check.objects.get(day=DAY)
    assert (kept.id, kept.revision, kept.absent_ill, kept.fever) == (answer.json()["id"], 1, 1, 1)
    assert CheckLine.objects.filter(day=DAY).count() == 2
    owed = Obligation.objects.get(day=DAY, kind="check.morning", unit_id=cast.plain_group.id)
    assert (owed.told_at, owed.accounted, owed.channel) == (AT, 45, "api")
    event = AuditEvent.objects.get(event="checks.recorded")
    assert event.unit_id == cast.plain_group.id
    assert event.by_id == cast.users["reporter"].pk


def test_a_lost_answer_can_be_asked_for_again(cast: Cast) -> None:
    first = post(body(cast), cast.tokens["reporter"])
    lines = list(reversed(body(cast)["absences"]))
    lines[1]["symptoms"] = ["cough", "fever"]
    again = body(
        cast,
        absences=lines,
        symptomatic_present=[],
        channel="phone",
        told_at=(AT - timedelta(minutes=5)).isoformat(),
        revises=999_999,
    )
    second = post(again, cast.tokens["reporter"])
    assert (second.status_code, second.json()["id"]) == (200, first.json()["id"])
    assert Check.objects.filter(day=DAY).count() == 1


def test_different_content_needs_the_current_revision(cast: Cast) -> None:
    first = post(body(cast), cast.tokens["reporter"]).json()
    other = body(cast, present=42, not_known=1)
    for wrong in (None, 1_000_000):
        refused = post(other | {"revises": wrong}, cast.tokens["reporter"])
        assert refused.status_code == 409
        assert refused["Content-Type"] == "application/problem+json"
        assert refused.json()["current_id"] == first["id"]
        assert refused.json()["received_at"] == AT.isoformat()
    corrected = post(other | {"revises": first["id"]}, cast.tokens["reporter"])
    assert (corrected.status_code, corrected.json()["revision"]) == (201, 2)
    assert Check.objects.filter(day=DAY).count() == 2
    assert Check.objects.current().get(day=DAY).not_known == 1


def test_known_since_is_carried_over_by_a_correction(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = post(body(cast), cast.tokens["reporter"]).json()
    later = AT + timedelta(hours=1)
    monkeypatch.setattr("fangxian.kernel.clock.now", lambda: later)
    absences = [*body(cast)["absences"], {"reason": "ill"}]
    told = body(cast, present=42, absences=absences, revises=first["id"])
    assert post(told, cast.tokens["reporter"]).status_code == 201
    known = (
        CheckLine.objects.filter(revision=2).order_by("number").values_list("known_at", flat=True)
    )
    assert list(known) == [AT, AT, later]


@pytest.mark.parametrize(
    ("who", "status"),
    [("", 401), ("outsider", 404), ("auditor", 403), ("county_officer", 403), ("teacher", 404)],
)
def test_who_may_not(cast: Cast, who: str, status: int) -> None:
    answer = post(body(cast), cast.tokens.get(who, ""))
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert not Check.objects.filter(day=DAY).exists()


def test_a_bad_token_is_told_before_a_bad_body(cast: Cast) -> None:
    assert post({"nonsense": 1}, "fx_no_such_token").status_code == 401
    assert post({"nonsense": 1}).status_code == 401


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"present": 44}, "enrolled"),
        ({"present": None}, "present"),
        ({"present": -1}, "present"),
        ({"enrolled": "many"}, "enrolled"),
        ({"day": "2026-11-24"}, "day"),
        ({"day": "2026-13-01"}, "day"),
        ({"session": "noon"}, "session"),
        ({"session": "midnight"}, "session"),
        ({"told_at": "2026-11-23T09:00:00+08:00"}, "told_at"),
        ({"told_at": "2026-11-23T07:00:00"}, "told_at"),
        ({"absences": [{"reason": "bored"}, {"reason": "ill"}]}, "absences.0.reason"),
        ({"reached_well": 45}, "reached_well"),
        ({"colour": "red"}, "colour"),
        (
            {"absences": [{"reason": "ill", "person": 1}, {"reason": "ill", "person": 1}]},
            "absences",
        ),
        ({"absences": [{"reason": "ill", "person": 1}, {"reason": "ill"}]}, "absences"),
    ],
)
def test_what_does_not_hold_is_named(cast: Cast, changes: dict[str, Any], field: str) -> None:
    answer = post(body(cast, **changes), cast.tokens["reporter"])
    assert answer.status_code == 422, answer.content
    assert field in answer.json()["fields"], answer.json()
    assert not Check.objects.filter(day=DAY).exists()


def test_before_the_opening_is_no_day(cast: Cast) -> None:
    answer = post(body(cast, day="2019-08-31"), cast.tokens["reporter"])
    assert answer.status_code == 422
    assert "day" in answer.json()["fields"]


def test_a_roll_that_differs_is_kept(cast: Cast) -> None:
    told = body(cast, enrolled=47, present=45)
    assert post(told, cast.tokens["reporter"]).status_code == 201
    assert Check.objects.get(day=DAY).enrolled == 47
    assert Unit.objects.get(pk=cast.plain_group.id).headcount == 45


def test_people_of_the_group_may_be_named(cast: Cast) -> None:
    told = body(
        cast,
        unit=cast.named_group.code,
        enrolled=5,
        present=4,
        absences=[{"reason": "ill", "person": cast.persons[0]}],
        symptomatic_present=[{"person": cast.persons[1], "symptoms": ["vomiting"]}],
    )
    assert post(told, cast.tokens["teacher"]).status_code == 201
    persons = CheckLine.objects.filter(day=DAY).values_list("person_id", "is_present")
    assert set(persons) == {(cast.persons[0], False), (cast.persons[1], True)}


def test_a_batch_is_all_or_nothing(cast: Cast) -> None:
    good = body(cast)
    bad = body(cast, unit=cast.named_group.code, enrolled=5, present=9, absences=[])
    stranger = body(cast, unit=cast.other_group.code)
    answer = post(
        {"items": [good, bad, stranger, good]}, cast.tokens["reporter"], "/api/v1/checks/batch"
    )
    assert answer.status_code == 422
    errors = {(one["index"], one["status"], one["field"]) for one in answer.json()["errors"]}
    assert errors == {(1, 422, "enrolled"), (2, 404, ""), (3, 422, "unit")}
    assert not Check.objects.filter(day=DAY).exists()


def test_a_batch_again_is_200(cast: Cast) -> None:
    items = [body(cast), body(cast, unit=cast.point_group.code, enrolled=12, present=10)]
    first = post({"items": items}, cast.tokens["reporter"], "/api/v1/checks/batch")
    assert first.status_code == 201, first.content
    assert [one["created"] for one in first.json()["items"]] == [True, True]
    again = post({"items": items}, cast.tokens["reporter"], "/api/v1/checks/batch")
    assert again.status_code == 200
    assert [one["id"] for one in again.json()["items"]] == [
        one["id"] for one in first.json()["items"]
    ]
    third = copy.deepcopy(items) + [body(cast, unit=cast.named_group.code, enrolled=5, present=3)]
    mixed = post({"items": third}, cast.tokens["reporter"], "/api/v1/checks/batch")
    assert (mixed.status_code, [one["created"] for one in mixed.json()["items"]]) == (
        201,
        [False, False, True],
    )
    assert AuditEvent.objects.filter(event="checks.recorded").count() == 3


def test_a_batch_over_500_is_413(cast: Cast) -> None:
    items = [body(cast)] * 501
    answer = post({"items": items}, cast.tokens["reporter"], "/api/v1/checks/batch")
    assert answer.status_code == 413


def test_home_checks_add_up(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from fangxian.foundation.obligations.actions import materialise_day
    from fangxian.foundation.schooldays.models import DayException
    from fangxian.foundation.situations.models import ResponseLevel
    from tests.cast import SYSTEM

    day = date(2026, 11, 24)
    at = datetime(2026, 11, 24, 8, 0, tzinfo=AT.tzinfo)
    ResponseLevel.objects.create(
        unit_id=cast.province.id, level=1, valid_from=DAY, home_checks=True
    )
    DayException.objects.create(unit_id=cast.province.id, day=day, is_open=False, reason="延期开学")
    materialise_day(day=day, at=AT, by=SYSTEM)
    monkeypatch.setattr("fangxian.kernel.clock.now", lambda: at)
    told = {
        "unit": cast.plain_group.code,
        "day": day.isoformat(),
        "session": "home",
        "enrolled": 45,
        "reached_well": 40,
        "reached_ill": 2,
        "not_reached": 3,
        "places": {"city": 30, "province": 10, "elsewhere": 2},
    }
    wrong = told | {"places": {"city": 30}}
    assert "places" in post(wrong, cast.tokens["reporter"]).json()["fields"]
    answer = post(told, cast.tokens["reporter"])
    assert answer.status_code == 201, answer.content
    kept = Check.objects.get(day=day)
    assert (kept.present, kept.not_reached, kept.at_city, kept.at_abroad) == (None, 3, 30, 0)
    owed = Obligation.objects.get(day=day, kind="check.home", unit_id=cast.plain_group.id)
    assert owed.accounted == 42
