"""Sentences of the board that depend on what is counted."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fangxian.foundation.obligations.rules import Counts
from fangxian.situation.queries import Board


def headline(shown: Board) -> str:
    """What is counted, in words: groups or schools."""
    return _("Groups that have answered") if shown.by_group else _("Schools that have signed")


def map_texts() -> dict[str, str]:
    """What the map's island says; the braces are filled there."""
    return {
        "of": _("{answered} of {expected}"),
        "unknown": _("not known"),
        "none": _("nothing due"),
    }


def announcement(counts: Counts, step: int | None) -> str:
    """What a screen reader is told when another tenth has answered."""
    if step is None:
        return ""
    if counts.answered == counts.expected:
        return _("Everyone has answered.")
    return _("%(step)s%% have answered.") % {"step": step}


def chased(asked: int) -> str:
    """What a chase did."""
    if asked == 0:
        return _("Nobody was asked: all who are silent were asked less than ten minutes ago.")
    return ngettext(
        "%(asked)s silent unit was asked again.", "%(asked)s silent units were asked again.", asked
    ) % {"asked": f"{asked:,}"}
