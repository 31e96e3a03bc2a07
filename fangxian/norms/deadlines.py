"""The deadlines of the whole chain, read from the norms' documents and chosen by the day."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

CHAIN = ("check.morning", "daily_report", "county", "city", "province")


class BadNorm(ValueError):
    """A record that cannot be used; the message names the file and the reason."""


@dataclass(frozen=True)
class Deadlines:
    """When each kind opens and is due, local time, with the document it comes from."""

    due: Mapping[str, time]
    opens: Mapping[str, time]
    effective_from: date
    effective_to: date | None
    title_zh: str
    title_en: str
    source_zh: str
    source_en: str
    verified: bool


def read(text: str, name: str) -> Deadlines:
    """Read one document; refuse it by name when a level is due before the one below it."""
    try:
        record: dict[str, Any] = tomllib.loads(text)
        document, due = record["document"], record["deadlines"]
        found = Deadlines(
            due=dict(due),
            opens=dict(record["opens"]),
            effective_from=document["effective_from"],
            effective_to=document.get("effective_to"),
            title_zh=document["title_zh"],
            title_en=document["title_en"],
            source_zh=document["source_zh"],
            source_en=document["source_en"],
            verified=document["verified"],
        )
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise BadNorm(f"{name}: {error}") from error
    times = [found.due.get(step) for step in CHAIN]
    if None in times or times != sorted(times):  # type: ignore[type-var]
        raise BadNorm(f"{name}: the deadlines of {', '.join(CHAIN)} must not go backwards")
    return found


@cache
def documents(extra: Path | None = None) -> tuple[Deadlines, ...]:
    """Every document with deadlines: the package's own, then an installation's own folder."""
    found = [
        read(entry.read_text("utf-8"), entry.name)
        for entry in files("fangxian.norms").joinpath("documents").iterdir()
        if entry.name.endswith(".toml")
    ]
    if extra is not None and extra.is_dir():
        found += [read(path.read_text("utf-8"), path.name) for path in sorted(extra.glob("*.toml"))]
    return tuple(found)


def deadlines_on(day: date, extra: Path | None = None) -> Deadlines:
    """The deadlines in force on a day; of several the latest issued, the installation's last."""
    in_force = [
        document
        for document in documents(extra)
        if document.effective_from <= day
        and (document.effective_to is None or day < document.effective_to)
    ]
    if not in_force:
        raise BadNorm(f"no document sets deadlines for {day}")
    return max(enumerate(in_force), key=lambda pair: (pair[1].effective_from, pair[0]))[1]
