"""Stories of the response level: stricter below, never laxer."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError
from django.test import Client

from fangxian.foundation.situations import actions
from fangxian.foundation.situations.models import ResponseLevel
from fangxian.foundation.situations.queries import home_checks, in_force, noon_checks
from fangxian.kernel.errors import DomainError, Forbidden, Invalid, NotFound
from tests.cast import AT, DAY, Cast

TOMORROW = DAY + timedelta(days=1)
WEEK = DAY + timedelta(days=7)


def set_level(
    cast: Cast,
    place: str = "county",
    who: str = "county_officer",
    level: int = 2,
    day: date = TOMORROW,
    home: bool = True,
    noon: bool = False,
    document: str = "防控〔2026〕1号",
) -> ResponseLevel:
    return actions.set_level(
        unit_id=getattr(cast, place).id,
        level=level,
        valid_from=day,
        home_checks=home,
        noon_checks=noon,
        document=document,
        by=cast.actor(who),
        at=AT,
    )


def level_at(cast: Cast, place: str, day: date) -> int | None:
    found = in_force(unit=getattr(cast, place).version, day=day)
    return found.level.level if found else None


def test_a_level_holds_below_from_its_day(cast: Cast) -> None:
    set_level(cast)
    assert level_at(cast, "named_group", TOMORROW) == 2
    assert level_at(cast, "named_group", DAY) is None
    assert level_at(cast, "other_group", TOMORROW) is None
    assert home_checks(TOMORROW).at(cast.named_group.path)
    assert not home_checks(DAY).at(cast.named_group.path)
    assert not noon_checks(TOMORROW).at(cast.named_group.path)


def test_the_next_level_follows_the_last_without_a_gap(cast: Cast) -> None:
    set_level(cast, level=1)
    set_level(cast, level=3, day=WEEK, home=False)
    assert [level_at(cast, "county", day) for day in (WEEK - timedelta(days=1), WEEK)] == [1, 3]
    assert not home_checks(WEEK).at(cast.county.path)
    set_level(cast, level=2, day=TOMORROW)  # takes the place of both
    assert ResponseLevel.objects.count() == 1


def test_below_may_be_stricter(cast: Cast) -> None:
    set_level(cast, "city", "city_officer", level=3)
    set_level(cast, level=2, noon=True)
    assert level_at(cast, "school", TOMORROW) == 2
    assert level_at(cast, "other_school", TOMORROW) == 3
    assert noon_checks(TOMORROW).at(cast.school.path)


@pytest.mark.parametrize(
    ("laxer", "field"),
    [({"level": 3}, "level"), ({"home": False}, "home_checks"), ({"noon": False}, "noon_checks")],
)
def test_below_is_never_laxer(cast: Cast, laxer: dict[str, object], field: str) -> None:
    set_level(cast, "city", "city_officer", level=2, noon=True)
    with pytest.raises(Invalid) as refusal:
        set_level(cast, **({"level": 2, "noon": True} | laxer))  # type: ignore[arg-type]
    assert list(refusal.value.fields) == [field]
    assert "防控" in refusal.value.fields[field][0]


def test_what_was_laxer_before_is_overruled_from_above(cast: Cast) -> None:
    set_level(cast, level=4, home=False)
    set_level(cast, "city", "city_officer", level=1, home=True)
    assert level_at(cast, "school", TOMORROW) == 1
    assert home_checks(TOMORROW).at(cast.school.path)


def test_ending_leaves_what_holds_above(cast: Cast) -> None:
    set_level(cast, "city", "city_officer", level=3, home=False)
    set_level(cast, level=1)
    by = cast.actor("county_officer")
    actions.end_level(unit_id=cast.county.id, from_day=WEEK, by=by, at=AT)
    assert level_at(cast, "school", WEEK) == 3
    assert not home_checks(WEEK).at(cast.school.path)
    with pytest.raises(NotFound):
        actions.end_level(unit_id=cast.county.id, from_day=WEEK, by=by, at=AT)


@pytest.mark.parametrize(
    ("place", "who", "changed", "refusal"),
    [
        ("county", "county_officer", {"day": DAY - timedelta(days=1)}, Invalid),
        ("county", "county_officer", {"level": 5}, Invalid),
        ("county", "county_officer", {"document": ""}, Invalid),
        ("county", "inspector", {}, Forbidden),
        ("county", "outsider", {}, NotFound),
        ("school", "county_officer", {}, NotFound),  # levels are set for a territory
    ],
)
def test_a_level_needs_an_office_a_document_and_a_day_not_over(
    cast: Cast, place: str, who: str, changed: dict[str, object], refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        set_level(cast, place, who, **changed)  # type: ignore[arg-type]


def test_the_database_refuses_two_levels_on_one_day(cast: Cast) -> None:
    set_level(cast)
    with pytest.raises(IntegrityError):
        ResponseLevel.objects.create(
            unit_id=cast.county.id, level=1, valid_from=WEEK, valid_to=WEEK + timedelta(days=1)
        )


@pytest.mark.usefixtures("at_eight")
def test_the_officer_sets_and_ends_a_level_on_the_page(client: Client, cast: Cast) -> None:
    client.force_login(cast.users["county_officer"])
    address = "/response/510104/"
    told = {
        "set": "1",
        "level": "2",
        "valid_from": str(TOMORROW),
        "home_checks": "on",
        "document": "防控〔2026〕1号",
    }
    assert client.get(address).status_code == 200
    assert client.post(address, told | {"valid_from": "2026-11-22"}).status_code == 422
    look = {name: value for name, value in told.items() if name != "set"} | {"look": "1"}
    assert [one.kind.code for one in client.post(address, look).context["look"]] == [
        "check.home",
        "daily_report",
    ]
    assert not ResponseLevel.objects.exists()
    assert client.post(address, told).status_code == 302
    assert "防控〔2026〕1号" in client.get(address).content.decode()
    assert client.post(address, {"end": "1", "end-valid_from": "2026-11-22"}).status_code == 422
    assert client.post(address, {"end": "1", "end-valid_from": str(TOMORROW)}).status_code == 302


@pytest.mark.usefixtures("at_eight")
def test_a_school_reads_the_level_and_cannot_set_it(client: Client, cast: Cast) -> None:
    client.force_login(cast.users["head"])
    address = f"/response/{cast.school.code}/"
    assert client.get(address).status_code == 200
    told = {"set": "1", "level": "2", "valid_from": str(TOMORROW), "document": "x"}
    assert client.post(address, told).status_code in (403, 404, 422)
    assert not ResponseLevel.objects.exists()
