"""How sensitive every field of every table is; a test fails on one that is not said."""

from enum import StrEnum


class Sensitivity(StrEnum):
    """Public, personal (of a person), or health (of a person's health)."""

    PUBLIC = "public"
    PERSONAL = "personal"
    HEALTH = "health"


def fields(*, public: str = "", personal: str = "", health: str = "") -> dict[str, Sensitivity]:
    """A model's fields by sensitivity, each list given as names with spaces between.

    Raises ValueError when a name stands in two lists.
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
    return found
