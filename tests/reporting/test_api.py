"""The daily report for other programs."""

from typing import Any

import pytest
from django.test import Client

from tests.cast import DAY, Cast
from tests.reporting.stories import all_answer, at, ill, morning

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon(at_eight: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fangxian.kernel.clock.now", lambda: at(11))


class Program:
    """A program with a token."""

    def __init__(self, cast: Cast, who: str) -> None:
        self.client = Client(headers={"Authorization": f"Bearer {cast.tokens[who]}"})
        self.place = f"/api/v1/daily-reports/{cast.school.code}/{DAY}"

    def get(self) -> Any:
        return self.client.get(self.place)

    def post(self, verb: str, **body: Any) -> Any:
        return self.client.post(f"{self.place}/{verb}", body, content_type="application/json")


def test_the_whole_way(cast: Cast) -> None:
    all_answer(cast, None, ill(name="甲"))
    school, county = Program(cast, "reporter"), Program(cast, "county_officer")
    draft = school.get().json()
    assert (draft["state"], draft["revision"], draft["signed"]) == ("draft", 0, None)
    assert draft["people"] == {"accounted": 62, "total": 62}
    signed = school.post("sign", revision=None)
    assert signed.status_code == 200
    assert signed.json()["revision"] == 1
    assert school.post("sign", revision=0).json()["signed"]["revision"] == 1
    assert county.post("accept", revision=0).status_code == 409
    accepted = county.post("accept", revision=1)
    assert (accepted.status_code, accepted.json()["state"]) == (200, "accepted")
    assert county.post("accept", revision=1).status_code == 200
    refused = county.post("return", revision=1, comment="再看看")
    assert refused.status_code == 409
    assert refused.json()["current_revision"] == 1
    figures = {(f["code"], f["population"]): f["value"] for f in accepted.json()["figures"]}
    assert figures["new_ill", "students"] == 1
    assert ("new_ill", "staff") not in figures


def test_returned_and_signed_again(cast: Cast) -> None:
    all_answer(cast)
    school, county = Program(cast, "reporter"), Program(cast, "county_officer")
    school.post("sign", revision=0)
    assert county.post("return", revision=1, comment=" ").status_code == 422
    assert county.post("return", revision=1, comment="再看看").json()["state"] == "returned"
    again = school.post("sign", revision=1).json()
    assert (again["state"], again["revision"]) == ("signed", 2)


@pytest.mark.parametrize(
    ("who", "verb", "status"),
    [
        ("outsider", "sign", 404),
        ("other_reporter", "sign", 404),
        ("auditor", "sign", 403),
        ("county_officer", "sign", 403),
        ("reporter", "accept", 403),
        ("city_officer", "accept", 403),
        ("teacher", "sign", 404),
    ],
)
def test_who_is_refused(cast: Cast, who: str, verb: str, status: int) -> None:
    all_answer(cast)
    Program(cast, "reporter").post("sign", revision=0)
    response = Program(cast, who).post(verb, revision=1)
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"


def test_no_token_is_401(cast: Cast) -> None:
    response = Client().get(f"/api/v1/daily-reports/{cast.school.code}/{DAY}")
    assert response.status_code == 401


def test_what_does_not_hold_together_is_422(cast: Cast) -> None:
    all_answer(cast)
    school = Program(cast, "reporter")
    assert school.post("sign", revision=-1).status_code == 422
    entered = [{"code": "fever", "population": "students", "value": 1, "reason": ""}]
    refused = school.post("sign", revision=0, entered=entered)
    assert refused.status_code == 422
    assert "entered.0.reason" in refused.json()["fields"]
    school.place = school.place.replace(str(DAY), "2026-11-24")
    assert "day" in school.post("sign", revision=0).json()["fields"]
    school.place = school.place.replace(cast.school.code, cast.plain_group.code)
    assert school.post("sign", revision=0).status_code == 422


def test_figures_of_a_county(cast: Cast) -> None:
    all_answer(cast, None, ill(name="甲"), ill(name="乙"))
    Program(cast, "reporter").post("sign", revision=0)
    county = Program(cast, "county_officer")
    found = county.client.get(f"/api/v1/units/{cast.county.code}/figures?day={DAY}").json()
    assert (found["signed"], found["expected"]) == (1, 2)
    assert found["figures"]["absent_ill"] == 2
    assert found["change"]["absent_ill"] is None
    school, tiny = found["children"]
    assert school["figures"]["absent_ill"] == 2
    assert tiny["figures"]["absent_ill"] is None
    asked = f"/api/v1/units/{cast.county.code}/figures?day={DAY}&code=rash&population=staff"
    assert county.client.get(asked).json()["figures"] == {"rash": None}
    assert county.client.get(asked.replace("rash", "gout")).status_code == 422


def test_small_figures_are_masked_for_an_auditor(cast: Cast) -> None:
    all_answer(cast, None, ill(name="甲"))
    Program(cast, "reporter").post("sign", revision=0)
    auditor = Program(cast, "auditor")
    figures = {(f["code"], f["population"]): f["value"] for f in auditor.get().json()["figures"]}
    assert figures["absent_ill", "students"] is None
    assert figures["vomiting", "students"] == 0
    assert figures["enrolled", "students"] == 62
    found = auditor.client.get(f"/api/v1/units/{cast.county.code}/figures?day={DAY}").json()
    assert found["figures"]["absent_ill"] is None


def test_new_figures_show_after_a_correction(cast: Cast) -> None:
    all_answer(cast)
    school = Program(cast, "reporter")
    school.post("sign", revision=0)
    assert not school.get().json()["changed_since_signed"]
    from fangxian.watch.checks.models import Check

    current = Check.objects.current().get(unit_id=cast.plain_group.id)
    morning(cast.plain_group, 45, ill(), by=cast.actor("reporter"), when=at(10), revises=current.id)
    assert school.get().json()["changed_since_signed"]
