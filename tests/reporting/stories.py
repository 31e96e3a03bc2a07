"""Short ways to tell what happened in a school."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from fangxian.kernel.access import Actor
from fangxian.watch.checks import actions as checks
from fangxian.watch.checks.actions import Recorded, Submission
from fangxian.watch.checks.rules import Content, Line, Places, Reason, Session
from fangxian.watch.reporting import actions
from fangxian.watch.reporting.models import DailyReport
from fangxian.watch.reporting.rules import Entered
from tests.cast import AT, DAY, Cast, Place

ILL = Line(Reason.ILL)


def at(hour: int, minute: int = 0, day: date = DAY) -> datetime:
    """A moment of the day of the cast."""
    return AT.replace(year=day.year, month=day.month, day=day.day, hour=hour, minute=minute)


def ill(person: int | None = None, name: str = "", *symptoms: str) -> Line:
    """Somebody absent and ill."""
    return Line(Reason.ILL, person, name, tuple(sorted(symptoms)))


def morning(
    group: Place,
    enrolled: int,
    *absences: Line,
    by: Actor,
    when: datetime,
    present_ill: tuple[Line, ...] = (),
    not_known: int = 0,
    revises: int | None = None,
    session: Session = Session.MORNING,
    day: date = DAY,
) -> Recorded:
    """A group's check at school."""
    content = Content(
        session=session,
        enrolled=enrolled,
        present=enrolled - len(absences) - not_known,
        not_known=not_known,
        absences=absences,
        symptomatic_present=present_ill,
    )
    submission = Submission(group.code, day, content, "web", when, revises)
    return checks.record(submission, by=by, at=when)


def at_home(
    group: Place,
    well: int,
    ill_count: int,
    missing: int,
    *lines: Line,
    by: Actor,
    when: datetime,
    places: Places,
    day: date,
    revises: int | None = None,
) -> Recorded:
    """A group's check at home."""
    content = Content(
        session=Session.HOME,
        enrolled=well + ill_count + missing,
        reached_well=well,
        reached_ill=ill_count,
        not_reached=missing,
        places=places,
        symptomatic_present=lines,
    )
    submission = Submission(group.code, day, content, "web", when, revises)
    return checks.record(submission, by=by, at=when)


def all_answer(cast: Cast, when: datetime | None = None, *absent: Line) -> None:
    """Every group of the first school answers; `absent` are missing in the plain group."""
    reporter = cast.actor("reporter")
    moment = when or at(8, 30)
    morning(cast.named_group, 5, by=reporter, when=moment)
    morning(cast.plain_group, 45, *absent, by=reporter, when=moment)
    morning(cast.point_group, 12, by=reporter, when=moment)


def sign(
    cast: Cast,
    when: datetime,
    *,
    revision: int | None = 0,
    day: date = DAY,
    by: str = "reporter",
    entered: Sequence[Entered] | None = None,
) -> DailyReport:
    """The first school signs."""
    return actions.sign(
        unit=cast.school.version,
        day=day,
        revision=revision,
        by=cast.actor(by),
        at=when,
        entered=entered,
    )


def tomorrow(days: int = 1) -> date:
    """A later day of the cast."""
    return DAY + timedelta(days=days)
