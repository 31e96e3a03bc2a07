"""Numbers by which a person is known: the resident identity number (GB 11643) and telephones.

Only the checksum, the birth date and the sex are read from an identity number; its first digits
say where somebody was registered, and that is nobody's business here.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS: Final = "10X98765432"
_ID_CARD: Final = re.compile(r"[1-9][0-9]{16}[0-9X]", re.ASCII)
_WIDE: Final = {ord("０") + digit: str(digit) for digit in range(10)} | {
    ord("＋"): "+", ord("－"): "-", ord("（"): "(", ord("）"): ")", ord("　"): " ",
}  # fmt: skip
_BETWEEN: Final = re.compile(r"[\s().·/\u2010-\u2015-]+")
_PHONE: Final = re.compile(r"\+?[0-9]{3,20}", re.ASCII)


@dataclass(frozen=True)
class IdCard:
    """What a right identity number says of its bearer."""

    number: str
    born: date
    sex: str


def check_digit(first_17: str) -> str:
    """The eighteenth character of an identity number."""
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, first_17, strict=True))
    return CHECKS[total % 11]


def read_id_card(text: str) -> IdCard | None:
    """The identity number in a text, or None where it is none: form, date or checksum wrong."""
    number = plain_id(text)
    if not _ID_CARD.fullmatch(number) or check_digit(number[:17]) != number[17]:
        return None
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
    return IdCard(number, born, "male" if int(number[16]) % 2 else "female")


def plain_id(text: str) -> str:
    """A document's number as it is kept: no spaces, capital letters, plain digits."""
    return re.sub(r"\s+", "", text.translate(_WIDE)).upper()


def plain_phone(text: str) -> str:
    """A telephone number as it is kept: digits, a + of another country; "" when it is none."""
    found = _BETWEEN.sub("", text.translate(_WIDE)).removeprefix("+86")
    return found if _PHONE.fullmatch(found) else ""


def masked(number: str) -> str:
    """A document's number for a list: enough to tell two people apart, not to use it."""
    if len(number) <= 6:
        return "•" * len(number)
    return f"{number[:2]}{'•' * (len(number) - 5)}{number[-3:]}"
