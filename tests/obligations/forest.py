"""A small random province, with a random morning: for laws that hold whatever happens."""

import random
from dataclasses import dataclass
from datetime import timedelta

from fangxian.foundation.obligations.actions import answer, excuse, materialise
from fangxian.foundation.obligations.kinds import kind_by_code
from fangxian.foundation.obligations.rules import ObligationPermission
from fangxian.foundation.units.models import UnitKind
from fangxian.kernel.access import system
from tests.cast import AT, DAY, Place, group, unit

BY = system("tests", list(ObligationPermission))
MORNING = "check.morning"


@dataclass(frozen=True)
class Forest:
    """Every unit of the province, and the groups among them."""

    places: tuple[Place, ...]
    groups: tuple[Place, ...]


def grow(seed: int) -> Forest:
    """A province with cities, counties, a zone, and schools at every level."""
    chance = random.Random(seed)
    places: list[Place] = []

    def add(kind: UnitKind, above: Place | None) -> Place:
        made = unit(f"U{len(places):04}", kind, f"单位{len(places)}", above)
        places.append(made)
        return made

    province = add(UnitKind.PROVINCE, None)
    bureaus = [province]
    for _city in range(2):
        city = add(UnitKind.CITY, province)
        zone = add(UnitKind.ZONE, city)
        bureaus += [city, zone, *(add(UnitKind.COUNTY, city) for _ in range(2))]
    owners: list[Place] = []
    for bureau in bureaus:
        for _school in range(chance.randint(0, 2)):
            owners.append(add(UnitKind.CENTRE_SCHOOL, bureau))
            if chance.random() < 0.4:
                owners.append(add(UnitKind.TEACHING_POINT, owners[-1]))
    groups = tuple(
        group(f"G{number:04}", f"{number}班", owner, chance.choice([None, 0, 12, 45]))
        for number, owner in enumerate(
            owner for owner in owners for _ in range(chance.randint(0, 3))
        )
    )
    return Forest((*places, *groups), groups)


def morning(forest: Forest, seed: int) -> None:
    """Some answer in time, some late, some are excused, some stay silent."""
    chance = random.Random(seed)
    kind = kind_by_code(MORNING)
    materialise(kind=kind, day=DAY, at=AT - timedelta(days=1), by=BY)
    for one in forest.groups:
        fate = chance.choice(["on time", "late", "excused", "silent", "told early, came late"])
        due = kind.due_at(DAY)
        told = due + timedelta(minutes=30 if fate == "late" else -30)
        if fate in ("on time", "late", "told early, came late"):
            answer(
                kind=MORNING,
                unit_id=one.id,
                day=DAY,
                told_at=told,
                at=due + timedelta(hours=1),
                by=BY,
                accounted=chance.choice([None, 0, 7]),
                channel="phone",
            )
        elif fate == "excused":
            excuse(kind=MORNING, unit_id=one.id, day=DAY, reason="停课", by=BY, at=AT)
