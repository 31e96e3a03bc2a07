"""Changes of the calendar as the stories make them, and how the lists stand after them."""

from datetime import date, datetime, time, timedelta

from fangxian.foundation.obligations.actions import (
    answer,
)
from fangxian.foundation.obligations.models import Obligation
from fangxian.foundation.obligations.queries import standing
from fangxian.foundation.obligations.rules import Counts
from fangxian.foundation.schooldays import actions as calendar
from fangxian.foundation.schooldays.models import (
    Suspension,
    Term,
)
from fangxian.foundation.schooldays.rules import Season
from fangxian.foundation.situations import actions as situations
from fangxian.kernel.clock import SHANGHAI
from tests.cast import AT, DAY, SYSTEM, Cast, Place

MORNING, HOME, REPORT = "check.morning", "check.home", "daily_report"
ONE_DAY = timedelta(days=1)
TOMORROW = DAY + ONE_DAY
REASON = "诺如病毒，停课"


def moment(hour: int, minute: int = 0, day: date = DAY) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=SHANGHAI)


def suspend(cast: Cast, place: str = "school", day: date = DAY, at: datetime = AT) -> Suspension:
    return calendar.suspend(
        unit_id=getattr(cast, place).id,
        first_day=day,
        last_day=None,
        reason=REASON,
        document="",
        by=cast.actor("county_officer"),
        at=at,
    )


def resume(cast: Cast, row: Suspension, day: date = DAY, at: datetime = AT) -> None:
    by = cast.actor("county_officer")
    calendar.resume(suspension_id=row.pk, from_day=day, reason="误操作", by=by, at=at)


def set_level(cast: Cast, day: date = DAY, at: datetime = AT, home: bool = True) -> None:
    situations.set_level(
        unit_id=cast.county.id,
        level=1,
        valid_from=day,
        home_checks=home,
        noon_checks=False,
        document="防控〔2026〕1号",
        by=cast.actor("county_officer"),
        at=at,
    )


def tell(place: Place, kind: str = MORNING) -> None:
    answer(
        kind=kind,
        unit_id=place.id,
        day=DAY,
        told_at=AT,
        at=AT,
        by=SYSTEM,
        accounted=None,
        channel="phone",
    )


def row(place: Place, kind: str = MORNING, day: date = DAY) -> Obligation:
    return Obligation.objects.get(unit_id=place.id, kind=kind, day=day)


def on_list(place: Place, kind: str = MORNING, day: date = DAY) -> bool:
    return Obligation.objects.of(kind, day).filter(unit_id=place.id).exists()


def counts(place: Place, kind: str = MORNING, at: datetime = AT) -> Counts:
    return standing(unit=place.version, kind=kind, day=DAY, at=at).counts


def declare_term(
    cast: Cast, first: date, last: date = date(2027, 1, 20), at: datetime = AT
) -> Term:
    return calendar.set_term(
        unit_id=cast.county.id,
        school_year=2026,
        season=Season.AUTUMN,
        first_day=first,
        last_day=last,
        document="2026—2027学年校历",
        by=cast.actor("county_officer"),
        at=at,
    )
