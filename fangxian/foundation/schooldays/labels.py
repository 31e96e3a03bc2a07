"""Why a day is, or is not, a school day, in the reader's words."""

from collections.abc import Callable, Sequence

from django.utils.translation import get_language, pgettext, pgettext_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from fangxian.foundation.schooldays.days import Because, TermSaid
from fangxian.foundation.schooldays.queries import CalendarDay
from fangxian.foundation.schooldays.rules import SchooldayEvent, SchooldayPermission
from fangxian.foundation.schooldays.statutory import Statutory
from fangxian.kernel.places import grades_of

EVENTS = {
    SchooldayEvent.DECLARED: _lazy("Declared a day open or closed"),
    SchooldayEvent.CLEARED: _lazy("Took back what was declared for a day"),
    SchooldayEvent.TERM_SET: _lazy("Declared a term"),
    SchooldayEvent.TERM_CLEARED: _lazy("Took back the dates of a term"),
    SchooldayEvent.SUSPENDED: _lazy("Suspended lessons"),
    SchooldayEvent.RESUMED: _lazy("Let lessons begin again"),
    SchooldayEvent.RETURN_SET: _lazy("Declared a staggered return"),
    SchooldayEvent.RETURN_CLEARED: _lazy("Took back a staggered return"),
}
PERMISSIONS = {
    SchooldayPermission.VIEW: _lazy("Read the calendar"),
    SchooldayPermission.MANAGE: _lazy("Declare school days"),
}
SCHOOL = pgettext_lazy("day of the calendar", "school")
FREE = pgettext_lazy("day of the calendar", "free")
SHORT = {
    Because.SUSPENDED: _lazy("suspended"),
    Because.NOT_BACK: _lazy("not back yet"),
    Because.VACATION: pgettext_lazy("day of the calendar", "vacation"),
    Because.MAKE_UP: _lazy("make-up day"),
}


def holiday(law: Statutory) -> str:
    """The holiday that a day is, or makes up for, in the reader's language; "" for none."""
    english = (get_language() or "").startswith("en")
    return law.holiday_en if english else law.holiday_zh


def short(one: CalendarDay) -> str:
    """A day of the calendar in a word or two."""
    if one.because is Because.HOLIDAY:
        return holiday(one.law)
    if one.some_grades:
        return _("some grades")
    plain = SCHOOL if one.is_open else FREE
    return str(SHORT.get(one.because, plain))


def tone(one: CalendarDay) -> str:
    """How a day is drawn."""
    if one.because is Because.SUSPENDED:
        return "suspended"
    if one.because is Because.VACATION:
        return "vacation"
    if one.some_grades:
        return "part"
    return "open" if one.is_open else "closed"


def grades_text(one: CalendarDay) -> str:
    """The grades for whom it is a school day: those of school, and whether others are too."""
    grades = [grade for grade in grades_of(one.grades) if 1 <= grade <= 12]
    if not grades:
        return _("none of the grades of school; groups without a grade have lessons")
    return _("grades %(grades)s, and groups without a grade") % {"grades": joined(grades)}


def joined(grades: Sequence[int]) -> str:
    """1–6, 9, 12."""
    runs: list[list[int]] = []
    for grade in sorted(grades):
        if runs and runs[-1][-1] == grade - 1:
            runs[-1].append(grade)
        else:
            runs.append([grade])
    return pgettext("between items", ", ").join(
        str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs
    )


def why(one: CalendarDay, declarer: str) -> str:
    """The whole sentence: why, and who said so."""
    told = {"unit": declarer, "reason": one.reason, "name": holiday(one.law)}
    return WHY[one.because]() % (told | _term_days(one))


def _term_days(one: CalendarDay) -> dict[str, object]:
    said = one.why.said
    if not isinstance(said, TermSaid):
        return {"first": "", "last": ""}
    return {"first": said.first, "last": said.last}


WHY: dict[Because, Callable[[], str]] = {
    Because.SUSPENDED: lambda: _("Lessons are suspended by %(unit)s: %(reason)s"),
    Because.NOT_BACK: lambda: _("This grade is not back yet, by order of %(unit)s: %(reason)s"),
    Because.DECLARED: lambda: _("Declared by %(unit)s: %(reason)s"),
    Because.VACATION: lambda: _(
        "Vacation: outside the term that %(unit)s declared, %(first)s to %(last)s."
    ),
    Because.HOLIDAY: lambda: _("Statutory holiday: %(name)s."),
    Because.MAKE_UP: lambda: _("A working weekend that makes up for a holiday: %(name)s."),
    Because.WEEKEND: lambda: _("Saturdays and Sundays are free."),
    Because.WEEKDAY: lambda: _("An ordinary workday is a school day."),
}
