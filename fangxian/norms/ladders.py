"""Who is reminded when, read from the norms' documents and chosen by the day."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

from fangxian.norms.deadlines import BadNorm

#: from whoever answers upwards; what nobody holds at one level goes to the next
LEVELS = ("answerer", "school_reporter", "head", "county", "city", "province")
#: those inside the school; only they are told of what is not due yet
IN_SCHOOL = LEVELS[:3]
#: how far from the deadline a rung may stand
EARLIEST, LATEST = -12 * 60, 24 * 60
NAME = re.compile(r"[a-z_]{1,24}")


@dataclass(frozen=True)
class Rung:
    """A level is told so many minutes after the deadline, or before it (negative)."""

    code: str
    minutes: int
    to: str


@dataclass(frozen=True)
class Ladder:
    """The rungs of one kind in the order of time; an urgent kind knows no quiet hours."""

    kind: str
    urgent: bool
    rungs: tuple[Rung, ...]


@dataclass(frozen=True)
class Quiet:
    """From when to when, local time, what can wait does wait; equal times: never."""

    start: time
    end: time


@dataclass(frozen=True)
class Ladders:
    """Every kind's ladder, with the document it comes from."""

    ladders: Mapping[str, Ladder]
    quiet: Quiet
    name: str
    effective_from: date
    effective_to: date | None
    title_zh: str
    title_en: str
    source_zh: str
    source_en: str
    verified: bool


def read(text: str, name: str) -> Ladders:
    """Read one document; refuse it by name, and say which record is wrong and why."""
    try:
        record: dict[str, Any] = tomllib.loads(text)
        document = record["document"]
        found = Ladders(
            ladders={kind: _ladder(kind, one, name) for kind, one in record["ladders"].items()},
            quiet=Quiet(record["quiet"]["from"], record["quiet"]["to"]),
            name=name,
            effective_from=document["effective_from"],
            effective_to=document.get("effective_to"),
            title_zh=document["title_zh"],
            title_en=document["title_en"],
            source_zh=document["source_zh"],
            source_en=document["source_en"],
            verified=document["verified"],
        )
    except tomllib.TOMLDecodeError as error:
        raise BadNorm(f"{name}: {error}") from error
    except KeyError as error:
        raise BadNorm(f"{name}: {error} is missing") from error
    if not all(isinstance(one, time) for one in (found.quiet.start, found.quiet.end)):
        raise BadNorm(f"{name}: quiet: from and to are times, such as 22:00:00")
    if type(found.effective_from) is not date:
        raise BadNorm(f"{name}: effective_from is no day, such as 2020-01-24")
    return found


def _ladder(kind: str, record: Mapping[str, Any], name: str) -> Ladder:
    for fault in _wrong_values(record):
        raise BadNorm(f"{name}: {kind}: {fault}")
    rungs = tuple(Rung(one["code"], one["minutes"], one["to"]) for one in record["rungs"])
    found = Ladder(kind, record["urgent"], rungs)
    for fault in _faults(found):
        raise BadNorm(f"{name}: {kind}: {fault}")
    return found


def _wrong_values(record: Mapping[str, Any]) -> Iterator[str]:
    """What is not even of its kind."""
    if not isinstance(record["urgent"], bool):
        yield "urgent is neither true nor false"
    for rung in record["rungs"]:
        code = rung["code"]
        if not (isinstance(code, str) and NAME.fullmatch(code)):
            yield f"{code}: a rung's name is of small letters and _, at most 24"
        if type(rung["minutes"]) is not int:
            yield f"minutes of {code} is no whole number"


def _faults(ladder: Ladder) -> Sequence[str]:
    """What is wrong with a ladder, the first thing first."""
    known = [rung for rung in ladder.rungs if rung.to in LEVELS]
    codes = [rung.code for rung in ladder.rungs]
    found = [] if codes else ["a ladder needs a rung"]
    found += [
        f"the level {rung.to} is not one of {', '.join(LEVELS)}"
        for rung in ladder.rungs
        if rung.to not in LEVELS
    ]
    found += [f"two rungs are called {code}" for code in codes if codes.count(code) > 1]
    found += [
        f"{rung.code} is not within {EARLIEST} and {LATEST} minutes of the deadline"
        for rung in known
        if not EARLIEST <= rung.minutes <= LATEST
    ]
    found += [
        f"{rung.code} tells the {rung.to} of what is not due yet"
        for rung in known
        if rung.minutes < 0 and rung.to not in IN_SCHOOL
    ]
    return [*found, *_backwards(known)]


def _backwards(rungs: Sequence[Rung]) -> list[str]:
    """A rung before the one it stands after, or a level told before the one below it."""
    found = [
        f"{after.code} comes before {before.code}, which stands above it"
        for before, after in pairwise(rungs)
        if after.minutes < before.minutes
    ]
    first = {
        level: min((r.minutes for r in rungs if r.to == level), default=None) for level in LEVELS
    }
    told = [(level, minutes) for level, minutes in first.items() if minutes is not None]
    return found + [
        f"the {above} is told before the {below}"
        for (below, early), (above, late) in pairwise(told)
        if late < early
    ]


@cache
def documents(extra: Path | None = None) -> tuple[Ladders, ...]:
    """Every document with ladders: the package's own, then an installation's own folder."""
    own = files("fangxian.norms").joinpath("documents", "ladders")
    found = [
        read(entry.read_text("utf-8"), entry.name)
        for entry in sorted(own.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".toml")
    ]
    if extra is not None and (folder := extra / "ladders").is_dir():
        paths = sorted(folder.glob("*.toml"))
        found += [read(path.read_text("utf-8"), f"ladders/{path.name}") for path in paths]
    return tuple(found)


def ladders_on(day: date, extra: Path | None = None) -> Ladders | None:
    """The ladders in force on a day; of several the latest issued, the installation's last.

    None where no document speaks of that day: then nobody is reminded.
    """
    in_force = [
        document
        for document in documents(extra)
        if document.effective_from <= day
        and (document.effective_to is None or day < document.effective_to)
    ]
    if not in_force:
        return None
    return max(enumerate(in_force), key=lambda pair: (pair[1].effective_from, pair[0]))[1]
