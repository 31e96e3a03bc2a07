"""Stories of the pages: declaring in two steps, reading the term, what is due, the API."""

from datetime import date, timedelta

import pytest
from django.test import Client

from fangxian.foundation.obligations.models import Obligation
from fangxian.foundation.schooldays.models import EarlyReturn, StaggeredReturn, Suspension, Term
from fangxian.foundation.situations.models import ResponseLevel
from fangxian.foundation.units.models import UnitVersion
from tests.cast import AT, DAY, Cast

pytestmark = pytest.mark.usefixtures("at_eight")
TOMORROW = DAY + timedelta(days=1)
LOOK, CONFIRM = {"look": "1"}, {"confirm": "1"}


def signed_in(client: Client, cast: Cast, who: str = "county_officer") -> Client:
    client.force_login(cast.users[who])
    return client


def test_a_school_is_suspended_today_in_two_steps_and_resumed(client: Client, cast: Cast) -> None:
    officer = signed_in(client, cast)
    address = f"/calendar/{cast.school.code}/suspend/"
    wish = {"first_day": str(DAY), "last_day": "", "reason": "诺如病毒", "document": ""}
    assert officer.get(address).status_code == 200
    look = officer.post(address, wish | LOOK)
    effects = {one.kind.code: one.let_off for one in look.context["preview"].effects}
    assert effects == {"check.morning": 3, "daily_report": 1}
    assert look.context["preview"].until is None
    assert not Suspension.objects.exists()
    assert officer.post(address, wish | CONFIRM).status_code == 302
    row = Obligation.objects.get(kind="check.morning", unit_id=cast.named_group.id)
    assert (row.excused_at, row.reason) == (AT, "诺如病毒")
    made = Suspension.objects.get()
    term = officer.get(f"/calendar/{cast.school.code}/term/").content.decode()
    assert f"/calendar/{cast.school.code}/resume/{made.pk}/" in term
    again = {"from_day": str(DAY), "reason": "误操作"}
    resume = f"/calendar/{cast.school.code}/resume/{made.pk}/"
    look = officer.post(resume, again | LOOK)
    assert {one.asked for one in look.context["preview"].effects} == {3, 1}
    assert officer.post(resume, again | CONFIRM).status_code == 302
    assert not Obligation.objects.filter(excused_at__isnull=False).exists()


def test_a_second_suspension_of_the_same_unit_is_refused(client: Client, cast: Cast) -> None:
    officer = signed_in(client, cast)
    address = f"/calendar/{cast.school.code}/suspend/"
    wish = {"first_day": str(DAY), "reason": "诺如病毒"}
    assert officer.post(address, wish | CONFIRM).status_code == 302
    refused = officer.post(address, wish | CONFIRM)
    assert refused.status_code == 422
    assert "诺如病毒" in refused.content.decode()
    backwards = wish | {"last_day": "2026-11-20"}
    assert officer.post(address, backwards | LOOK).status_code == 422


def test_a_part_is_back_before_the_whole_by_who_may_lift_it(client: Client, cast: Cast) -> None:
    whole = Suspension.objects.create(unit_id=cast.city.id, first_day=DAY, reason="疫情")
    address = f"/calendar/{cast.school.code}/resume/{whole.pk}/"
    wish = {"from_day": str(TOMORROW), "last_day": "", "reason": "毕业年级先行"}
    assert signed_in(client, cast).post(address, wish | CONFIRM).status_code == 403
    city = signed_in(client, cast, "city_officer")
    assert city.post(address, wish | CONFIRM).status_code == 302
    part = EarlyReturn.objects.get()
    assert (part.unit_id, part.first_day, part.last_day) == (cast.school.id, TOMORROW, None)
    headers = {"authorization": f"Bearer {cast.tokens['city_officer']}"}
    address = f"/api/v1/units/{cast.school.code}/calendar"
    days = city.get(address, {"days": 2}, headers=headers).json()["days"]
    assert [one["because"] for one in days] == ["suspended", "weekday"]
    beside = f"/calendar/{cast.other_school.code}/resume/{whole.pk + 1}/"
    assert city.post(beside, wish | CONFIRM).status_code == 404


def test_a_term_is_declared_shown_and_taken_back(client: Client, cast: Cast) -> None:
    officer = signed_in(client, cast)
    address = "/calendar/510104/term/declare/"
    wish = {
        "term": "2026-autumn",
        "first_day": "2026-09-01",
        "last_day": "2027-01-20",
        "document": "校历",
    }
    look = officer.post(address, wish | LOOK)
    assert date(2027, 1, 21) in look.context["preview"].days
    assert date(2027, 1, 20) not in look.context["preview"].days
    declared = officer.post(address, wish | CONFIRM)
    assert declared["Location"] == "/calendar/510104/term/?term=2026-autumn"
    shown = officer.get(declared["Location"])
    assert shown.context["here"].last == date(2027, 1, 20)
    assert shown.context["school_days"] > 80
    vacation = officer.get("/calendar/510104/?day=2027-01-25").context["selected"]
    assert vacation.because == "vacation"
    late = wish | {"last_day": "2026-08-20"}
    assert officer.post(address, late | LOOK).status_code == 422
    ahead = f"{address}?term=2026-autumn"
    assert officer.post(ahead, {"look_clear": "1"}).context["clearing"]
    assert officer.post(ahead, {"clear": "1"})["Location"] == declared["Location"]
    assert not Term.objects.exists()


