"""The real divisions: their number, their codes of each day, and what the source lists say."""

import csv
import os
from datetime import date
from pathlib import Path

import pytest

from fangxian.foundation.units import actions, divisions, queries
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel.errors import Invalid, NotFound
from tests.units.conftest import AT, EVERYWHERE, TODAY

SHARED = Path(os.environ.get("FANGXIAN_TEST_DATA", Path(__file__).parents[3] / "shared/data"))
HOME_DAY = date(2020, 2, 3)


def codes(day: date, level: str) -> set[str]:
    return {d.code for d in divisions.divisions_as_of(day) if d.level == level}


@pytest.mark.parametrize(
    "day, xinjin, huili",
    [
        (HOME_DAY, "510132", "513425"),
        (date(2020, 6, 17), "510132", "513425"),
        (date(2020, 6, 18), "510118", "513425"),
        (date(2021, 1, 1), "510118", "513402"),
        (TODAY, "510118", "513402"),
    ],
)
def test_every_day_has_183_counties_with_that_days_codes(
    day: date, xinjin: str, huili: str
) -> None:
    counties = codes(day, "county")
    assert (len(counties), len(codes(day, "city")), len(codes(day, "province"))) == (183, 21, 1)
    assert {xinjin, huili} <= counties
    assert len(counties & {"510132", "510118", "513425", "513402"}) == 2


def test_no_claim_is_made_about_days_before_the_oldest_list() -> None:
    assert divisions.divisions_as_of(date(2019, 10, 30)) == ()


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"the collected lists are not at {SHARED}")
@pytest.mark.parametrize(
    "file, day",
    [("china_divisions_2019_nbs.csv", HOME_DAY), ("sichuan_divisions_2023.csv", TODAY)],
)
def test_the_package_data_agrees_with_the_collected_lists(file: str, day: date) -> None:
    with (SHARED / "admin_divisions" / file).open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["code"].startswith("51")]
    # The statistical rows and the zones without a GB/T code are left out on purpose.
    listed = {
        (row["code"], row["name_zh"], row["name_pinyin"].lower())
        for row in rows
        if row["name_zh"] != "市辖区" and row["code"][4:] not in {"71"}
    }
    ours = {(d.code, d.name_zh, d.pinyin) for d in divisions.divisions_as_of(day)}
    assert ours == listed


def test_the_english_names_are_those_of_places() -> None:
    named = {d.name_zh: d.name_en for d in divisions.divisions_as_of(TODAY)}
    assert named["新津区"] == "Xinjin District"
    assert named["大安区"] == "Da'an District"
    assert named["北川羌族自治县"] == "Beichuan Qiang Autonomous County"
    assert named["阿坝藏族羌族自治州"] == "Aba Tibetan and Qiang Autonomous Prefecture"


@pytest.mark.django_db
def test_loading_twice_enters_nothing_twice() -> None:
    assert actions.load_divisions(by=EVERYWHERE, at=AT) == 205
    assert actions.load_divisions(by=EVERYWHERE, at=AT) == 0
    for day in (HOME_DAY, TODAY):
        tree = UnitVersion.objects.as_of(day)
        assert tree.filter(kind="county").count() == 183
        assert tree.count() == 205


@pytest.mark.usefixtures("divisions")
def test_a_code_of_another_day_names_the_right_one() -> None:
    assert queries.resolve("510118", TODAY, by=EVERYWHERE).name_zh == "新津区"
    assert queries.resolve("510132", HOME_DAY, by=EVERYWHERE).name_zh == "新津县"
    for code, day, right in (("510118", HOME_DAY, "510132"), ("510132", TODAY, "510118")):
        with pytest.raises(NotFound) as refused:
            queries.resolve(code, day, by=EVERYWHERE)
        assert refused.value.extra["right_code"] == right
    with pytest.raises(Invalid) as early:
        queries.resolve("510104", date(2019, 1, 1), by=EVERYWHERE)
    assert "day" in early.value.fields
    with pytest.raises(NotFound):
        queries.resolve("999999", TODAY, by=EVERYWHERE)


@pytest.mark.usefixtures("divisions")
def test_the_eras_of_a_county(school: UnitVersion) -> None:
    assert [
        (era.code, era.name_zh, era.above_zh, era.valid_from)
        for era in queries.history(school.reports_to_id or 0)
    ] == [
        ("510118", "新津区", "成都市", date(2020, 6, 18)),
        ("510132", "新津县", "成都市", date(2019, 10, 31)),
    ]
    # The school itself stayed as it was, but what it reports to was called otherwise.
    assert [era.above_zh for era in queries.history(school.unit_id)] == ["新津区", "新津县"]
