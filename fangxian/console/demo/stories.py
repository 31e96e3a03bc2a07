"""What a morning of the demonstration is to show, set in the county of the account cards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import connection

from fangxian.console.demo.cast import Places
from fangxian.console.demo.chance import drawn
from fangxian.console.demo.script import Call, Stories, clock_time

#: the silent groups of the reporter's school beside the teacher's own
STILL_SILENT: Final = 2
CLASSES: Final = """
SELECT v.unit_id, v.school_id, v.reports_to_id, v.code, u.population, u.headcount, su.stage,
       su.boarding, r.kind, r.contact_name
FROM units_unitversion v
JOIN units_unit u ON u.id = v.unit_id
JOIN units_unit su ON su.id = v.school_id
JOIN units_unitversion r ON r.unit_id = v.reports_to_id
 AND r.valid_from <= %(day)s AND r.valid_to > %(day)s
WHERE v.bureau_id = %(county)s AND v.kind = 'group'
  AND v.valid_from <= %(day)s AND v.valid_to > %(day)s
ORDER BY v.code
"""


@dataclass(frozen=True)
class Class:
    """A group of the county, as far as the stories need it."""

    unit: int
    school: int
    home: int
    code: str
    population: str
    headcount: int | None
    stage: str
    boarding: bool
    home_kind: str
    contact: str

    @property
    def pupils(self) -> bool:
        return self.population == "students"


def tell(places: Places, day: date) -> Stories:
    """Choose who plays what; the same units every time."""
    with connection.cursor() as cursor:
        cursor.execute(CLASSES, {"county": places.county.unit_id, "day": day})
        classes = [Class(*row) for row in cursor.fetchall()]
    ours = places.school.unit_id
    taken = {ours}
    outbreak = _cluster(classes, taken)
    taken |= {found.school for found in classes if found.unit in outbreak}
    zero = _school(classes, taken, "kindergarten", 8)
    returned = _school(classes, taken, "primary", 14)
    mute = _school(classes, taken, "kindergarten", 5)
    return Stories(
        kept=_kept(classes, places),
        kept_schools=frozenset({ours}),
        no_silence=frozenset({ours, *returned}),
        vomiting=outbreak,
        calls=_calls(classes, taken),
        zero=zero,
        returned=returned,
        mute=mute,
    )


def _kept(classes: Sequence[Class], places: Places) -> frozenset[int]:
    """The teacher's group and two more of the school wait for the visitor."""
    others = [
        found.unit
        for found in classes
        if found.school == places.school.unit_id and found.unit != places.group.unit_id
    ]
    others.sort(key=lambda unit: drawn(unit, 901))
    return frozenset({places.group.unit_id, *others[:STILL_SILENT]})


def _cluster(classes: Sequence[Class], taken: set[int]) -> dict[int, tuple[int, int]]:
    """Six of a boarding class vomit, with three each in the next two classes: one dormitory."""
    boarders = [
        found
        for found in classes
        if found.pupils
        and found.boarding
        and found.school not in taken
        and found.stage != "kindergarten"
        and (found.headcount or 0) >= 35
    ]
    for place, found in enumerate(boarders[:-2]):
        mates = boarders[place + 1 : place + 3]
        if all(mate.school == found.school for mate in mates):
            return {found.unit: (6, 1), mates[0].unit: (3, 0), mates[1].unit: (3, 1)}
    return {}


def _school(classes: Sequence[Class], taken: set[int], stage: str, groups: int) -> frozenset[int]:
    """A school of the stage with about so many groups, not yet taken."""
    sizes: dict[int, int] = {}
    for found in classes:
        if found.stage == stage and found.school not in taken:
            sizes[found.school] = sizes.get(found.school, 0) + 1
    if not sizes:
        return frozenset()
    chosen = min(sizes, key=lambda school: (abs(sizes[school] - groups), school))
    taken.add(chosen)
    return frozenset({chosen})


def _calls(classes: Sequence[Class], taken: set[int]) -> dict[int, Call]:
    """A teaching point without internet rings the centre school, which types it in after ten."""
    points = [
        found
        for found in classes
        if found.home_kind == "teaching_point" and found.school not in taken
    ]
    first = points[0].home if points else None
    return {
        found.unit: Call(clock_time(8, 6 + n), clock_time(10, 12 + n), found.contact)
        for n, found in enumerate(found for found in points if found.home == first)
    }
