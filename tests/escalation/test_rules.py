"""Times and levels as tables: when a rung is told, what is folded, who is county to whom."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fangxian.foundation.escalation.rules import (
    Bureau,
    Level,
    after_quiet,
    due_rungs,
    folded,
    may_begin,
    moment,
    steps,
)
from fangxian.kernel.clock import SHANGHAI
from fangxian.norms import Ladder, Quiet, Rung

NIGHT = Quiet(time(22), time(6, 30))
REST = Quiet(time(12), time(14))
NEVER = Quiet(time(0), time(0))
RUNGS = (
    Rung("soon", -30, "answerer"),
    Rung("due", 0, "answerer"),
    Rung("reporter", 10, "school_reporter"),
    Rung("head", 45, "head"),
)
LADDER = Ladder("check.morning", False, RUNGS)
URGENT = Ladder("check.morning", True, RUNGS)
DUE = datetime(2026, 11, 23, 10, 0, tzinfo=SHANGHAI)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}:00+08:00")


@pytest.mark.parametrize(
    ("wanted", "quiet", "told"),
    [
        ("23T21:59", NIGHT, "23T21:59"),
        ("23T22:00", NIGHT, "24T06:30"),
        ("23T23:59", NIGHT, "24T06:30"),
        ("24T00:00", NIGHT, "24T06:30"),
        ("24T06:29", NIGHT, "24T06:30"),
        ("24T06:30", NIGHT, "24T06:30"),
        ("23T12:00", REST, "23T14:00"),
        ("23T14:00", REST, "23T14:00"),
        ("23T11:59", REST, "23T11:59"),
        ("23T23:00", NEVER, "23T23:00"),
    ],
)
def test_what_can_wait_waits_for_the_end_of_the_quiet_hours(
    wanted: str, quiet: Quiet, told: str
) -> None:
    assert after_quiet(at(wanted), quiet) == at(told)


def test_an_urgent_kind_knows_no_quiet_hours() -> None:
    late = at("23T21:30")
    assert moment(RUNGS[3], URGENT, NIGHT, late) == at("23T22:15")
    assert moment(RUNGS[3], LADDER, NIGHT, late) == at("24T06:30")


@pytest.mark.parametrize(
    ("now", "codes"),
    [
        ("23T09:29", []),
        ("23T09:30", ["soon"]),
        ("23T10:00", ["soon", "due"]),
        ("23T10:10", ["soon", "due", "reporter"]),
        ("24T09:29", ["soon", "due", "reporter", "head"]),
        ("24T09:30", ["due", "reporter", "head"]),  # a day later it is not told any more
        ("24T10:45", []),
    ],
)
def test_which_rungs_are_due(now: str, codes: list[str]) -> None:
    assert [rung.code for rung in due_rungs(LADDER, NIGHT, DUE, at(now))] == codes


@given(st.integers(-24 * 60, 48 * 60), st.booleans())
def test_a_rung_is_due_for_a_day_and_no_longer(minutes: int, urgent: bool) -> None:
    ladder = URGENT if urgent else LADDER
    now = DUE + timedelta(minutes=minutes)
    due = due_rungs(ladder, NIGHT, DUE, now)
    for rung in ladder.rungs:
        told = moment(rung, ladder, NIGHT, DUE)
        assert (rung in due) == (told <= now < told + timedelta(hours=24))


def test_each_level_is_told_once_by_its_last_rung() -> None:
    found = folded(RUNGS)
    assert [(fold.level, fold.voice.code) for fold in found] == [
        (Level.ANSWERER, "due"),
        (Level.SCHOOL_REPORTER, "reporter"),
        (Level.HEAD, "head"),
    ]
    assert [rung.code for rung in found[0].overtaken] == ["soon"]


@given(st.lists(st.sampled_from(RUNGS), unique=True))
def test_folding_loses_no_rung_and_adds_none(rungs: list[Rung]) -> None:
    found = folded(rungs)
    assert sorted(r.code for f in found for r in (f.voice, *f.overtaken)) == sorted(
        rung.code for rung in rungs
    )
    assert len({fold.level for fold in found}) == len(found)


def test_who_is_county_city_and_province_to_whom() -> None:
    bureaus = [
        Bureau(1, "province", "1/"),
        Bureau(2, "city", "1/2/"),
        Bureau(3, "county", "1/2/3/"),
        Bureau(4, "zone", "1/2/4/"),
    ]
    found = {(step.bureau_id, step.level.value): step.unit_id for step in steps(bureaus)}
    assert found == {
        (1, "county"): 1,
        (1, "city"): 1,
        (1, "province"): 1,
        (2, "county"): 2,
        (2, "city"): 2,
        (2, "province"): 1,
        (3, "county"): 3,
        (3, "city"): 2,
        (3, "province"): 1,
        (4, "county"): 4,
        (4, "city"): 2,
        (4, "province"): 1,
    }


def test_a_county_alone_has_nobody_above() -> None:
    found = steps([Bureau(3, "county", "3/")])
    assert [(step.level, step.unit_id) for step in found] == [(Level.COUNTY, 3)]


@pytest.mark.parametrize(
    ("first", "last", "fault"),
    [
        ("2026-11-23", "2026-11-23", ""),
        ("2026-11-20", "2026-11-23", ""),
        ("2026-11-24", "2026-11-23", "backwards"),
        ("2026-11-20", "2026-11-22", "past"),
        ("2026-11-23", "2027-02-22", ""),
        ("2026-11-23", "2027-02-23", "long"),
    ],
)
def test_the_days_of_a_substitute(first: str, last: str, fault: str) -> None:
    days = date.fromisoformat(first), date.fromisoformat(last)
    assert may_begin(*days, today=date(2026, 11, 23)) == fault
