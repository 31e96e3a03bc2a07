"""The obligations that checks answer: three on a school day, one at home on other days."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from fangxian.foundation.obligations.kinds import Kind, OwedBy, register
from fangxian.foundation.schooldays.queries import school_day
from fangxian.foundation.situations.queries import home_checks, noon_checks
from fangxian.kernel.places import Place
from fangxian.watch.checks.rules import Session


def _noon(day: date) -> Place:
    return school_day(day) & noon_checks(day)


def _home(day: date) -> Place:
    return ~school_day(day) & home_checks(day)


def declare() -> None:
    """Make the four kinds known."""
    by_group = OwedBy.GROUP
    register(Kind(Session.MORNING.kind, _("Morning check"), by_group, school_day))
    register(Kind(Session.NOON.kind, _("Noon check"), by_group, _noon))
    register(Kind(Session.EVENING.kind, _("Evening check"), by_group, school_day, "u.boarding"))
    register(Kind(Session.HOME.kind, _("Home check"), by_group, _home))
