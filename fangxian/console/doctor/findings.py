"""A finding: what was looked at, how it is, and what to do about it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum


class State(StrEnum):
    """Fine; worth a look; wrong; or not asked, since something else is wrong."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """`says` is how it is; `do` is empty only where all is well."""

    name: str
    state: State
    says: str
    do: str = ""

    def as_record(self) -> dict[str, str]:
        """For other programs."""
        return asdict(self)


def ok(name: str, says: str) -> Finding:
    """All is well."""
    return Finding(name, State.OK, says)


def warn(name: str, says: str, do: str) -> Finding:
    """It works, and should be seen to."""
    return Finding(name, State.WARN, says, do)


def fail(name: str, says: str, do: str) -> Finding:
    """It does not work."""
    return Finding(name, State.FAIL, says, do)


def unknown(name: str, says: str) -> Finding:
    """It could not be asked."""
    return Finding(name, State.UNKNOWN, says, "see to what failed above first")
