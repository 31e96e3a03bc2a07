"""The pages of this room: looking at units, changing them."""

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
from fangxian.foundation.units.views.reading import options, search, unit

__all__ = [
    "change",
    "close",
    "contact",
    "leader_add",
    "leader_end",
    "merge",
    "move",
    "open_below",
    "options",
    "search",
    "tie_add",
    "tie_end",
    "unit",
]
