"""Standing and silence over the API: begins from the caller's scope, unknown is null."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from fangxian.foundation.obligations.actions import answer
from fangxian.foundation.obligations.api import StandingOut
from tests.cast import DAY, Cast

MORNING = "check.morning"


def get(cast: Cast, who: str, path: str, **query: str | int | bool) -> Any:
    token = cast.tokens.get(who, who)
    return Client().get(
        f"/api/v1/units/{path}",
        {"day": str(DAY), "kind": MORNING, **query},
        headers={"Authorization": f"Bearer {token}"},
    )


@pytest.fixture
def told(cast: Cast, at_eight: datetime) -> Cast:
    """The group with names has answered: four of its five are accounted for."""
    answer(
        kind=MORNING,
        unit_id=cast.named_group.id,
        day=DAY,
        told_at=at_eight - timedelta(minutes=5),
        at=at_eight,
        by=cast.actor("teacher"),
        accounted=4,
        channel="web",
    )
    return cast


def test_a_county_sees_itself_and_its_schools(told: Cast) -> None:
    body = get(told, "county_officer", "510104/standing").json()
    assert {key: body[key] for key in ("unit", "day", "kind", "expected", "answered")} == {
        "unit": "510104",
        "day": "2026-11-23",
        "kind": MORNING,
        "expected": 4,
        "answered": 1,
    }
    assert body["on_time"], body["late"] == (1, 0)
    assert (body["overdue"], body["excused"]) == (0, 0)
    assert body["people"] == {"accounted": 4, "total": 71}
    assert [child["unit"] for child in body["children"]] == ["5101040001", "5101040002"]
    assert [child["answered"] for child in body["children"]] == [1, 0]


@pytest.mark.parametrize("unit", ["510104", "5101040001", "5101040001-0301"])
@pytest.mark.parametrize("day", ["2026-11-23", "2026-11-02"])
def test_the_answer_is_what_the_schema_says(told: Cast, unit: str, day: str) -> None:
    body = get(told, "county_officer", f"{unit}/standing", day=day).json()
    assert StandingOut.model_validate(body, strict=False).model_dump(mode="json") == body


def test_nobody_accounted_for_is_unknown_not_zero(told: Cast) -> None:
    tiny = get(told, "county_officer", "510104/standing").json()["children"][1]
    assert tiny["people"] == {"accounted": None, "total": 9}


def test_a_day_without_a_list_is_null(told: Cast) -> None:
    body = get(told, "county_officer", "510104/standing", day="2026-11-02").json()
    counts = [body[key] for key in ("expected", "answered", "on_time", "late", "overdue")]
    assert counts == [None] * 5
    assert body["people"] == {"accounted": None, "total": None}
    assert [child["expected"] for child in body["children"]] == [None, None]


def test_a_school_sees_its_groups_and_teaching_points(told: Cast) -> None:
    body = get(told, "head", "5101040001/standing").json()
    assert [child["unit"] for child in body["children"]] == [
        "5101040001-0301",
        "5101040001-0302",
        "5101040001-P1",
    ]
    assert [child["expected"] for child in body["children"]] == [1, 1, 1]


@pytest.mark.parametrize("what", ["standing", "silent"])
@pytest.mark.parametrize(
    ("who", "unit", "query", "status"),
    [
        ("county_officer", "510104", {}, 200),
        ("county_officer", "5101040001", {}, 200),
        ("province_officer", "510000", {}, 200),
        ("county_officer", "510105", {}, 404),  # a neighbour
        ("county_officer", "510100", {}, 404),  # above oneself
        ("outsider", "510104", {}, 404),
        ("county_officer", "999999", {}, 404),
        ("outsider", "510104", {"kind": "nonsense"}, 404),  # scope comes first
        ("auditor", "510104", {}, 403),
        ("county_officer", "510104", {"kind": "nonsense"}, 422),
        ("county_officer", "510104", {"day": "23/11/2026"}, 422),
        ("county_officer", "510104", {"day": "2010-01-01"}, 422),  # before it opened
        ("nobody", "510104", {}, 401),
    ],
)
def test_who_may_ask_what(
    told: Cast, what: str, who: str, unit: str, query: dict[str, str], status: int
) -> None:
    response = get(told, who, f"{unit}/{what}", **query)
    assert response.status_code == status, response.content
    if status >= 400:
        assert response["Content-Type"].startswith("application/problem+json")


def test_the_kind_must_be_named(told: Cast) -> None:
    response = Client().get(
        "/api/v1/units/510104/standing",
        headers={"Authorization": f"Bearer {told.tokens['county_officer']}"},
    )
    assert response.status_code == 422
    assert "kind" in response.json()["fields"]


def test_silence_is_paged_in_the_order_of_the_tree(told: Cast) -> None:
    first = get(told, "county_officer", "510104/silent", size=2).json()
    second = get(told, "county_officer", "510104/silent", size=2, page=2).json()
    assert (first["total"], first["pages"], first["page"], first["size"]) == (3, 2, 1, 2)
    units = [item["unit"] for item in first["items"] + second["items"]]
    assert units == ["5101040001-P101", "5101040001-0302", "5101040002-0101"]


@pytest.mark.parametrize(
    ("who", "unit", "phone"),
    [
        ("county_officer", "510104", True),  # the level directly above
        ("head", "5101040001", True),  # inside the school
        ("city_officer", "510100", False),  # two levels above
        ("province_officer", "510000", False),
        ("cdc_liaison", "510104", False),  # sees units, chases nobody
        ("inspector", "510104", False),
    ],
)
def test_the_person_in_charge_is_for_the_level_directly_above(
    told: Cast, who: str, unit: str, phone: bool
) -> None:
    items = get(told, who, f"{unit}/silent").json()["items"]
    assert items
    assert all((item["contact"] is not None) == phone for item in items)


def test_a_bureau_gets_the_school_s_contact_a_school_its_group_s(told: Cast) -> None:
    above = get(told, "county_officer", "510104/silent").json()["items"][0]
    inside = get(told, "head", "5101040001/silent").json()["items"][0]
    assert above["contact"]["name"] == "示例中心校负责人"
    assert inside["contact"]["name"] == "教学点1班负责人"


def test_only_what_is_overdue(told: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    assert get(told, "county_officer", "510104/silent", overdue=True).json()["total"] == 0
    late = datetime.fromisoformat("2026-11-23T10:30:00+08:00")
    monkeypatch.setattr("fangxian.kernel.clock.now", lambda: late)
    assert get(told, "county_officer", "510104/silent", overdue=True).json()["total"] == 3
