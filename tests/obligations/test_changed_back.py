"""Whatever is changed and changed back, all stands as before."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fangxian.foundation.obligations.actions import (
    materialise_day,
)
from fangxian.foundation.obligations.kinds import all_kinds
from fangxian.foundation.obligations.models import Obligation, ObligationDay
from fangxian.foundation.obligations.queries import standing
from fangxian.foundation.schooldays import actions as calendar
from fangxian.foundation.schooldays.models import (
    DayException,
    StaggeredReturn,
    Suspension,
    Term,
)
from fangxian.foundation.schooldays.rules import Season
from fangxian.foundation.situations import actions as situations
from fangxian.foundation.situations.models import ResponseLevel
from fangxian.foundation.units.models import UnitVersion
from tests.cast import AT, DAY, SYSTEM, Cast
from tests.obligations.changes import (
    ONE_DAY,
    REASON,
    TOMORROW,
    tell,
)

Undo = Callable[[], object]
AUTUMN: dict[str, Any] = {"school_year": 2026, "season": Season.AUTUMN}


@dataclass(frozen=True)
class Officer:
    """The province's officer, who changes things at random places; each has its way back."""

    cast: Cast
    chance: random.Random

    @property
    def acting(self) -> dict[str, Any]:
        return {"by": self.cast.actor("province_officer"), "at": AT}

    def where(self) -> int:
        cast = self.cast
        places = [cast.province, cast.city, cast.county, cast.school, cast.tiny_school]
        return self.chance.choice(places).id

    def day(self) -> date:
        return DAY + self.chance.randint(0, 1) * ONE_DAY

    def suspended(self) -> Undo:
        made = calendar.suspend(
            unit_id=self.where(),
            first_day=self.day(),
            last_day=None,
            reason=REASON,
            document="",
            **self.acting,
        )
        return lambda: calendar.resume(
            suspension_id=made.pk, from_day=made.first_day, reason="误", **self.acting
        )

    def declared(self) -> Undo:
        at: dict[str, Any] = {"unit_id": self.where(), "day": self.day(), **self.acting}
        calendar.declare_day(is_open=self.chance.random() < 0.3, reason="雪", **at)
        return lambda: calendar.clear_day(**at)

    def term(self) -> Undo:
        at: dict[str, Any] = {"unit_id": self.where(), **AUTUMN, **self.acting}
        first = DAY + self.chance.randint(-5, 5) * ONE_DAY
        last = first + 60 * ONE_DAY
        calendar.set_term(first_day=first, last_day=last, document="校历", **at)
        return lambda: calendar.clear_term(**at)

    def staggered(self) -> Undo:
        at: dict[str, Any] = {"unit_id": self.where(), **AUTUMN, **self.acting}
        some, others = self.chance.randint(-2, 3), self.chance.randint(0, 3)
        starts = {8: DAY + some * ONE_DAY, None: DAY + others * ONE_DAY}
        calendar.set_return(starts=starts, document="错峰", **at)
        return lambda: calendar.clear_return(**at)

    def level(self) -> Undo:
        unit_id = self.chance.choice([self.cast.county, self.cast.city]).id
        situations.set_level(
            unit_id=unit_id,
            level=1,
            valid_from=self.day(),
            home_checks=True,
            noon_checks=True,
            document="令",
            **self.acting,
        )
        return lambda: situations.end_level(unit_id=unit_id, from_day=DAY, **self.acting)

    def change(self, name: str) -> Undo:
        undo: Undo = getattr(self, name)()
        return undo


def everything(cast: Cast, at: datetime) -> dict[tuple[str, str, date], object]:
    """Where everybody stands, with every kind, today and tomorrow."""
    places = [cast.province, cast.county, cast.school]
    return {
        (one.code, kind.code, day): standing(
            unit=one.version, kind=kind.code, day=day, at=at
        ).counts
        for one in places
        for kind in all_kinds()
        for day in (DAY, TOMORROW)
    }


@given(seed=st.integers(0, 10_000), names=st.lists(
    st.sampled_from(["suspended", "declared", "term", "staggered", "level"]),
    min_size=1, max_size=4, unique=True))  # fmt: skip
@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_changed_and_changed_back_all_stands_as_before(
    cast: Cast, seed: int, names: list[str]
) -> None:
    _reset(cast)
    chance = random.Random(seed)
    for place in (cast.named_group, cast.plain_group, cast.tiny_group, cast.other_group):
        if chance.random() < 0.4:
            tell(place)
    materialise_day(day=TOMORROW, at=AT, by=SYSTEM)
    before = everything(cast, AT)
    told = set(Obligation.objects.filter(told_at__isnull=False).values_list("unit_id", "kind"))
    officer = Officer(cast, chance)
    undo = [officer.change(name) for name in names]
    _lists_follow(cast)
    frozen = {key: getattr(count, "expected", 0) for key, count in everything(cast, AT).items()}
    for (code, kind, day), count in before.items():
        if day == DAY:
            assert frozen[code, kind, day] >= count.expected  # type: ignore[attr-defined]
    chance.shuffle(undo)
    for back in undo:
        back()
    assert everything(cast, AT) == before
    assert told == set(
        Obligation.objects.filter(told_at__isnull=False).values_list("unit_id", "kind")
    )


def _lists_follow(cast: Cast) -> None:
    """Tomorrow's list is what the calendar says; nobody is silent today where nothing is due."""
    for kind in all_kinds():
        due = kind.runs(TOMORROW)
        listed = Obligation.objects.of(kind.code, TOMORROW)
        for one in listed:
            version = UnitVersion.objects.as_of(TOMORROW).get(unit_id=one.unit_id)
            assert due.at(version.path, version.grade), (kind.code, version.code)
        today = kind.runs(DAY)
        for one in Obligation.objects.of(kind.code, DAY).silent():
            version = UnitVersion.objects.as_of(DAY).get(unit_id=one.unit_id)
            assert today.at(version.path, version.grade), (kind.code, version.code)


def _reset(cast: Cast) -> None:
    """The morning as it began: hypothesis tries many changes within one test."""
    for model in (DayException, Term, Suspension, StaggeredReturn, ResponseLevel):
        model.objects.all().delete()
    Obligation.objects.all().delete()
    ObligationDay.objects.all().delete()
    UnitVersion.objects.filter(unit_id=cast.named_group.id).update(grade=8)
    UnitVersion.objects.filter(unit_id=cast.plain_group.id).update(grade=9)
    materialise_day(day=DAY, at=AT - ONE_DAY, by=SYSTEM)
