"""Every write about people. All are keyword-only, one transaction each, and end in the audit."""

from fangxian.foundation.people.actions.groups import (
    add_members,
    end_membership,
    recount,
    set_headcount,
)

__all__ = ["add_members", "end_membership", "recount", "set_headcount"]
