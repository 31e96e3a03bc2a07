"""One county of the invented province: its zones, schools and roll-call groups."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date

import numpy as np

from fangxian.foundation.units.divisions import Division, Node, Zone
from fangxian.foundation.units.generator import words
from fangxian.foundation.units.generator.plan import (
    PREFECTURES,
    STAGES,
    Quota,
    StagePlan,
    school_sizes,
)

STAFF_GROUP = 27
CONTRACTOR_GROUP = 60
NOBODY = 0  # in place of a unit's id
UNKNOWN = -1  # in place of a headcount
NO_GRADE = 0  # in place of a year


@dataclass(slots=True)
class Batch:
    """Rows of units, a list for every column, all of one length, ready for COPY.

    `NOBODY` stands for no unit, `UNKNOWN` for no headcount, `NO_GRADE` for no year. Each row
    holds for every period in `periods` (from, to, division code): a county that changed its
    code has two.
    """

    periods: Sequence[tuple[date, date, str]]
    id: list[int] = field(default_factory=list)
    kind: list[str] = field(default_factory=list)
    stage: list[str] = field(default_factory=list)
    population: list[str] = field(default_factory=list)
    boarding: list[bool] = field(default_factory=list)
    code: list[str] = field(default_factory=list)
    name_zh: list[str] = field(default_factory=list)
    name_en: list[str] = field(default_factory=list)
    short_zh: list[str] = field(default_factory=list)
    pinyin: list[str] = field(default_factory=list)
    initials: list[str] = field(default_factory=list)
    reports_to: list[int] = field(default_factory=list)
    territorial: list[int] = field(default_factory=list)
    path: list[str] = field(default_factory=list)
    school: list[int] = field(default_factory=list)
    bureau: list[int] = field(default_factory=list)
    headcount: list[int] = field(default_factory=list)
    contact_name: list[str] = field(default_factory=list)
    contact_phone: list[str] = field(default_factory=list)
    grade: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.id)

    def rows(self) -> Iterator[tuple[object, ...]]:
        """The rows, in the order of the columns."""
        return zip(*(getattr(self, column.name) for column in fields(self)[1:]), strict=True)


@dataclass(slots=True)
class Serial:
    """Running numbers: of units, and of schools under each six-digit code."""

    next_id: int
    used: dict[str, int] = field(default_factory=dict)

    def unit(self) -> int:
        """The next unit's id."""
        self.next_id += 1
        return self.next_id - 1

    def school_code(self, prefix: str) -> str:
        """The next school code of ten digits under a division."""
        self.used[prefix] = self.used.get(prefix, 0) + 1
        return f"{prefix}{self.used[prefix]:04d}"


@dataclass(frozen=True, slots=True)
class School:
    """A school while its groups are drawn."""

    node: Node
    bureau: Node
    plan: StagePlan
    kind: str
    code: str
    name: words.Name
    people: int
    boarding: bool


