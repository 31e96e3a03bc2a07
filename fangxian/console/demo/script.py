"""The script of a morning: when each group checks in and what it says. Pure, and repeatable.

Times are seconds since midnight of the demo's clock; NaN is a group or school that stays silent.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, auto
from typing import Final

import numpy as np

from fangxian.console.demo.chance import Floats, Ints, poisson, uniform


class Stream(IntEnum):
    """What is drawn, each from numbers of its own."""

    PART = auto()
    TELL = auto()
    PACE = auto()
    SCHOOL_SILENT = auto()
    ROLL = auto()
    ILL = auto()
    LEAVE = auto()
    UNKNOWN = auto()
    OTHER = auto()
    NOT_KNOWN = auto()
    PRESENT_ILL = auto()
    SCHOOL_ILL = auto()
    AWAY = auto()
    PROVINCE = auto()
    ABROAD = auto()
    SIGN_PART = auto()
    SIGN = auto()
    CHANNEL = auto()
    PROFILE = 100
    MEASURED = 200
    TENTHS = 300
    PERSON = 400


def clock_time(hours: int, minutes: int = 0) -> float:
    """A time of day in seconds."""
    return float(hours * 3600 + minutes * 60)


FIRST: Final = clock_time(7, 21)
DUE: Final = clock_time(10)
SILENT_SHARE: Final = 0.022
UNKNOWN_ROLL: Final = -1


@dataclass(frozen=True)
class Call:
    """A group without internet that told by telephone: when, when it was typed in, and who rang."""

    told: float
    received: float
    name: str


@dataclass(frozen=True)
class Stories:
    """What is not left to chance: who is the visitor's, and what a morning is to show.

    `kept` groups and `kept_schools` are never answered; `no_silence` schools have no other
    silent group. `vomiting` gives (absent, present) by group. `zero` signs a full zero,
    `returned` gets its report back, `mute` schools say nothing at all.
    """

    kept: frozenset[int] = frozenset()
    kept_schools: frozenset[int] = frozenset()
    no_silence: frozenset[int] = frozenset()
    vomiting: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    calls: Mapping[int, Call] = field(default_factory=dict)
    zero: frozenset[int] = frozenset()
    returned: frozenset[int] = frozenset()
    mute: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Groups:
    """The groups that owe a check, as arrays of one length."""

    unit: Ints
    school: Ints
    roll: Ints

    def __len__(self) -> int:
        return len(self.unit)


def _is_in(ids: Ints, wanted: Collection[int]) -> np.ndarray:
    return np.isin(ids, np.fromiter(wanted, np.int64, len(wanted)))


def told(groups: Groups, stories: Stories) -> Floats:
    """When each group tells: most around eight, a long tail until ten, a few late, some never."""
    part = uniform(groups.unit, Stream.PART)
    u = uniform(groups.unit, Stream.TELL)
    pace = (uniform(groups.school, Stream.PACE) - 0.5) * 8 * 60
    bulk = clock_time(8, 4) + pace + 4 * 60 * np.log(u / (1 - u))
    early = clock_time(7, 22) + 28 * 60 * np.sqrt(u)
    tail = np.minimum(clock_time(8, 12) - 22 * 60 * np.log(1 - u), DUE - 120 * (1 - u))
    late = DUE + 300 + 75 * 60 * u
    at = np.select(
        [part < SILENT_SHARE, part < 0.037, part < 0.14, part < 0.84],
        [np.nan, late, early, bulk],
        tail,
    )
    outbreak = _is_in(groups.unit, stories.vomiting.keys())
    punctual = _is_in(groups.school, stories.no_silence | stories.zero) | outbreak
    at = np.where(punctual & ~(part >= 0.037), bulk, at)
    mute = uniform(groups.school, Stream.SCHOOL_SILENT) < 0.003
    mute = (mute & ~_is_in(groups.school, stories.kept_schools | stories.no_silence)) | _is_in(
        groups.school, stories.mute
    )
    mute &= ~(_is_in(groups.school, stories.zero | stories.returned) | outbreak)
    at = np.where(mute | _is_in(groups.unit, stories.kept), np.nan, np.maximum(at, FIRST))
    for unit, call in stories.calls.items():
        at[groups.unit == unit] = call.told
    return at


def received(groups: Groups, stories: Stories, told_at: Floats) -> Floats:
    """When each arrives here: at once, but for those who telephoned and were typed in later."""
    at = told_at.copy()
    for unit, call in stories.calls.items():
        at[groups.unit == unit] = call.received
    return at


@dataclass(frozen=True)
class Counts:
    """What each group's check counts, as arrays of one length; at home or on a school day."""

    enrolled: Ints
    ill: Ints
    leave: Ints
    unknown: Ints
    other: Ints
    not_known: Ints
    present_ill: Ints
    province: Ints
    elsewhere: Ints
    abroad: Ints


