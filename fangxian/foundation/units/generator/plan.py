"""How many schools and people of each stage every county of the invented province gets.

The totals follow the published figures for 2018 and 2019 (25,000 schools: 13,000 kindergartens,
9,574 of compulsory education, 1,276 upper secondary, 126 universities; 15.93 million pupils and
students, 1.125 million staff). How they spread over the counties is a guess that looks right.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from fangxian.foundation.units.divisions import Division

Weights = npt.NDArray[np.float64]
CHENGDU: Final = "510100"
PREFECTURES: Final = frozenset({"513200", "513300", "513400"})

# Residents in ten thousands by city, about 2020, from general knowledge: weights, not figures.
RESIDENTS: Final = {
    "510100": 2094, "510300": 249, "510400": 121, "510500": 425, "510600": 346, "510700": 487,
    "510800": 231, "510900": 281, "511000": 314, "511100": 316, "511300": 561, "511400": 296,
    "511500": 459, "511600": 326, "511700": 539, "511800": 143, "511900": 271, "512000": 231,
    "513200": 82, "513300": 111, "513400": 486,
}  # fmt: skip


@dataclass(frozen=True)
class StagePlan:
    """One stage in the whole province: schools, people, and how a school is made up."""

    stage: str
    schools: int
    people: int
    class_size: int
    staff_share: float  # staff per pupil
    spread: float  # sigma of the log of school sizes
    province_run: float = 0.0
    city_run: float = 0.0
    boarding: float = 0.0


STAGES: Final = (
    StagePlan("kindergarten", 13_000, 2_640_000, 30, 0.088, 0.45, city_run=0.004),
    StagePlan("primary", 5_725, 4_480_000, 42, 0.058, 0.75, boarding=0.08),
    StagePlan("nine_year", 1_849, 1_650_000, 44, 0.067, 0.6, boarding=0.45),
    StagePlan("junior", 2_000, 1_350_000, 47, 0.08, 0.6, boarding=0.55),
    StagePlan("complete_secondary", 480, 1_570_000, 50, 0.08, 0.4, city_run=0.12, boarding=0.85),
    StagePlan("senior", 287, 610_000, 50, 0.085, 0.4, city_run=0.2, boarding=0.9),
    StagePlan("vocational", 509, 950_000, 43, 0.062, 0.5, 0.02, 0.25, boarding=0.95),
    StagePlan("special", 124, 16_000, 12, 0.31, 0.4, city_run=0.17, boarding=0.7),
    StagePlan("university", 126, 2_200_000, 190, 0.067, 0.5, 0.85, 0.15, boarding=1.0),
    StagePlan("training", 900, 135_000, 26, 0.09, 0.5),
)


@dataclass(frozen=True)
class Quota:
    """A county's part of a stage; `first` numbers its first school within the province."""

    schools: int
    people: int
    first: int


def county_weights(counties: Sequence[Division]) -> Weights:
    """Residents a county may have: its city's, shared by kind and by number of towns."""
    raw = np.array([_draw(county) for county in counties])
    cities = np.array([county.parent for county in counties])
    weights = np.zeros(len(counties))
    for city, residents in RESIDENTS.items():
        own = cities == city
        weights[own] = raw[own] / raw[own].sum() * residents
    return weights


def _draw(county: Division) -> float:
    kind = {"区": 1.5, "市": 1.3}.get(county.name_zh[-1], 1.0)
    return kind * float(np.sqrt(max(county.towns, 4))) * (0.8 + int(county.division) * 7 % 41 / 100)


def _size_factor(county: Division) -> float:
    """How large its schools are against the province's mean."""
    if county.parent == CHENGDU:
        return 1.75
    if county.parent in PREFECTURES:
        return 0.6
    return {"区": 1.3, "市": 1.05}.get(county.name_zh[-1], 0.92)


def shares(total: int, weights: Weights) -> npt.NDArray[np.int64]:
    """Whole shares of a total by weight, largest remainders first; they add up exactly."""
    exact = weights / weights.sum() * total
    whole: npt.NDArray[np.int64] = np.floor(exact).astype(np.int64)
    short = total - int(whole.sum())
    whole[np.argsort(whole - exact, kind="stable")[:short]] += 1
    return whole


def quotas(counties: Sequence[Division]) -> Mapping[str, Mapping[str, Quota]]:
    """Every county's quota of every stage, by the county's lifelong code."""
    weights = county_weights(counties)
    chengdu = np.array([county.parent == CHENGDU for county in counties])
    pupils = weights * np.where(chengdu, 0.74, 1.0)
    factor = np.array([_size_factor(county) for county in counties])
    urban = np.array([county.name_zh[-1] == "区" for county in counties])
    found: dict[str, dict[str, Quota]] = {county.division: {} for county in counties}
    for plan in STAGES:
        people = pupils
        if plan.stage == "university":
            people = np.where(urban, weights * np.where(chengdu, 2.6, 1.0), 0.0)
        count = shares(plan.schools, people / factor)
        heads = shares(plan.people, np.where(count > 0, people, 0.0))
        first = np.cumsum(count) - count + 1
        for place, county in enumerate(counties):
            quota = Quota(int(count[place]), int(heads[place]), int(first[place]))
            found[county.division][plan.stage] = quota
    return found


def school_sizes(quota: Quota, plan: StagePlan, rng: np.random.Generator) -> list[int]:
    """The people of each school of a county: uneven, adding up to the county's quota."""
    if quota.schools == 0:
        return []
    drawn = rng.lognormal(0.0, plan.spread, quota.schools)
    return [max(6, int(size)) for size in shares(quota.people, np.clip(drawn, 0.15, 4.0))]
