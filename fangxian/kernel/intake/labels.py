"""What states, phases and outcomes are called."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from fangxian.kernel.intake.rules import Outcome, State

STATES: Final[dict[str, object]] = {
    State.UPLOADED: _("Waiting for its turn"),
    State.MAPPING: _("Columns to be said"),
    State.READING: _("Being read"),
    State.REVIEW: _("To be looked at"),
    State.WRITING: _("Being written"),
    State.DONE: _("Written"),
    State.CANCELLED: _("Given up"),
    State.FAILED: _("Failed"),
}
STATE_TONES: Final[dict[str, str]] = {
    State.UPLOADED: "info",
    State.MAPPING: "waiting",
    State.READING: "info",
    State.REVIEW: "waiting",
    State.WRITING: "info",
    State.DONE: "ok",
    State.CANCELLED: "unknown",
    State.FAILED: "overdue",
}
PHASES: Final[dict[str, object]] = {
    "": _("Waiting for its turn"),
    "looking": _("Looking into the file"),
    "reading": _("Reading the rows"),
    "comparing": _("Comparing with what is there"),
    "writing": _("Writing"),
    "finishing": _("Finishing"),
}
OUTCOMES: Final[dict[str, object]] = {
    Outcome.NEW: _("New"),
    Outcome.CHANGED: _("Changed"),
    Outcome.MOVED: _("Moved"),
    Outcome.SAME: _("Unchanged"),
    Outcome.MISSING: _("Missing from the file"),
    Outcome.WRONG: _("Cannot be imported"),
}
TONES: Final[dict[str, str]] = {
    Outcome.NEW: "ok",
    Outcome.CHANGED: "info",
    Outcome.MOVED: "info",
    Outcome.SAME: "unknown",
    Outcome.MISSING: "late",
    Outcome.WRONG: "overdue",
}
