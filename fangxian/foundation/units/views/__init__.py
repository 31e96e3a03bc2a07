"""The pages of this room: looking at units, changing them, importing them."""

from fangxian.foundation.units.views.changing import (
    change,
    close,
    contact,
    leader_add,
    leader_end,
    merge,
    move,
    open_below,
    tie_add,
    tie_end,
)
from fangxian.foundation.units.views.importing import draft, template, upload
from fangxian.foundation.units.views.reading import options, search, unit

__all__ = [
    "change",
    "close",
    "contact",
    "draft",
    "leader_add",
    "leader_end",
    "merge",
    "move",
    "open_below",
    "options",
    "search",
    "template",
    "tie_add",
    "tie_end",
    "unit",
    "upload",
]
