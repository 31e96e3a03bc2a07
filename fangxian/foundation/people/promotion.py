"""What becomes of a group at the end of a school year: its next grade and its next name. Pure.

A name that says the year of entry (初2023级3班) stays. One that says the grade is taken a grade
further (三年级2班 → 四年级2班, 高一（3）班 → 高二（3）班, Grade 3 Class 2 → Grade 4 Class 2). Who
has finished the last grade of the school leaves, and the group closes.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from fangxian.foundation.units.models import Stage

#: the grades after which one leaves a school of a stage
LAST_GRADES: Final[Mapping[str, frozenset[int]]] = {
    Stage.KINDERGARTEN: frozenset({-1}),
    Stage.PRIMARY: frozenset({6}),
    Stage.NINE_YEAR: frozenset({9}),
    Stage.JUNIOR: frozenset({9}),
    Stage.SENIOR: frozenset({12}),
    Stage.COMPLETE_SECONDARY: frozenset({9, 12}),
    Stage.VOCATIONAL: frozenset({12}),
    Stage.SPECIAL: frozenset({9, 12}),
    Stage.UNIVERSITY: frozenset({16}),
}
FIRST_GRADES: Final[Mapping[str, frozenset[int]]] = {
    Stage.KINDERGARTEN: frozenset({-3}),
    Stage.PRIMARY: frozenset({1}),
    Stage.NINE_YEAR: frozenset({1}),
    Stage.JUNIOR: frozenset({7}),
    Stage.SENIOR: frozenset({10}),
    Stage.COMPLETE_SECONDARY: frozenset({7, 10}),
    Stage.VOCATIONAL: frozenset({10}),
    Stage.SPECIAL: frozenset({1}),
    Stage.UNIVERSITY: frozenset({13}),
}
#: a school promotes its groups once a year
DAYS_APART: Final = 180

_NUMERALS: Final = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
_NUMERAL: Final = "十一|十二|[一二三四五六七八九十]"
_ENTRY: Final = re.compile(r"(?:19|20)\d{2}\s*级|\d{2}级")
_GRADE: Final = re.compile(
    rf"(?P<before>^|[^一二三四五六七八九十])(?P<grade>{_NUMERAL}|\d{{1,2}})年级"
)
_STEP: Final = re.compile(r"(?P<before>初|高|大|职高|中职|预初)(?P<grade>[一二三四五123456])")
_NURSERY: Final = re.compile(
    r"^(?P<grade>小小|托|小|中|大)(?P<after>班|[一二三四五六七八九十0-9（(])"
)
_NURSERIES: Final = {"托": "小", "小小": "小", "小": "中", "中": "大"}
_ENGLISH: Final = re.compile(
    r"\b(?P<word>Grade|Senior|Junior|Year)(?P<space> ?)(?P<grade>\d{1,2})\b"
)
_ENGLISH_NURSERY: Final = {"Lower": "Middle", "Middle": "Upper"}


@dataclass(frozen=True)
class GroupNow:
    """A group of pupils as it is before the new year."""

    unit: int
    code: str
    name: str
    name_en: str
    grade: int | None
    stage: str


@dataclass(frozen=True)
class Step:
    """What becomes of a group: another grade and name, or its end."""

    unit: int
    code: str
    name: str
    name_en: str
    grade: int | None
    new_name: str
    new_name_en: str
    new_grade: int | None
    leaves: bool

    @property
    def stays(self) -> bool:
        """Whether nothing changes."""
        now, then = (self.name, self.name_en, self.grade), (
            self.new_name, self.new_name_en, self.new_grade)  # fmt: skip
        return not self.leaves and now == then


def next_grade(grade: int) -> int:
    """The year after a year; after the last of kindergarten comes the first of school."""
    return 1 if grade == -1 else grade + 1


def propose(groups: Iterable[GroupNow]) -> list[Step]:
    """What becomes of each group, the highest grades first, those without a grade last."""
    steps = [_step(group) for group in groups]
    return sorted(steps, key=lambda step: (step.grade is None, -(step.grade or 0), step.code))


def _step(group: GroupNow) -> Step:
    grade = grade_of_name(group.name, group.stage) if group.grade is None else group.grade
    said = (group.unit, group.code, group.name, group.name_en, grade)
    if grade is None:
        return Step(*said, group.name, group.name_en, None, leaves=False)
    if grade in LAST_GRADES.get(group.stage, frozenset()):
        return Step(*said, group.name, group.name_en, grade, leaves=True)
    names = next_name(group.name), next_name_en(group.name_en)
    return Step(*said, *names, next_grade(grade), leaves=False)


def next_name(name: str) -> str:
    """The name a year on; unchanged where it says the year of entry, or no grade at all."""
    if _ENTRY.search(name):
        return name
    for pattern in (_GRADE, _STEP):
        found = pattern.search(name)
        if found:
            start, end = found.span("grade")
            return name[:start] + _one_more(found["grade"]) + name[end:]
    found = _NURSERY.search(name)
    if found and found["grade"] in _NURSERIES:
        return _NURSERIES[found["grade"]] + name[found.end("grade") :]
    return name


def next_name_en(name: str) -> str:
    """The English name a year on."""
    found = _ENGLISH.search(name)
    if found:
        start, end = found.span("grade")
        return f"{name[:start]}{int(found['grade']) + 1}{name[end:]}"
    first, _space, rest = name.partition(" ")
    return f"{_ENGLISH_NURSERY[first]} {rest}" if first in _ENGLISH_NURSERY else name


def _one_more(numeral: str) -> str:
    if numeral.isascii():
        return str(int(numeral) + 1)
    place = _NUMERALS.index(numeral) + 1
    return _NUMERALS[place] if place < len(_NUMERALS) else numeral


def grade_of_name(name: str, stage: str) -> int | None:
    """The grade that a name says, where nobody has entered it; None where it says none."""
    if _ENTRY.search(name) or "复式" in name or "混龄" in name:
        return None
    found = _GRADE.search(name)
    if found:
        number = _number(found["grade"])
        first = min(FIRST_GRADES.get(stage, frozenset({1})))
        later = stage in (Stage.VOCATIONAL, Stage.UNIVERSITY) and number < first
        grade = number + first - 1 if later else number
        return grade if 1 <= grade <= 21 else None
    found = _STEP.search(name)
    if found:
        bases = {"初": 6, "预初": 5, "大": 12}
        return bases.get(found["before"], 9) + _number(found["grade"])
    found = _NURSERY.search(name) if stage == Stage.KINDERGARTEN else None
    return (
        {"托": -4, "小小": -4, "小": -3, "中": -2, "大": -1}.get(found["grade"]) if found else None
    )


def _number(numeral: str) -> int:
    return int(numeral) if numeral.isascii() else _NUMERALS.index(numeral) + 1


@dataclass(frozen=True)
class NewGroup:
    """A group of the first year that opens with the new year."""

    code: str
    name: str
    name_en: str
    grade: int
    like: int  # the group whose place in the school it takes


def new_groups(
    groups: Sequence[GroupNow], *, count: int | None, day: date, taken: Iterable[str], school: str
) -> list[NewGroup]:
    """The first-year groups to open, called as this year's are; as many, unless said otherwise.

    Their codes end in the year of entry and a number (202601): the codes that say a grade are
    borne by the groups that were in it first.
    """
    first = [g for g in groups if g.grade in FIRST_GRADES.get(g.stage, frozenset())]
    borne, found = set(taken), []
    number = 0
    for place in range(len(first) if count is None else count if first else 0):
        like = first[min(place, len(first) - 1)]
        number += 1
        while f"{school}-{day:%Y}{number:02d}" in borne:
            number += 1
        extra = place - len(first) + 1
        found.append(
            NewGroup(
                code=f"{school}-{day:%Y}{number:02d}",
                name=_numbered(_entered(like.name, day), extra),
                name_en=_numbered(like.name_en, extra),
                grade=like.grade or 1,
                like=like.unit,
            )
        )
    return found


def _entered(name: str, day: date) -> str:
    """A name by year of entry says this year's."""
    return re.sub(r"(?:19|20)\d{2}(?=\s*级)", f"{day:%Y}", name)


def _numbered(name: str, extra: int) -> str:
    """The name of a further group: the last number in it goes on."""
    numbers = list(re.finditer(r"\d+", name))
    if extra <= 0 or not numbers:
        return name
    last = numbers[-1]
    return f"{name[: last.start()]}{int(last[0]) + extra}{name[last.end() :]}"
