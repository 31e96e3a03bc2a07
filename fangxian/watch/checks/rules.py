"""What a check may say, and when two checks say the same."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from fangxian.foundation.accounts.rules import Role
from fangxian.kernel.access import Permission
from fangxian.kernel.audit import Event

T = TypeVar("T")
FEVER_CELSIUS = Decimal("37.3")  # screening threshold in common use; not from an official text


class Session(StrEnum):
    """When a group is asked: three times on a school day, or at home on other days."""

    MORNING = "morning"
    NOON = "noon"
    EVENING = "evening"
    HOME = "home"

    @property
    def kind(self) -> str:
        """The kind of obligation that this session answers."""
        return f"check.{self.value}"


class Reason(StrEnum):
    """Why a person is not here."""

    ILL = "ill"
    LEAVE = "leave"
    UNKNOWN_CAUSE = "unknown_cause"
    OTHER = "other"


REASONS = tuple(reason.value for reason in Reason)


class Symptom(StrEnum):
    """The symptoms watched for (after WS/T 772-2020), with laboured breathing and jaundice."""

    FEVER = "fever"
    COUGH = "cough"
    HEADACHE = "headache"
    SORE_THROAT = "sore_throat"
    PAROTID_SWELLING = "parotid_swelling"
    ABDOMINAL_PAIN = "abdominal_pain"
    DIARRHOEA = "diarrhoea"
    VOMITING = "vomiting"
    RASH = "rash"
    DIZZINESS = "dizziness"
    FATIGUE = "fatigue"
    CONJUNCTIVAL_REDNESS = "conjunctival_redness"
    LABOURED_BREATHING = "laboured_breathing"
    JAUNDICE = "jaundice"
    OTHER = "other"


class CheckPermission(Permission):
    VIEW = "checks.view"
    RECORD = "checks.record"


GRANTS: dict[str, list[Permission]] = {
    Role.GROUP_TEACHER: [CheckPermission.VIEW, CheckPermission.RECORD],
    Role.SCHOOL_REPORTER: [CheckPermission.VIEW, CheckPermission.RECORD],
    Role.HEALTH_OFFICER: [CheckPermission.VIEW, CheckPermission.RECORD],
    Role.HEAD: [CheckPermission.VIEW],
}


class CheckEvent(Event):
    RECORDED = "checks.recorded"
    REVISED = "checks.revised"


@dataclass(frozen=True)
class Line:
    """One person who is absent, or here (or reached) with symptoms; nameless where need be."""

    reason: str = Reason.ILL
    person: int | None = None
    name: str = ""
    symptoms: tuple[str, ...] = ()
    temperature: Decimal | None = None

    @property
    def has_fever(self) -> bool:
        """Fever named, or measured at 37.3 °C or more."""
        measured = self.temperature is not None and self.temperature >= FEVER_CELSIUS
        return measured or Symptom.FEVER in self.symptoms


@dataclass(frozen=True)
class Places:
    """Where the people reached at home are."""

    campus: int = 0
    city: int = 0
    province: int = 0
    elsewhere: int = 0
    abroad: int = 0

    def total(self) -> int:
        return self.campus + self.city + self.province + self.elsewhere + self.abroad


@dataclass(frozen=True)
class Content:
    """What a check says, normalised: counts, and a line per person."""

    session: Session
    enrolled: int
    present: int | None = None
    not_known: int | None = None
    absences: tuple[Line, ...] = ()
    symptomatic_present: tuple[Line, ...] = ()
    reached_well: int | None = None
    reached_ill: int | None = None
    not_reached: int | None = None
    places: Places | None = None
    on_behalf_of: str | None = None

    def absent(self) -> dict[str, int]:
        """How many are absent, by reason; every reason is there."""
        counts = dict.fromkeys(REASONS, 0)
        for line in self.absences:
            counts[line.reason] += 1
        return counts

    @property
    def fever(self) -> int:
        """How many lines tell of fever."""
        return sum(line.has_fever for line in (*self.absences, *self.symptomatic_present))

    @property
    def accounted(self) -> int:
        """How many of the people are accounted for: known, or reached."""
        missing = self.not_reached if self.session is Session.HOME else self.not_known
        return self.enrolled - (missing or 0)


def problems(content: Content) -> dict[str, list[str]]:
    """Every sum that does not add up, by field, as message keys of `messages.py`."""
    found: dict[str, list[str]] = {}
    if content.session is Session.HOME:
        _home_problems(content, found)
    else:
        _school_problems(content, found)
    persons = [
        line.person
        for line in (*content.absences, *content.symptomatic_present)
        if line.person is not None
    ]
    if len(persons) != len(set(persons)):
        found.setdefault("absences", []).append("person_twice")
    return found


def _school_problems(content: Content, found: dict[str, list[str]]) -> None:
    for name in ("present", "not_known"):
        if getattr(content, name) is None:
            found[name] = ["required"]
    for name in ("reached_well", "reached_ill", "not_reached", "places"):
        if getattr(content, name) is not None:
            found[name] = ["home_only"]
    if found:
        return
    total = (content.present or 0) + (content.not_known or 0) + len(content.absences)
    if total != content.enrolled:
        found["enrolled"] = ["sum"]
    if len(content.symptomatic_present) > (content.present or 0):
        found["symptomatic_present"] = ["more_than_present"]


def _home_problems(content: Content, found: dict[str, list[str]]) -> None:
    for name in ("reached_well", "reached_ill", "not_reached", "places"):
        if getattr(content, name) is None:
            found[name] = ["required"]
    for name in ("present", "not_known"):
        if getattr(content, name) is not None:
            found[name] = ["school_only"]
    if content.absences:
        found["absences"] = ["school_only"]
    if found:
        return
    well, ill, missing = content.reached_well, content.reached_ill, content.not_reached
    reached = (well or 0) + (ill or 0)
    if reached + (missing or 0) != content.enrolled:
        found["enrolled"] = ["sum_home"]
    # where someone is may be known from others although they were not reached themselves
    if content.places and not reached <= content.places.total() <= content.enrolled:
        found["places"] = ["sum_places"]
    if len(content.symptomatic_present) > (ill or 0):
        found["symptomatic_present"] = ["more_than_ill"]


def digest(content: Content) -> bytes:
    """SHA-256 of what a check says: the order of lines and of symptoms does not matter."""
    told = [
        content.session.value,
        content.enrolled,
        content.present,
        content.not_known,
        content.reached_well,
        content.reached_ill,
        content.not_reached,
        list(asdict(content.places).values()) if content.places else None,
        content.on_behalf_of or None,
        _keys(content.absences),
        _keys(content.symptomatic_present),
    ]
    return hashlib.sha256(_as_json(told).encode()).digest()


_as_json = json.JSONEncoder(separators=(",", ":")).encode


def _keys(lines: Iterable[Line]) -> list[str]:
    return sorted(map(line_key, lines))


def line_key(line: Line) -> str:
    """What a line says, as one text."""
    temperature = None if line.temperature is None else f"{line.temperature:.1f}"
    symptoms = sorted(set(line.symptoms))
    return json.dumps([line.person, line.name, line.reason, symptoms, temperature])


def same_person(line: Line) -> tuple[str, object]:
    """Whom a line is about, as far as it can be told; nameless lines are told apart by reason."""
    if line.person is not None:
        return "person", line.person
    return ("name", line.name) if line.name else ("nameless", line.reason)


def carry_known(old: Sequence[tuple[Line, T]], new: Sequence[Line], now: T) -> list[T]:
    """When each new line became known: carried over from the line it continues, else `now`."""
    left: dict[tuple[str, object], list[T]] = {}
    for line, known_at in old:
        left.setdefault(same_person(line), []).append(known_at)
    result = []
    for line in new:
        waiting = left.get(same_person(line))
        result.append(waiting.pop(0) if waiting else now)
    return result


def identity(unit_id: int, day: date, session: Session) -> str:
    """The name of a check in the audit trail."""
    return f"{unit_id}:{day.isoformat()}:{session.value}"
