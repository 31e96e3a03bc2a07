"""Why a row is wrong: a code, the column, and what it says there; put into words when shown."""

from collections.abc import Iterable, Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from fangxian.kernel.intake.kinds import IntakeKind

PART: Final = "\x1f"
WORDS: Final[Mapping[str, object]] = {
    "empty": _("%(field)s is missing."),
    "too_long": _("%(field)s is longer than %(it)s characters."),
    "not_a_date": _("%(field)s is no day: %(it)s. Write 2012-09-01."),
    "not_a_number": _("%(field)s is no whole number: %(it)s."),
    "not_yes_or_no": _("%(field)s must be yes or no: %(it)s."),
    "not_understood": _("%(field)s is not understood: %(it)s."),
    "not_a_phone": _("%(field)s is no telephone number: %(it)s."),
    "not_a_code": _("%(field)s holds other than letters and digits: %(it)s."),
    "rounded": _("%(field)s was kept as a number and has lost its last digits: give the column "
                 "the format “text” and enter it again."),
    "control": _("%(field)s holds a character that cannot be shown."),
}  # fmt: skip


def reason(code: str, field: str = "", it: object = "") -> str:
    """A reason as it is kept."""
    said = " ".join(str(it).replace(PART, " ").split())[:40]
    return PART.join((code, field, said))


def plain(text: str) -> str:
    """A reason that a room has put into words itself."""
    return PART.join(("", "", text.replace("\n", " ")))


def join(reasons: Iterable[str]) -> str:
    """Several reasons as they are kept."""
    return "\n".join(one for one in reasons if one)


def tell(kind: IntakeKind, kept: str) -> list[str]:
    """A row's reasons in words."""
    return [_told(kind, one) for one in kept.split("\n") if one]


def _told(kind: IntakeKind, one: str) -> str:
    code, field, it = (one.split(PART) + ["", ""])[:3]
    words = kind.reasons.get(code) or WORDS.get(code)
    if words is None:
        return it or code
    label = kind.field(field).label if field else ""
    return str(words) % {"field": label, "it": it}
