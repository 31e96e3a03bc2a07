"""Which roles sign in with a second factor, read from the norms' documents, chosen by the day."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from fangxian.norms.deadlines import BadNorm


@dataclass(frozen=True)
class SecondFactor:
    """Role → whether it is asked for a second factor, with the document that says so."""

    roles: Mapping[str, bool] = field(default_factory=dict)
    effective_from: date = date.min
    effective_to: date | None = None
    title_zh: str = ""
    title_en: str = ""
    verified: bool = False


def read(text: str, name: str) -> SecondFactor:
    """Read one document; refuse it by name, and say what is wrong."""
    try:
        record: dict[str, Any] = tomllib.loads(text)
        document, roles = record["document"], dict(record["roles"])
        found = SecondFactor(
            roles=roles,
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
    for role, asked in roles.items():
        if not isinstance(asked, bool):
            raise BadNorm(f"{name}: {role} is neither true nor false")
    if type(found.effective_from) is not date:
        raise BadNorm(f"{name}: effective_from is no day, such as 2026-11-01")
    return found


@cache
def documents(extra: Path | None = None) -> tuple[SecondFactor, ...]:
    """Every document: the package's own, then those in `second_factor` of an installation's."""
    own = files("fangxian.norms").joinpath("documents", "second_factor")
    found = [read(entry.read_text("utf-8"), entry.name) for entry in own.iterdir()]
    folder = extra / "second_factor" if extra is not None else None
    if folder is not None and folder.is_dir():
        paths = sorted(folder.glob("*.toml"))
        found += [read(path.read_text("utf-8"), path.name) for path in paths]
    return tuple(found)


def second_factor_on(day: date, extra: Path | None = None) -> SecondFactor:
    """The table in force on a day; of several the latest issued, the installation's last.

    Before the first document nothing is asked of anybody.
    """
    in_force = [
        document
        for document in documents(extra)
        if document.effective_from <= day
        and (document.effective_to is None or day < document.effective_to)
    ]
    if not in_force:
        return SecondFactor()
    return max(enumerate(in_force), key=lambda pair: (pair[1].effective_from, pair[0]))[1]
