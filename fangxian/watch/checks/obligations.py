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
    on_school_days = _("on every school day")
    register(
        Kind(Session.MORNING.kind, _("Morning check"), by_group, school_day, days=on_school_days)
    )
    at_noon = _("on school days, while a response level asks for a second check")
    register(Kind(Session.NOON.kind, _("Noon check"), by_group, _noon, days=at_noon))
    boarders = _("on every school day, where there are boarders")
    evening, boarding = Session.EVENING.kind, "u.boarding"
    register(Kind(evening, _("Evening check"), by_group, school_day, boarding, boarders))
    at_home = _("on every day at home, while a response level asks for home checks")
    register(Kind(Session.HOME.kind, _("Home check"), by_group, _home, days=at_home))
