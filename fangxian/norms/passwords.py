"""What a password must be, read from the norms' documents, chosen by the day."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from fangxian.norms.deadlines import BadNorm


@dataclass(frozen=True)
class PasswordRules:
    """Counts of characters, of kinds, of passwords, of days; `longest_days` 0 is without end."""

    shortest: int = 10
    left_over: int = 6
    kinds_of_characters: int = 1
    remembered: int = 5
    longest_days: int = 0
    effective_from: date = date.min
    effective_to: date | None = None
    title_zh: str = ""
    title_en: str = ""
    verified: bool = False


#: rule → the least and the most that makes sense; NIST forbids anything under 8 characters
BOUNDS = {
    "shortest": (8, 64),
    "left_over": (0, 32),
    "kinds_of_characters": (1, 4),
    "remembered": (1, 24),
    "longest_days": (0, 3650),
}


def read(text: str, name: str) -> PasswordRules:
    """Read one document; refuse it by name, and say what is wrong."""
    try:
        record: dict[str, Any] = tomllib.loads(text)
        document, rules = record["document"], dict(record["rules"])
        found = PasswordRules(
            **{rule: rules.pop(rule) for rule in BOUNDS},
            effective_from=document["effective_from"],
            effective_to=document.get("effective_to"),
            title_zh=document["title_zh"],
            title_en=document["title_en"],
            verified=document["verified"],
        )
    except tomllib.TOMLDecodeError as error:
        raise BadNorm(f"{name}: {error}") from error
    except KeyError as error:
        raise BadNorm(f"{name}: {error} is missing") from error
    if rules:
        raise BadNorm(f"{name}: {', '.join(sorted(rules))} is no rule of passwords")
    for rule, (least, most) in BOUNDS.items():
        said = getattr(found, rule)
        if type(said) is not int or not least <= said <= most:
            raise BadNorm(f"{name}: {rule} is no number from {least} to {most}")
    if type(found.effective_from) is not date:
        raise BadNorm(f"{name}: effective_from is no day, such as 2026-11-01")
    return found


@cache
def documents(extra: Path | None = None) -> tuple[PasswordRules, ...]:
    """Every document: the package's own, then those in `passwords` of an installation's."""
    own = files("fangxian.norms").joinpath("documents", "passwords")
    found = [read(entry.read_text("utf-8"), entry.name) for entry in own.iterdir()]
    folder = extra / "passwords" if extra is not None else None
    if folder is not None and folder.is_dir():
        paths = sorted(folder.glob("*.toml"))
        found += [read(path.read_text("utf-8"), path.name) for path in paths]
    return tuple(found)


def passwords_on(day: date, extra: Path | None = None) -> PasswordRules:
    """The rules in force on a day; of several the latest issued, the installation's last."""
    in_force = [
        document
        for document in documents(extra)
        if document.effective_from <= day
        and (document.effective_to is None or day < document.effective_to)
    ]
    if not in_force:
        return PasswordRules()
    return max(enumerate(in_force), key=lambda pair: (pair[1].effective_from, pair[0]))[1]
