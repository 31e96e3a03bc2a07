"""The kinds of obligation, declared by the rooms at start-up."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from fangxian.kernel.clock import SHANGHAI
from fangxian.kernel.errors import Invalid
from fangxian.kernel.places import Place
from fangxian.norms import deadlines_on


class OwedBy(StrEnum):
    """Which units owe an answer of a kind."""

    GROUP = "group"
    SCHOOL = "school"


@dataclass(frozen=True)
class Kind:
    """What is owed, by whom, on which days and until when.

    `runs(day)` says where it is due, and `days` the same in words for who reads the calendar;
    `condition` narrows the units further, as SQL over the tables `u` (units_unit) and `v`
    (units_unitversion).
    """

    code: str
    label: "str | Promise"
    owed_by: OwedBy
    runs: Callable[[date], Place]
    condition: str = "TRUE"
    days: "str | Promise" = ""

    def due_at(self, day: date) -> datetime:
        """The moment by which it must have been told."""
        return _moment(day, deadlines_on(day, settings.FANGXIAN.norms).due[self.code])

    def opens_at(self, day: date) -> datetime:
        """The moment from which it may be answered."""
        return _moment(day, deadlines_on(day, settings.FANGXIAN.norms).opens[self.code])


def _moment(day: date, at: time) -> datetime:
    return datetime.combine(day, at, tzinfo=SHANGHAI)


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind known; called from a room's `AppConfig.ready`."""
    _kinds[kind.code] = kind


def all_kinds() -> list[Kind]:
    """Every kind in the order of declaration."""
    return list(_kinds.values())


def kind_by_code(code: str) -> Kind:
    """The kind of that code; a clear refusal for any other."""
    if code not in _kinds:
        text = _("Unknown kind “%(code)s”; known are: %(known)s.") % {
            "code": code,
            "known": ", ".join(_kinds),
        }
        raise Invalid(text, {"kind": [text]})
    return _kinds[code]