def counts(groups: Groups, stories: Stories, *, at_home: bool) -> Counts:
    """How many are ill, away or not known; at school some 2 %, at home some 0.4 % are ill."""
    unit = groups.unit
    roll = np.where(
        groups.roll >= 0, groups.roll, 28 + (uniform(unit, Stream.ROLL) * 15).astype(np.int64)
    )
    rate: Floats = 0.012 + 0.022 * uniform(groups.school, Stream.SCHOOL_ILL)
    left = roll.copy()

    def some(share: Floats | float, stream: Stream) -> Ints:
        nonlocal left
        mean = (roll * share).astype(np.float64)
        found = np.minimum(poisson(mean, uniform(unit, stream)), left)
        left = left - found
        return found

    zero = _is_in(groups.school, stories.zero)
    well = np.where(zero, 0.0, 1.0)
    ill = some((rate / 5 if at_home else rate) * well, Stream.ILL)
    silent = some(0.008 if at_home else 0.0008 * well, Stream.NOT_KNOWN)
    if at_home:
        return _home_counts(groups, roll, ill, silent)
    found = Counts(
        roll, ill, some(0.006 * well, Stream.LEAVE), some(0.0012 * well, Stream.UNKNOWN),
        some(0.0015 * well, Stream.OTHER), silent, some(0.0025 * well, Stream.PRESENT_ILL),
        *(np.zeros_like(roll) for _ in range(3)),
    )  # fmt: skip
    for number, (absent, present) in stories.vomiting.items():
        found.ill[unit == number] = absent
        found.present_ill[unit == number] = present
        for nobody in (found.leave, found.unknown, found.other, found.not_known):
            nobody[unit == number] = 0
    return found


def _home_counts(groups: Groups, roll: Ints, ill: Ints, silent: Ints) -> Counts:
    """Where those who were reached are: nearly all in their city."""
    reached = roll - silent
    left = reached.copy()
    parts = []
    for share, stream in ((0.0004, Stream.ABROAD), (0.03, Stream.AWAY), (0.07, Stream.PROVINCE)):
        mean = (reached * share).astype(np.float64)
        part = np.minimum(poisson(mean, uniform(groups.unit, stream)), left)
        left = left - part
        parts.append(part)
    none = np.zeros_like(roll)
    abroad, elsewhere, province = parts
    return Counts(
        roll, ill, none, none, none, silent, none,
        province=province, elsewhere=elsewhere, abroad=abroad,
    )  # fmt: skip


def signed(schools: Ints, stories: Stories) -> Floats:
    """When each school signs its report: from a quarter past ten to half past twelve, or never."""
    part = uniform(schools, Stream.SIGN_PART)
    u = uniform(schools, Stream.SIGN)
    at = clock_time(10, 15) + 105 * 60 * np.where(part < 0.6, u * 0.6, u)
    at = np.where(part > 0.955, clock_time(12) + 30 * 60 * u, at)
    never = (part > 0.975) & ~_is_in(schools, stories.zero | stories.returned)
    mute = uniform(schools, Stream.SCHOOL_SILENT) < 0.003
    never |= mute | _is_in(schools, stories.mute | stories.kept_schools)
    at = np.where(never, np.nan, at)
    at[_is_in(schools, stories.returned)] = clock_time(10, 18)
    at[_is_in(schools, stories.zero)] = clock_time(10, 24)
    return at
