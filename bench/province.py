"""The seeded province as the benchmark uses it: days, groups, teachers' tokens, their checks."""

from __future__ import annotations

import json
import random
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import psycopg

from bench.generator import Request

MORNING = "check.morning"
NOON = "check.noon"
REPORT = "daily_report"
SYMPTOMS = ("fever", "cough", "sore_throat", "headache", "vomiting", "diarrhoea", "rash")
# One group in five has somebody to name: a guess of an ordinary winter morning.
SHARE_WITH_ABSENCES = 0.2
UNKNOWN_ROLL = 40

GROUPS = """
SELECT o.unit_id, v.code, o.roll, o.bureau_id, o.school_id, o.path
FROM obligation o JOIN units_unitversion v
  ON v.unit_id = o.unit_id AND v.valid_from <= o.day AND v.valid_to > o.day
WHERE o.day = %s AND o.kind = %s AND o.told_at IS NULL AND o.cancelled_at IS NULL"""


@dataclass(frozen=True, slots=True)
class Owing:
    """A unit that owes an answer on a day."""

    unit_id: int
    code: str
    roll: int | None
    bureau_id: int
    school_id: int
    path: str


def open_day(day: date, at: datetime, kinds: Collection[str]) -> dict[str, int]:
    """Make a day a school day everywhere and its obligations; how many, by kind."""
    from fangxian.foundation.obligations.actions import materialise
    from fangxian.foundation.obligations.kinds import kind_by_code
    from fangxian.foundation.obligations.models import ObligationDay
    from fangxian.foundation.schooldays.models import DayException
    from fangxian.foundation.situations.models import ResponseLevel
    from fangxian.foundation.units.models import OPEN_END, Unit, UnitKind
    from fangxian.kernel.access import system

    for root in Unit.objects.filter(kind=UnitKind.PROVINCE):
        if NOON in kinds:
            ResponseLevel.objects.update_or_create(
                unit=root,
                valid_to=OPEN_END,
                defaults={"level": 1, "noon_checks": True},
                create_defaults={"level": 1, "noon_checks": True, "valid_from": day},
            )
        DayException.objects.update_or_create(
            unit=root, day=day, defaults={"is_open": True, "reason": "benchmark"}
        )
    # A list that was made without anybody on it would stay so: it is frozen.
    ObligationDay.objects.filter(day=day, kind__in=kinds, expected=0).delete()
    by = system("bench", [])
    return {code: materialise(kind=kind_by_code(code), day=day, at=at, by=by) for code in kinds}


def silent(connection: psycopg.Connection[Any], day: date, kind: str) -> list[Owing]:
    """Who has not answered, in a random order that is the same each time."""
    found = [Owing(*row) for row in connection.execute(GROUPS, (day, kind))]
    random.Random(1).shuffle(found)
    return found


def body(owing: Owing, day: date, chance: random.Random) -> str:
    """What the group's teacher says this morning, as JSON."""
    return json.dumps(item(owing, day, chance), ensure_ascii=False, separators=(",", ":"))


def item(
    owing: Owing, day: date, chance: random.Random, session: str = "morning"
) -> dict[str, object]:
    """A check: mostly everyone is here; in one group of five one to three people are not."""
    enrolled = UNKNOWN_ROLL if owing.roll is None else owing.roll
    absent = chance.randint(1, 3) if chance.random() < SHARE_WITH_ABSENCES else 0
    lines = [_absence(chance) for _line in range(min(absent, enrolled))]
    return {
        "unit": owing.code,
        "day": day.isoformat(),
        "session": session,
        "enrolled": enrolled,
        "present": enrolled - len(lines),
        "not_known": 0,
        "absences": lines,
        "symptomatic_present": [],
    }


def _absence(chance: random.Random) -> dict[str, object]:
    if chance.random() < 0.4:
        return {"reason": "leave"}
    symptoms = chance.sample(SYMPTOMS, chance.randint(1, 2))
    measured = round(chance.uniform(36.5, 39.5), 1) if chance.random() < 0.7 else None
    return {"reason": "ill", "symptoms": symptoms, "temperature": measured}


def checks(
    owing: Iterable[Owing], bearers: Iterable[str], day: date, path: str = "/api/v1/checks"
) -> Iterator[Request]:
    """One request for each group, each with its own token."""
    chance = random.Random(2)
    for group, bearer in zip(owing, bearers, strict=True):
        yield Request("POST", path, bearer, body(group, day, chance))


def batches(
    owing: Sequence[Owing], bearers: Mapping[int, str], day: date, size: int
) -> Iterator[Request]:
    """Batches of groups of one bureau, each with the bureau's token; what is left over is not
    sent. They come in a random order."""
    chance = random.Random(3)
    waiting: dict[int, list[Owing]] = {}
    for group in owing:
        gathered = waiting.setdefault(group.bureau_id, [])
        gathered.append(group)
        if len(gathered) == size:
            items = [item(one, day, chance, "noon") for one in gathered]
            text = json.dumps({"items": items}, ensure_ascii=False, separators=(",", ":"))
            yield Request("POST", "/api/v1/checks/batch", bearers[group.bureau_id], text)
            gathered.clear()
