"""Numbers as people and programs write them in an address or a form."""

#: what the database keeps as a whole number has 18 digits for certain
MOST_DIGITS = 18


def written(text: str) -> int | None:
    """The number that digits stand for; None where it is none, or larger than any we keep."""
    plain = text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS
    return int(text) if plain else None
