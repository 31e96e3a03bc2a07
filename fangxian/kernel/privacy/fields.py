"""How every field of every table is classified and handled."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Sensitivity(StrEnum):
    """Public, personal (of a person), or health (of a person's health)."""

    PUBLIC = "public"
    PERSONAL = "personal"
    HEALTH = "health"


@dataclass(frozen=True)
class Handling:
    """Codes of the norms: why a field is kept, until when, who sees it."""

    purpose: str = ""
    kept: str = ""
    seen_by: str = ""


class Classified(dict[str, Sensitivity]):
    """A model's fields with how sensitive each is, and how each is handled."""

    def __init__(
        self, found: dict[str, Sensitivity], handling: Handling, apart: dict[str, Handling]
    ) -> None:
        super().__init__(found)
        self.handling = handling
        self.apart = apart

    def of(self, name: str) -> Handling:
        """How a field is handled: as its table is, unless it is said apart."""
        return self.apart.get(name, self.handling)


def fields(
    *,
    public: str = "",
    personal: str = "",
    health: str = "",
    purpose: str = "",
    kept: str = "",
    seen_by: str = "",
    apart: Iterable[tuple[str, Handling]] = (),
) -> Classified:
    """A model's fields by sensitivity, each list given as names with spaces between.

    `purpose`, `kept` and `seen_by` hold for the whole table; `apart` names fields that are
    handled otherwise. Raises ValueError when a name stands in two lists, or is apart and in none.
    """
    lists = {
        Sensitivity.PUBLIC: public.split(),
        Sensitivity.PERSONAL: personal.split(),
        Sensitivity.HEALTH: health.split(),
    }
    found: dict[str, Sensitivity] = {}
    for sensitivity, names in lists.items():
        for name in names:
            if name in found:
                raise ValueError(f"{name} is both {found[name]} and {sensitivity}")
            found[name] = sensitivity
    otherwise = {name: handling for names, handling in apart for name in names.split()}
    for name in otherwise:
        if name not in found:
            raise ValueError(f"{name} is apart, but not classified")
    return Classified(found, Handling(purpose, kept, seen_by), otherwise)
