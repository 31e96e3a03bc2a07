"""Every write about people. All are keyword-only, one transaction each, and end in the audit."""

from fangxian.foundation.people.actions.cohorts import (
    close_cohort,
    join_cohort,
    leave_cohort,
    open_cohort,
)
from fangxian.foundation.people.actions.days import (
    carry_out_transfers,
    follow_the_tree,
    turn_the_day,
)
from fangxian.foundation.people.actions.groups import (
    add_members,
    end_membership,
    recount,
    set_headcount,
)
from fangxian.foundation.people.actions.persons import (
    Call,
    add_person,
    bring_back,
    change_person,
    end_person,
    move_person,
    set_guardians,
)
from fangxian.foundation.people.actions.promotion import (
    confirm_promotion,
    groups_now,
    standing_promotion,
    undo_promotion,
)
from fangxian.foundation.people.actions.putting import Became, Put, put_people
from fangxian.foundation.people.actions.transfers import (
    accept_transfer,
    offer_transfer,
    refuse_transfer,
    request_transfer,
    withdraw_transfer,
)

__all__ = [
    "Became",
    "Call",
    "Put",
    "accept_transfer",
    "add_members",
    "add_person",
    "bring_back",
    "carry_out_transfers",
    "change_person",
    "close_cohort",
    "confirm_promotion",
    "end_membership",
    "end_person",
    "follow_the_tree",
    "groups_now",
    "join_cohort",
    "leave_cohort",
    "move_person",
    "offer_transfer",
    "open_cohort",
    "put_people",
    "recount",
    "refuse_transfer",
    "request_transfer",
    "set_guardians",
    "set_headcount",
    "standing_promotion",
    "turn_the_day",
    "undo_promotion",
    "withdraw_transfer",
]