class CountyDraft:
    """Draws one county; the same seed gives the same county, alone or within the province."""

    def __init__(
        self,
        county: Division,
        *,
        periods: Sequence[tuple[date, date, str]],
        nodes: Mapping[str, Node],
        zones: Sequence[Zone],
        serial: Serial,
        seed: int,
    ) -> None:
        self.county, self.nodes, self.serial = county, nodes, serial
        self.place = nodes[county.division]
        self.city = nodes[county.parent]
        self.code = periods[0][2]
        self.rng = np.random.default_rng([seed, int(county.division)])
        self.batch = Batch(periods)
        self.zones = [self._zone(zone) for zone in zones]

    def draw(self, quotas: Mapping[str, Quota]) -> Batch:
        """All schools of the county with their groups."""
        for plan in STAGES:
            quota = quotas[plan.stage]
            sizes = school_sizes(quota, plan, self.rng)
            chance = self.rng.random((quota.schools, 3))
            for offset, people in enumerate(sizes):
                self._school(plan, quota.first + offset, people, chance[offset].tolist())
        return self.batch

    def _zone(self, zone: Zone) -> tuple[Node, str]:
        node = self.city.below(self.serial.unit())
        name = words.Name(zone.name_zh, zone.name_en, zone.pinyin, zone.initials)
        self._row(node, "zone", name, zone.code, reports_to=self.city, bureau=None, school=None,
                  short=zone.short_zh, title="局长")  # fmt: skip
        return node, zone.city

    def _school(self, plan: StagePlan, number: int, people: int, chance: list[float]) -> None:
        bureau, prefix = self._bureau(plan, chance[0])
        stage = "college" if plan.stage == "university" and people < 12_000 else plan.stage
        kind = {"university": "college", "training": "training"}.get(plan.stage, "school")
        if plan.stage == "primary" and self._rural() and chance[1] < 0.42:
            kind = "centre_school"
        boards = plan.boarding + (0.5 if self.county.parent in PREFECTURES else 0.0)
        school = School(
            bureau.below(self.serial.unit()), bureau, plan, kind,
            self.serial.school_code(prefix), words.school_name(stage, number, self.county), people,
            boarding=plan.stage not in ("kindergarten", "training") and chance[2] < boards,
        )  # fmt: skip
        self._row(school.node, kind, school.name, school.code, reports_to=bureau, bureau=bureau,
                  school=school.node, stage=plan.stage, boarding=school.boarding,
                  short=school.name.zh.partition("（")[0],
                  title=words.STAGE_WORDS[stage][4])  # fmt: skip
        if kind == "centre_school":
            self._teaching_points(school)
        self._pupils(school)
        self._adults(school)

    def _rural(self) -> bool:
        return self.county.name_zh[-1] != "区"

    def _bureau(self, plan: StagePlan, chance: float) -> tuple[Node, str]:
        """Whom the school reports to, and the six digits its code starts with."""
        if chance < plan.province_run:
            return self.nodes["510000"], "510000"
        if chance < plan.province_run + plan.city_run:
            return self.city, self.county.parent
        if chance > 1 - 0.25 * len(self.zones):
            return self.zones[int(chance * 1e6) % len(self.zones)]
        return self.place, self.code

    def _teaching_points(self, school: School) -> None:
        for number in range(1, int(self.rng.integers(0, 4)) + 1):
            node = school.node.below(self.serial.unit())
            code = f"{school.code}-P{number}"
            name = words.part_name(school.name, number, campus=False)
            self._row(node, "teaching_point", name, code, reports_to=school.node,
                      bureau=school.bureau, school=school.node, stage="primary",
                      title="负责人")  # fmt: skip
            for number_in_point in range(1, int(self.rng.integers(1, 4))):
                ending, mixed = words.mixed_class(number_in_point)
                self._group(school, node, code + ending, mixed, int(self.rng.integers(5, 26)))

    def _pupils(self, school: School) -> None:
        homes = self._campuses(school)
        years = len(words.YEARS[school.plan.stage])
        university = school.plan.stage == "university"
        of_year = _split(school.people, years)
        for year, people in enumerate(of_year):
            classes = max(1, round(people / school.plan.class_size))
            first = words.FIRST_GRADE.get(school.plan.stage)
            grade = NO_GRADE if first is None else first + year
            for number, heads in enumerate(_split(people, classes), start=1):
                ending, name = words.class_name(school.plan.stage, year, number)
                home = homes[number % len(homes)]
                self._group(school, home, f"{school.code}-{ending}", name, heads, grade=grade,
                            title="辅导员" if university else "老师")  # fmt: skip

    def _campuses(self, school: School) -> list[Node]:
        """Where a large university's students are; every other school is its own only place."""
        if school.plan.stage != "university" or school.people < 20_000:
            return [school.node]
        homes = []
        for number in (1, 2):
            node = school.node.below(self.serial.unit())
            name = words.part_name(school.name, number, campus=True)
            self._row(node, "campus", name, f"{school.code}-X{number}", reports_to=school.node,
                      bureau=school.bureau, school=school.node, stage="university",
                      title="主任")  # fmt: skip
            homes.append(node)
        return homes

    def _adults(self, school: School) -> None:
        staff = max(3, round(school.people * school.plan.staff_share))
        for number, heads in enumerate(_split(staff, -(-staff // STAFF_GROUP)), start=1):
            ending, name = words.staff_group(number)
            self._group(school, school.node, f"{school.code}-{ending}", name, heads,
                        population="staff", title="主任")  # fmt: skip
        for guards, least, share in ((False, 150, 0.011), (True, 1_400, 0.006)):
            if school.people < least:
                continue
            hired = max(2, round(school.people * share))
            parts = _split(hired, -(-hired // CONTRACTOR_GROUP))
            for number, heads in enumerate(parts, start=1):
                ending, name = words.contractor_group(number, guards=guards)
                self._group(school, school.node, f"{school.code}-{ending}", name, heads,
                            population="contractors", title="领班")  # fmt: skip

    def _group(self, school: School, home: Node, code: str, name: words.Name, heads: int,
               *, population: str = "students", title: str = "老师",
               grade: int = NO_GRADE) -> None:  # fmt: skip
        self._row(home.below(self.serial.unit()), "group", name, code, reports_to=home,
                  bureau=school.bureau, school=school.node, population=population,
                  stage=school.plan.stage, heads=heads, title=title, grade=grade,
                  boarding=school.boarding and population == "students")  # fmt: skip

    def _row(
        self, node: Node, kind: str, name: words.Name, code: str, *, reports_to: Node,
        bureau: Node | None, school: Node | None, title: str, stage: str = "",
        population: str = "", boarding: bool = False, heads: int = UNKNOWN, short: str = "",
        grade: int = NO_GRADE,
    ) -> None:  # fmt: skip
        batch = self.batch
        batch.id.append(node.id)
        batch.kind.append(kind)
        batch.stage.append(stage)
        batch.population.append(population)
        batch.boarding.append(boarding)
        batch.code.append(code)
        batch.name_zh.append(name.zh)
        batch.name_en.append(name.en)
        batch.short_zh.append(short)
        batch.pinyin.append(name.pinyin)
        batch.initials.append(name.initials)
        batch.reports_to.append(reports_to.id)
        batch.territorial.append(self.place.id)
        batch.path.append(node.path)
        batch.school.append(school.id if school else NOBODY)
        batch.bureau.append(bureau.id if bureau else NOBODY)
        batch.headcount.append(heads)
        batch.contact_name.append(words.person(node.id, title))
        batch.contact_phone.append(words.phone(node.id))
        batch.grade.append(grade)


def _split(total: int, parts: int) -> list[int]:
    """Nearly equal whole parts of a total, the larger first."""
    each, rest = divmod(total, parts)
    return [each + 1] * rest + [each] * (parts - rest)
