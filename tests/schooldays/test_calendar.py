"""Stories of the calendar: who declares days, what holds where, who is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from django.test import Client

from fangxian.foundation.schooldays import actions
from fangxian.foundation.schooldays.models import DayException
from fangxian.foundation.schooldays.queries import month, school_day
from fangxian.kernel import registry
from fangxian.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from tests.cast import AT, DAY, Cast

TUESDAY = DAY + timedelta(days=1)
SATURDAY = DAY + timedelta(days=5)


def declare(
    cast: Cast,
    place: str = "county",
    who: str = "county_officer",
    day: date = TUESDAY,
    is_open: bool = False,
    reason: str = "大雪",
) -> DayException:
    return actions.declare_day(
        unit_id=getattr(cast, place).id,
        day=day,
        is_open=is_open,
        reason=reason,
        by=cast.actor(who),
        at=AT,
    )


def test_a_closed_day_holds_for_everything_below_and_nothing_beside(cast: Cast) -> None:
    declare(cast)
    switch = school_day(TUESDAY)
    assert not switch.at(cast.named_group.path)
    assert not switch.at(cast.tiny_school.path)
    assert switch.at(cast.other_group.path)


def test_the_nearest_declaration_wins(cast: Cast) -> None:
    declare(cast)
    declare(cast, "school", day=TUESDAY, is_open=True, reason="考试")
    switch = school_day(TUESDAY)
    assert switch.at(cast.named_group.path)
    assert not switch.at(cast.tiny_group.path)


def test_a_saturday_can_be_made_a_school_day_and_taken_back(cast: Cast) -> None:
    declare(cast, day=SATURDAY, is_open=True, reason="补课")
    assert school_day(SATURDAY).at(cast.school.path)
    actions.clear_day(unit_id=cast.county.id, day=SATURDAY, by=cast.actor("county_officer"), at=AT)
    assert not school_day(SATURDAY).at(cast.school.path)
    with pytest.raises(NotFound):
        actions.clear_day(
            unit_id=cast.county.id, day=SATURDAY, by=cast.actor("county_officer"), at=AT
        )


@pytest.mark.parametrize(
    ("place", "who", "changed", "refusal"),
    [
        ("county", "county_officer", {"day": DAY - timedelta(days=1)}, Invalid),
        ("county", "county_officer", {"day": DAY + timedelta(days=500)}, Invalid),
        ("county", "county_officer", {"reason": " "}, Invalid),
        ("school", "head", {}, Forbidden),
        ("county", "head", {}, NotFound),
        ("county", "outsider", {}, NotFound),
        ("city", "county_officer", {}, NotFound),
    ],
)
def test_days_over_and_units_of_others_are_not_declared(
    cast: Cast, place: str, who: str, changed: dict[str, object], refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        declare(cast, place, who, **changed)  # type: ignore[arg-type]
    assert not DayException.objects.exists()


def test_who_follows_the_calendar_is_told(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[object, ...]] = []

    @contextmanager
    def listener(**change: object) -> Iterator[None]:
        told.append((DayException.objects.count(), change["first"], change["last"]))
        yield
        told.append((DayException.objects.count(), change["path"], change["reason"]))

    monkeypatch.setattr(registry, "_calendar_listeners", [listener])
    declare(cast)
    assert told == [(0, TUESDAY, TUESDAY), (1, cast.county.path, "大雪")]


def test_the_month_says_who_declared_a_day_and_who_differs(cast: Cast) -> None:
    declare(cast)
    declare(cast, "tiny_school", is_open=True, reason="考试")
    days = month(unit=cast.county.version, first=DAY, last=SATURDAY, today=DAY)
    assert [one.is_open for one in days] == [True, False, True, True, True, False]
    assert days[1].declared_here
    assert days[1].differing_below == 1
    school = month(unit=cast.school.version, first=TUESDAY, last=TUESDAY, today=DAY)[0]
    assert (school.is_open, school.declared_here, school.reason) == (False, False, "大雪")
    assert school.declared_by is not None
    assert school.declared_by.unit_id == cast.county.id


@pytest.mark.usefixtures("at_eight")
def test_the_officer_declares_on_the_page(client: Client, cast: Cast) -> None:
    client.force_login(cast.users["county_officer"])
    assert client.get("/calendar/").headers["Location"] == "/calendar/510104/"
    address = f"/calendar/510104/?month=2026-11&day={TUESDAY}"
    assert client.get(address).status_code == 200
    assert client.post(address, {"state": "closed", "reason": ""}).status_code == 422
    wish = {"state": "closed", "reason": "大雪"}
    look = client.post(address, wish | {"look": "1"})
    assert look.status_code == 200
    assert look.context["preview"].days == (TUESDAY,)
    assert not DayException.objects.exists()
    assert client.post(address, wish | {"confirm": "1"}).status_code == 302
    assert "大雪" in client.get(address).content.decode()
    assert client.post(address, {"clear": "1"}).status_code == 302
    past = f"/calendar/510104/?day={DAY - timedelta(days=1)}"
    assert client.post(past, wish | {"confirm": "1"}).status_code == 422


@pytest.mark.usefixtures("at_eight")
def test_a_school_reads_its_calendar_and_cannot_change_it(client: Client, cast: Cast) -> None:
    client.force_login(cast.users["teacher"])
    address = f"/calendar/{cast.named_group.code}/?day={TUESDAY}"
    assert client.get(address).status_code == 200
    assert client.post(address, {"state": "closed", "reason": "大雪"}).status_code == 403
    assert client.get("/calendar/510104/").status_code == 404
    assert client.get("/calendar/510104/?month=nonsense&day=nonsense").status_code == 404


@pytest.mark.usefixtures("at_eight")
@pytest.mark.parametrize("query", ["month=2026-13", "month=x", "day=2026-02-30", "month=0001-01"])
def test_a_damaged_address_shows_the_present_month(client: Client, cast: Cast, query: str) -> None:
    client.force_login(cast.users["county_officer"])
    assert client.get(f"/calendar/510104/?{query}").status_code == 200
