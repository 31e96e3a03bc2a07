"""The script of the morning, without a database."""

from __future__ import annotations

import numpy as np
import pytest

from fangxian.console.demo import script
from fangxian.console.demo.people import person_name
from fangxian.console.demo.script import Call, Groups, Stories, clock_time
from fangxian.console.demo.telling import Teller
from fangxian.watch.checks import rules
from fangxian.watch.checks.rules import Session

SCHOOL_OF = 20


def groups(many: int = 20_000) -> Groups:
    """Groups of 1 to 60 people, twenty a school; one in fifty with an unknown roll."""
    unit = np.arange(50_000, 50_000 + many)
    roll = np.where(unit % 50 == 0, -1, unit * 7 % 60 + 1)
    return Groups(unit, unit // SCHOOL_OF, roll)


def test_most_tell_around_eight_some_late_some_never() -> None:
    told = script.told(groups(), Stories())
    silent = np.isnan(told)
    around_eight = (told >= clock_time(7, 50)) & (told < clock_time(8, 20))
    assert 0.02 <= silent.mean() <= 0.035
    assert 0.01 <= (told > script.DUE).mean() <= 0.03
    assert around_eight.mean() > 0.6
    assert np.nanmin(told) >= script.FIRST


def test_what_a_group_says_depends_on_the_group_alone() -> None:
    everyone, some = groups(), np.arange(0, 20_000, 137)
    few = Groups(everyone.unit[some], everyone.school[some], everyone.roll[some])
    assert np.array_equal(
        script.told(everyone, Stories())[some], script.told(few, Stories()), equal_nan=True
    )
    all_say = contents(everyone, at_home=False)
    assert contents(few, at_home=False) == [all_say[place] for place in some]


def contents(of: Groups, *, at_home: bool, stories: Stories | None = None) -> list[rules.Content]:
    told = stories or Stories()
    session = Session.HOME if at_home else Session.MORNING
    counts = script.counts(of, told, at_home=at_home)
    return Teller(of, counts, told, {}, session).contents(np.arange(len(of)))


@pytest.mark.parametrize("at_home", [False, True])
def test_every_check_adds_up(at_home: bool) -> None:
    assert not [c for c in contents(groups(), at_home=at_home) if rules.problems(c)]


def test_two_to_four_percent_are_ill() -> None:
    counts = script.counts(groups(), Stories(), at_home=False)
    assert 0.018 <= counts.ill.sum() / counts.enrolled.sum() <= 0.035


def test_temperatures_fit_the_symptoms_and_are_often_not_measured() -> None:
    lines = [line for c in contents(groups(5_000), at_home=False) for line in c.absences]
    ill = [line for line in lines if line.reason == "ill"]
    measured = [line for line in ill if line.temperature is not None]
    assert 0.3 < len(measured) / len(ill) < 0.7
    assert all(line.has_fever == ("fever" in line.symptoms) for line in measured)


def test_the_stories_are_told() -> None:
    of = groups(200)
    unit = [int(u) for u in of.unit]
    big = next(u for u, roll in zip(unit, of.roll, strict=True) if roll > 40)
    school = {u: int(s) for u, s in zip(unit, of.school, strict=True)}
    others = sorted(set(school.values()) - {school[big]})
    call = Call(clock_time(8, 6), clock_time(10, 12), "示例")
    rings = next(u for u in unit if school[u] == others[3])
    stories = Stories(
        kept=frozenset({unit[-1]}), vomiting={big: (6, 1)}, calls={rings: call},
        zero=frozenset({others[0]}), mute=frozenset({others[1]}),
    )  # fmt: skip
    told = dict(zip(unit, script.told(of, stories), strict=True))
    said = dict(zip(unit, contents(of, at_home=False, stories=stories), strict=True))
    assert np.isnan(told[unit[-1]])
    assert all(np.isnan(told[u]) for u in unit if school[u] == others[1])
    assert not any(np.isnan(told[u]) for u in unit if school[u] == others[0])
    assert all(said[u].present == said[u].enrolled for u in unit if school[u] == others[0])
    assert [line.symptoms[0] for line in said[big].absences] == ["vomiting"] * 6
    assert len(said[big].symptomatic_present) == 1
    assert (told[rings], said[rings].on_behalf_of) == (call.told, "示例")
    assert dict(zip(unit, script.received(of, stories, script.told(of, stories)), strict=True))[
        rings
    ] == (call.received)


def test_schools_sign_late_in_the_morning_and_some_never() -> None:
    at = script.signed(np.arange(5_000), Stories(kept_schools=frozenset({7})))
    assert np.isnan(at[7])
    assert 0.01 < np.isnan(at).mean() < 0.05
    assert np.nanmin(at) >= clock_time(10, 15)
    assert np.nanmax(at) <= clock_time(12, 30)


def test_names_are_invented_and_differ_within_a_group() -> None:
    names = [person_name(number) for number in range(1_000, 1_200)]
    assert len(set(names)) == len(names)
    assert all(name[1] in "甲乙丙丁戊己庚辛壬癸" for name in names)