def test_grades_return_on_their_days(client: Client, cast: Cast) -> None:
    UnitVersion.objects.filter(unit_id=cast.named_group.id).update(grade=9)
    officer = signed_in(client, cast)
    address = "/calendar/510104/return/"
    wish = {
        "term": "2026-autumn", "document": "错峰返校方案",
        "grades1": ["9", "12"], "day1": str(TOMORROW), "grades2": ["others"], "day2": "2026-12-07",
    }  # fmt: skip
    assert officer.post(address, wish | {"day2": ""} | LOOK).status_code == 422
    assert officer.post(address, wish | {"grades2": ["9"]} | LOOK).status_code == 422
    look = officer.post(address, wish | LOOK)
    assert [one.let_off for one in look.context["preview"].effects] == [1]
    assert officer.post(address, wish | CONFIRM).status_code == 302
    plan = StaggeredReturn.objects.get()
    assert dict(plan.starts.values_list("grade", "first_day")) == {
        9: TOMORROW,
        12: TOMORROW,
        None: date(2026, 12, 7),
    }
    kept = officer.get(f"{address}?term=2026-autumn").context["form"]
    assert kept["grades1"].initial == ["9", "12"]
    day = officer.get(f"/calendar/510104/?day={TOMORROW}").context["selected"]
    assert (day.is_open, day.some_grades) == (True, True)
    own = officer.get(f"/calendar/{cast.named_group.code}/?day={DAY}").context["selected"]
    assert (own.because, own.some_grades) == ("not_back", False)


@pytest.mark.parametrize("who", ["head", "teacher", "reporter", "inspector"])
def test_who_reads_the_calendar_does_not_declare_it(client: Client, cast: Cast, who: str) -> None:
    reader = signed_in(client, cast, who)
    place = cast.named_group if who == "teacher" else cast.school
    for page in ("", "term/"):
        shown = reader.get(f"/calendar/{place.code}/{page}")
        assert shown.status_code == 200
        assert "/suspend/" not in shown.content.decode()
    for page in ("suspend/", "term/declare/", "return/"):
        assert reader.get(f"/calendar/{place.code}/{page}").status_code == 403


def test_what_is_due_is_told_with_who_answered(client: Client, cast: Cast) -> None:
    ResponseLevel.objects.create(
        unit_id=cast.province.id, level=1, valid_from=DAY, home_checks=True
    )
    headers = {"authorization": f"Bearer {cast.tokens['county_officer']}"}
    today = client.get("/api/v1/units/510104/due", headers=headers).json()
    asked = {one["kind"]: (one["asked"], one["answered"]) for one in today["items"]}
    assert asked["check.morning"] == (4, 0)
    assert asked["check.home"] == (0, 0)
    sunday = client.get("/api/v1/units/510104/due", {"day": "2026-11-29"}, headers=headers).json()
    asked = {one["kind"]: (one["asked"], one["answered"]) for one in sunday["items"]}
    assert asked["check.morning"] == (0, None)
    assert asked["check.home"] == (4, None)
    assert asked["daily_report"] == (2, None)
    long_ago = client.get("/api/v1/units/510104/due", {"day": "2026-11-01"}, headers=headers).json()
    assert {one["asked"] for one in long_ago["items"]} == {None}


def test_a_year_without_published_holidays_says_so(client: Client, cast: Cast) -> None:
    head = signed_in(client, cast, "head")
    shown = head.get(f"/calendar/{cast.school.code}/?month=2027-10")
    assert shown.context["unpublished"] == 2027
    assert head.get(f"/calendar/{cast.school.code}/?month=2026-10").context["unpublished"] is None
    headers = {"authorization": f"Bearer {cast.tokens['head']}"}
    address = f"/api/v1/units/{cast.school.code}/calendar"
    october = {"from": "2026-10-01", "days": "12"}
    days = client.get(address, october, headers=headers).json()["days"]
    assert [one["school_day"] for one in days] == [False] * 7 + [True, True, True, False, True]
    assert (days[0]["holiday"], days[9]["because"]) == ("国庆节", "make_up")


@pytest.mark.parametrize(
    "query",
    ["term=2026-winter", "term=x", "term=99999-autumn", f"term={'9' * 5000}-autumn", "day=x"],
)
def test_a_damaged_address_shows_the_present_term(client: Client, cast: Cast, query: str) -> None:
    assert signed_in(client, cast).get(f"/calendar/510104/term/?{query}").status_code == 200


@pytest.mark.parametrize(
    "day", ["1999-01-01", "2099-12-31", "2020-02-03", "0001-01-01", "9999-12-31"]
)
def test_any_day_of_any_century_can_be_looked_at(client: Client, cast: Cast, day: str) -> None:
    assert signed_in(client, cast).get(f"/calendar/510104/?day={day}").status_code == 200
