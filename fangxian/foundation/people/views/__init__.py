"""The pages of this room, by noun."""

from fangxian.foundation.people.views.cohorts import cohort, cohort_close, cohort_leave, cohorts
from fangxian.foundation.people.views.groups import group, groups, leave
from fangxian.foundation.people.views.persons import (
    person,
    person_add,
    person_back,
    person_calls,
    person_edit,
    person_leave,
    person_move,
)
from fangxian.foundation.people.views.promotion import promotion, promotion_undo
from fangxian.foundation.people.views.roster import roster, roster_export, search
from fangxian.foundation.people.views.transfers import (
    transfer,
    transfer_ask,
    transfer_offer,
    transfer_withdraw,
    transfers,
)

__all__ = [
    "cohort",
    "cohort_close",
    "cohort_leave",
    "cohorts",
    "group",
    "groups",
    "leave",
    "person",
    "person_add",
    "person_back",
    "person_calls",
    "person_edit",
    "person_leave",
    "person_move",
    "promotion",
    "promotion_undo",
    "roster",
    "roster_export",
    "search",
    "transfer",
    "transfer_ask",
    "transfer_offer",
    "transfer_withdraw",
    "transfers",
]
