"""The daily report as an obligation: of every school, on school days and on days at home."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from fangxian.foundation.obligations.kinds import Kind, OwedBy, register
from fangxian.foundation.schooldays.queries import school_day
from fangxian.foundation.situations.queries import home_checks
from fangxian.kernel.places import Place
from fangxian.watch.reporting.rules import KIND


def _runs(day: date) -> Place:
    return school_day(day) | home_checks(day)


def declare() -> None:
    """Make the kind known."""
    days = _("on every school day, and on all others while a response level asks for home checks")
    register(Kind(KIND, _("Daily report"), OwedBy.SCHOOL, _runs, days=days))
