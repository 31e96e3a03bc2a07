"""What a collection needs to be opened, and to be destroyed."""

from datetime import date, timedelta
from typing import Final

from django.utils.translation import gettext as _

from fangxian.kernel.access import Decision
from fangxian.kernel.audit import Event

#: an emergency that lasts longer is asked about again
LONGEST: Final = timedelta(days=366)


class SpecialEvent(Event):
    OPENED = "special.opened"
    WRITTEN = "special.written"
    READ = "special.read"
    DESTROYED = "special.destroyed"


def may_open(*, purpose: str, ground: str, opened_on: date, destroy_by: date) -> Decision:
    """Whether a collection says what it is for, by which document, and when it ends."""
    if not purpose.strip() or not ground.strip():
        return Decision(False, _("Say what it is for, and by which document."))
    if not opened_on < destroy_by <= opened_on + LONGEST:
        return Decision(False, _("Say by which day it will be destroyed: within a year."))
    return Decision(True)


def may_destroy(*, first: int | None, second: int | None, reason: str) -> Decision:
    """A wipe takes two people and a reason."""
    if first is None or second is None or first == second:
        return Decision(False, _("Two people destroy a collection together."))
    if not reason.strip():
        return Decision(False, _("Say why it is destroyed."))
    return Decision(True)
