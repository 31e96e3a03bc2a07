"""Who may ask, and what may go before its term."""

from datetime import date
from typing import Final

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fangxian.kernel.access import Decision
from fangxian.kernel.audit import Event

LONGEST_REASON: Final = 200


class AskedBy(models.TextChoices):
    PERSON = "person", gettext_lazy("the person")
    GUARDIAN = "guardian", gettext_lazy("a guardian")
    SCHOOL = "school", gettext_lazy("the school itself, which found a mistake")


class RightsEvent(Event):
    HANDED_OUT = "rights.handed_out"
    CORRECTED = "rights.corrected"
    ERASED = "rights.erased"


def may_erase(*, left_on: date | None, today: date, in_a_group: bool, moving: bool) -> Decision:
    """Whether a record may go before its term: only where no duty of the school holds any more."""
    if left_on is None or left_on > today or in_a_group:
        return Decision(
            False,
            _("The person is at the school: it has the duty to keep this record until they leave."),
        )
    if moving:
        return Decision(
            False, _("A transfer of this person is under way; it has to be ended first.")
        )
    return Decision(True)
