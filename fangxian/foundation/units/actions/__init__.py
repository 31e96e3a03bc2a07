"""Every write to the tree. All are keyword-only, one transaction each, and end in the audit."""

from fangxian.foundation.units.actions.contacts import (
    add_leader,
    add_tie,
    end_leader,
    end_tie,
    set_contact,
)
from fangxian.foundation.units.actions.moving import close_unit, merge_units, move_unit
from fangxian.foundation.units.actions.opening import change_unit, open_unit
from fangxian.foundation.units.actions.planned import take_back
from fangxian.foundation.units.actions.seeding import Seeded, load_divisions, seed

__all__ = [
    "Seeded",
    "add_leader",
    "add_tie",
    "change_unit",
    "close_unit",
    "end_leader",
    "end_tie",
    "load_divisions",
    "merge_units",
    "move_unit",
    "open_unit",
    "seed",
    "set_contact",
    "take_back",
]
