"""Why personal data are kept, on which ground, how long and who sees them: chosen by the day."""

import tomllib
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from fangxian.norms.deadlines import BadNorm

#: no month has more; a term given in months is compared with one in days by it
LONGEST_MONTH = 31


class Then(StrEnum):
    """What happens when a term has ended: see the document."""

    DELETE = "delete"
    ANONYMISE = "anonymise"
    WITH = "with"
    PROGRAM = "program"
    OPERATOR = "operator"
    STAYS = "stays"


#: what the daily job does
BY_THE_JOB = frozenset({Then.DELETE, Then.ANONYMISE})


@dataclass(frozen=True)
class Words:
    """A text in both languages."""

    zh: str
    en: str

    def said(self, language: str) -> str:
        """The text in a language; Chinese unless it is English."""
        return self.en if language.startswith("en") else self.zh


@dataclass(frozen=True)
class Ground:
    """A legal ground: who issued which document, which article, from when until when."""

    issuer: str
    title: Words
    article: Words
    effective_from: date
    effective_to: date | None
    verified: bool

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return self.effective_from <= day and (self.effective_to is None or day < self.effective_to)


@dataclass(frozen=True)
class Purpose:
    """What something is kept for, and the codes of its grounds."""

    words: Words
    grounds: tuple[str, ...]


@dataclass(frozen=True)
class Term:
    """How long something is kept, counted from what `since` says, and what happens then.

    Days and months are None where it has no such length: it stays, or goes with something else.
    """

    words: Words
    then: Then
    since: Words
    months: int | None = None
    days: int | None = None
    at_least_months: int = 0

    def end(self, today: date) -> date:
        """What began before this day has expired. Raises ValueError for what has no length."""
        if self.months is not None:
            return months_before(today, self.months)
        if self.days is None:
            raise ValueError(f"{self.words.en} has no length")
        return today - timedelta(days=self.days)


@dataclass(frozen=True)
class Retention:
    """One document: grounds, purposes, audiences and terms by their codes."""

    title: Words
    source: Words
    effective_from: date
    effective_to: date | None
    verified: bool
    grounds: Mapping[str, Ground] = field(default_factory=dict)
    purposes: Mapping[str, Purpose] = field(default_factory=dict)
    audiences: Mapping[str, Words] = field(default_factory=dict)
    terms: Mapping[str, Term] = field(default_factory=dict)


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or the last of that month where it has none."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def read(text: str, name: str) -> Retention:
    """Read one document; refuse it by name, and say what is wrong."""
    try:
        record: dict[str, Any] = tomllib.loads(text)
        head = record["document"]
        found = Retention(
            title=Words(head["title_zh"], head["title_en"]),
            source=Words(head["source_zh"], head["source_en"]),
            effective_from=head["effective_from"],
            effective_to=head.get("effective_to"),
            verified=head["verified"],
            grounds={code: _ground(one) for code, one in record["grounds"].items()},
            purposes={
                code: Purpose(Words(one["zh"], one["en"]), tuple(one["grounds"]))
                for code, one in record["purposes"].items()
            },
            audiences={
                code: Words(one["zh"], one["en"]) for code, one in record["audiences"].items()
            },
            terms={code: _term(one) for code, one in record["terms"].items()},
        )
    except tomllib.TOMLDecodeError as error:
        raise BadNorm(f"{name}: {error}") from error
    except KeyError as error:
        raise BadNorm(f"{name}: {error} is missing") from error
    except ValueError as error:
        raise BadNorm(f"{name}: {error}") from error
    for fault in _faults(found):
        raise BadNorm(f"{name}: {fault}")
    return found


def _ground(one: Mapping[str, Any]) -> Ground:
    return Ground(
        issuer=one["issuer"],
        title=Words(one["title_zh"], one["title_en"]),
        article=Words(one["article_zh"], one["article_en"]),
        effective_from=one["effective_from"],
        effective_to=one.get("effective_to"),
        verified=one["verified"],
    )


def _term(one: Mapping[str, Any]) -> Term:
    return Term(
        words=Words(one["zh"], one["en"]),
        then=Then(one["then"]),
        since=Words(one.get("from_zh", ""), one.get("from_en", "")),
        months=one.get("months"),
        days=one.get("days"),
        at_least_months=one.get("at_least_months", 0),
    )


def _faults(found: Retention) -> list[str]:
    faults = []
    if type(found.effective_from) is not date:
        faults.append("effective_from is no day, such as 2026-11-01")
    for code, purpose in found.purposes.items():
        faults += [
            f"the purpose {code} names the ground {ground}, which is not given"
            for ground in purpose.grounds
            if ground not in found.grounds
        ]
    for code, term in found.terms.items():
        lengths = [length for length in (term.months, term.days) if length is not None]
        if any(type(length) is not int or length < 0 for length in lengths):
            faults.append(f"the length of {code} is no whole number")
        elif term.then in BY_THE_JOB and len(lengths) != 1:
            faults.append(f"{code} is of months or of days, one of the two")
        elif lengths and _days(term) < term.at_least_months * LONGEST_MONTH:
            faults.append(f"{code} must be kept for {term.at_least_months} months at least")
    return faults


def _days(term: Term) -> int:
    return (term.days or 0) + (term.months or 0) * LONGEST_MONTH


@cache
def documents(extra: Path | None = None) -> tuple[Retention, ...]:
    """Every document: the package's own, then those in `retention` of an installation's.

    An installation's keeps nothing shorter than a law that the package names allows, and
    speaks of everything that the package's own speaks of.
    """
    own = files("fangxian.norms").joinpath("documents", "retention")
    found = [
        read(entry.read_text("utf-8"), entry.name)
        for entry in sorted(own.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".toml")
    ]
    ours = found[-1]
    folder = extra / "retention" if extra is not None else None
    if folder is not None and folder.is_dir():
        for path in sorted(folder.glob("*.toml")):
            theirs = read(path.read_text("utf-8"), path.name)
            _refuse_lesser(theirs, ours, path.name)
            found.append(theirs)
    return tuple(found)


def _refuse_lesser(theirs: Retention, ours: Retention, name: str) -> None:
    for what in ("grounds", "purposes", "audiences", "terms"):
        missing = sorted(set(getattr(ours, what)) - set(getattr(theirs, what)))
        if missing:
            raise BadNorm(f"{name}: {what} says nothing of {', '.join(missing)}")
    for code, term in ours.terms.items():
        length = _days(theirs.terms[code])
        if term.at_least_months and length < term.at_least_months * LONGEST_MONTH:
            raise BadNorm(
                f"{name}: {code} must be kept for {term.at_least_months} months at least, "
                f"as {ours.title.en} says"
            )


def retention_on(day: date, extra: Path | None = None) -> Retention:
    """The document in force on a day; of several the latest issued, the installation's last."""
    in_force = [
        document
        for document in documents(extra)
        if document.effective_from <= day
        and (document.effective_to is None or day < document.effective_to)
    ]
    if not in_force:
        raise BadNorm(f"no document says how long personal data are kept on {day}")
    return max(enumerate(in_force), key=lambda pair: (pair[1].effective_from, pair[0]))[1]
