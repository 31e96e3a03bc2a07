"""From counts to checks: a line for each person who is ill or away, with plausible symptoms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np

from fangxian.console.demo.chance import Floats, uniform
from fangxian.console.demo.script import Counts, Groups, Stories, Stream
from fangxian.watch.checks.rules import Content, Line, Places, Reason, Session, Symptom

MOST_LINES: Final = 24
VOMITING: Final = (Symptom.VOMITING.value, Symptom.ABDOMINAL_PAIN.value)
#: (share up to here, symptoms): what the ill of an ordinary winter morning have
PROFILES: Final[tuple[tuple[float, tuple[str, ...]], ...]] = (
    (0.30, (Symptom.COUGH, Symptom.SORE_THROAT)),
    (0.48, (Symptom.FEVER, Symptom.COUGH)),
    (0.58, (Symptom.FEVER,)),
    (0.66, (Symptom.HEADACHE, Symptom.DIZZINESS)),
    (0.73, (Symptom.DIARRHOEA, Symptom.ABDOMINAL_PAIN)),
    (0.79, (Symptom.VOMITING,)),
    (0.83, (Symptom.FATIGUE,)),
    (0.86, (Symptom.RASH,)),
    (0.88, (Symptom.CONJUNCTIVAL_REDNESS,)),
    (0.89, (Symptom.PAROTID_SWELLING,)),
    (1.00, (Symptom.OTHER,)),
)
_UPPER: Final = np.array([upper for upper, _symptoms in PROFILES])
_SYMPTOMS: Final = [tuple(str(s) for s in symptoms) for _upper, symptoms in PROFILES]
_FEVERISH: Final = [Symptom.FEVER in symptoms for _upper, symptoms in PROFILES]
_DEGREES: Final = [Decimal(tenths) / 10 for tenths in range(360, 400)]


@dataclass(frozen=True)
class Draws:
    """What is drawn for the lines of some groups: a row a group, a column a line."""

    profile: np.ndarray
    measured: Floats
    degrees: Floats
    start: Floats


def draw(units: np.ndarray) -> Draws:
    """Draw for all lines that these groups may have."""

    def rows(stream: Stream) -> Floats:
        return np.stack([uniform(units, stream + n) for n in range(MOST_LINES)], axis=1)

    return Draws(
        np.searchsorted(_UPPER, rows(Stream.PROFILE)),
        rows(Stream.MEASURED),
        rows(Stream.TENTHS),
        uniform(units, Stream.PERSON),
    )


class Teller:
    """Says for the groups of a morning what their checks say."""

    def __init__(
        self,
        groups: Groups,
        counts: Counts,
        stories: Stories,
        rosters: Mapping[int, Sequence[int]],
        session: Session,
    ) -> None:
        self.groups, self.counts, self.stories = groups, counts, stories
        self.rosters, self.session = rosters, session

    def contents(self, rows: np.ndarray) -> list[Content]:
        """What the groups at these places of the arrays say."""
        draws = draw(self.groups.unit[rows])
        say = self._at_home if self.session is Session.HOME else self._at_school
        return [say(int(row), draws, n) for n, row in enumerate(rows)]

    def _at_school(self, row: int, draws: Draws, n: int) -> Content:
        counts, unit = self.counts, int(self.groups.unit[row])
        ill = int(counts.ill[row])
        away = [
            *[Reason.LEAVE] * int(counts.leave[row]),
            *[Reason.UNKNOWN_CAUSE] * int(counts.unknown[row]),
            *[Reason.OTHER] * int(counts.other[row]),
        ]
        here_ill = int(counts.present_ill[row])
        persons = self._persons(unit, ill + len(away) + here_ill, float(draws.start[n]))
        cluster = VOMITING if unit in self.stories.vomiting else None
        lines = [_ill(draws, n, k, persons[k], cluster) for k in range(ill)]
        lines += [Line(reason.value, persons[ill + k]) for k, reason in enumerate(away)]
        here = range(ill + len(away), ill + len(away) + here_ill)
        enrolled, not_known = int(counts.enrolled[row]), int(counts.not_known[row])
        return Content(
            self.session,
            enrolled,
            present=enrolled - not_known - len(lines),
            not_known=not_known,
            absences=tuple(lines),
            symptomatic_present=tuple(_ill(draws, n, k, persons[k], cluster) for k in here),
            on_behalf_of=self._rang(unit),
        )

    def _at_home(self, row: int, draws: Draws, n: int) -> Content:
        counts, unit = self.counts, int(self.groups.unit[row])
        enrolled, ill = int(counts.enrolled[row]), int(counts.ill[row])
        missing = int(counts.not_known[row])
        province, elsewhere = int(counts.province[row]), int(counts.elsewhere[row])
        abroad = int(counts.abroad[row])
        persons = self._persons(unit, ill, float(draws.start[n]))
        return Content(
            self.session,
            enrolled,
            symptomatic_present=tuple(_ill(draws, n, k, persons[k], None) for k in range(ill)),
            reached_well=enrolled - ill - missing,
            reached_ill=ill,
            not_reached=missing,
            places=Places(
                city=enrolled - missing - province - elsewhere - abroad,
                province=province,
                elsewhere=elsewhere,
                abroad=abroad,
            ),
            on_behalf_of=self._rang(unit),
        )

    def _rang(self, unit: int) -> str | None:
        call = self.stories.calls.get(unit)
        return call.name if call else None

    def _persons(self, unit: int, wanted: int, start: float) -> Sequence[int | None]:
        """Different people of the group where it knows them by name; else nameless ones."""
        roster = self.rosters.get(unit, ())
        if len(roster) < wanted:
            return [None] * wanted
        first = int(start * len(roster))
        return [roster[(first + k) % len(roster)] for k in range(wanted)]


def _ill(draws: Draws, n: int, k: int, person: int | None, cluster: tuple[str, ...] | None) -> Line:
    """A person who is ill; the temperature is often not measured, and then nobody invents one."""
    k %= MOST_LINES
    which = int(draws.profile[n, k])
    feverish = _FEVERISH[which] and cluster is None
    temperature = None
    if draws.measured[n, k] < (0.75 if feverish else 0.4):
        low, span = (13, 24) if feverish else (2, 9)
        temperature = _DEGREES[low + int(draws.degrees[n, k] * span)]
    return Line(Reason.ILL.value, person, "", cluster or _SYMPTOMS[which], temperature)
