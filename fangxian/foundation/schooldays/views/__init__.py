"""The calendar of a unit, by month and by term, and declaring what it is."""

from fangxian.foundation.schooldays.views.calendar import calendar, own
from fangxian.foundation.schooldays.views.declaring import (
    declare_return,
    declare_term,
    resume,
    suspend,
)
from fangxian.foundation.schooldays.views.term import term

__all__ = [
    "calendar",
    "declare_return",
    "declare_term",
    "own",
    "resume",
    "suspend",
    "term",
]
