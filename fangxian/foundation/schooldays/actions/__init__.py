"""Declaring what the calendar is, for a unit and everything below it."""

from fangxian.foundation.schooldays.actions.days import clear_day, declare_day
from fangxian.foundation.schooldays.actions.returns import clear_return, set_return
from fangxian.foundation.schooldays.actions.suspensions import resume, resume_part, suspend
from fangxian.foundation.schooldays.actions.terms import clear_term, set_term

__all__ = [
    "clear_day",
    "clear_return",
    "clear_term",
    "declare_day",
    "resume",
    "resume_part",
    "set_return",
    "set_term",
    "suspend",
]
