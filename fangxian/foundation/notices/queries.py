"""What a person was told, and what became of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Min
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from fangxian.foundation.accounts.models import User
from fangxian.foundation.accounts.queries import name_of
from fangxian.foundation.notices.kinds import all_templates, template_of, told
from fangxian.foundation.notices.labels import CHANNEL_LABELS, STATE_LABELS, STATE_TONES, why
from fangxian.foundation.notices.models import (
    Delivery,
    DeliveryQuerySet,
    Lane,
    Notice,
    NoticeQuerySet,
    Preference,
    QuietHours,
    Robot,
)
from fangxian.foundation.notices.rules import (
    DEFAULT_WANTED,
    PERSONAL,
    QUIET_FROM,
    QUIET_TO,
    Category,
    Channel,
    NoticePermission,
    State,
    Wanted,
    masked,
    masked_url,
)
from fangxian.foundation.notices.told import TEST
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel.access import Actor, within_any
from fangxian.kernel.errors import NotFound

#: how long a delivery may wait at most, in days
DAYS_BACK = 3
#: how far back an inbox reaches, and a log
DAYS_KEPT = 30
#: more unread than this is just "many"
MOST_COUNTED = 99


def unread(actor: Actor, *, today: date) -> int:
    """How many notices wait to be read, counted up to one more than can be shown."""
    rows = inbox(actor, today=today).unread()
    return rows.values("id")[: MOST_COUNTED + 1].count()


def inbox(
    actor: Actor, *, today: date, category: str = "", only_unread: bool = False
) -> NoticeQuerySet:
    """One's notices of the last thirty days, the newest first."""
    rows = Notice.objects.visible_to(actor).since(today - timedelta(days=DAYS_KEPT))
    rows = rows.exclude(kind=TEST.code)
    if category:
        kinds = [one.code for one in all_templates() if one.category == category]
        rows = rows.filter(kind__in=kinds)
    return rows.unread() if only_unread else rows


@dataclass(frozen=True)
class Line:
    """A notice as its reader sees it in the list."""

    notice: Notice
    title: str
    body: str
    label: "str | Promise"
    may_take: bool
    take_label: "str | Promise"


def lines(notices: Iterable[Notice]) -> list[Line]:
    """The notices in the language now active."""
    return [_line(one) for one in notices]


def _line(notice: Notice) -> Line:
    template = template_of(notice.kind)
    read = told(notice.kind, notice.context)
    takes = template is not None and template.acknowledge is not None
    return Line(
        notice,
        read.title,
        read.body,
        template.label if template else notice.kind,
        takes and notice.acked_at is None,
        (template.acknowledge_label if template else None) or _("I am on it"),
    )


@dataclass(frozen=True)
class Choice:
    """What a person chose: how much of which category through which channel, and quiet hours."""

    wanted: dict[tuple[Channel, Category], Wanted]
    quiet: QuietHours


def chosen(user_id: int) -> Choice:
    """What a person chose, and the usual where they did not."""
    wanted = {
        (channel, category): DEFAULT_WANTED[channel]
        for channel in PERSONAL
        for category in Category
    }
    for row in Preference.objects.filter(user_id=user_id):
        wanted[Channel(row.channel), Category(row.category)] = Wanted(row.wanted)
    quiet = QuietHours.objects.filter(user_id=user_id).first()
    return Choice(wanted, quiet or QuietHours(user_id=user_id, start=QUIET_FROM, end=QUIET_TO))


@dataclass(frozen=True)
class Post:
    """A robot and the unit it belongs to."""

    robot: Robot
    unit: UnitVersion
    unit_name: str
    address: str

    @property
    def channel(self) -> "str | Promise":
        return CHANNEL_LABELS[Channel(self.robot.channel)]


def robots(by: Actor, *, today: date, unit: UnitVersion | None = None) -> list[Post]:
    """The robots of the units one administers, or of those at or below one of them."""
    here = UnitVersion.objects.as_of(today).filter(within_any(by.ranges(NoticePermission.ROBOTS)))
    if unit is not None:
        here = here.below(unit.path)
    found = Robot.objects.filter(unit_id__in=here.values("unit_id"))
    units = {one.unit_id: one for one in here.filter(unit_id__in=found.values("unit_id"))}
    posts = [post(robot, units[robot.unit_id]) for robot in found]
    return sorted(posts, key=lambda one: (one.unit.path, one.robot.pk))


def robot(robot_id: int, by: Actor, *, today: date) -> Post:
    """One robot of a unit one administers."""
    found = [one for one in robots(by, today=today) if one.robot.pk == robot_id]
    if not found:
        raise NotFound(_("There is no such robot within your scope."))
    return found[0]


def post(found: Robot, unit: UnitVersion) -> Post:
    """A robot as its administrator sees it: the address only in part, for it opens the group."""
    return Post(found, unit, name_of(unit), masked_url(found.url))


def log(by: Actor, *, today: date, robot_ids: list[int] | None = None) -> DeliveryQuerySet:
    """What went out to oneself, or through these robots, in the last thirty days."""
    rows = Delivery.objects.filter(day__gte=today - timedelta(days=DAYS_KEPT))
    return rows.of_person(by) if robot_ids is None else rows.of_robots(robot_ids)


@dataclass(frozen=True)
class Backlog:
    """What has not gone out: how many deliveries wait, since when the oldest, which lanes rest."""

    waiting: int
    oldest: datetime | None
    resting: list[str]


def backlog(*, at: datetime, real: datetime) -> Backlog:
    """For whoever runs the installation; what waits for the end of quiet hours is not counted."""
    rows = Delivery.objects.filter(day__gte=at.date() - timedelta(days=DAYS_BACK)).filter(
        state__in=[State.QUEUED, State.SENDING], not_before__lte=at
    )
    found = rows.aggregate(waiting=Count("id"), oldest=Min("not_before"))
    resting = Lane.objects.filter(open_until__gt=real).order_by("name")
    return Backlog(found["waiting"], found["oldest"], list(resting.values_list("name", flat=True)))


@dataclass(frozen=True)
class Step:
    """A delivery as the log shows it."""

    delivery: Delivery
    title: str
    channel: "str | Promise"
    to: str
    state: "str | Promise"
    tone: str
    why: str

    @property
    def settled(self) -> bool:
        return self.delivery.state in (State.SENT, State.GIVEN_UP, State.SUPPRESSED)

    @property
    def next_at(self) -> datetime | None:
        """When it is tried next, where that lies ahead."""
        return self.delivery.retry_at if self.delivery.state == State.QUEUED else None


def steps(deliveries: Iterable[Delivery]) -> list[Step]:
    """Deliveries with their titles and addresses, the latter never whole."""
    rows = list(deliveries)
    titles = _titles(rows)
    users = User.objects.in_bulk({row.user_id for row in rows if row.robot_id is None})
    names = Robot.objects.in_bulk({row.robot_id for row in rows if row.robot_id is not None})
    return [_step(row, titles, users, names) for row in rows]


def _titles(rows: list[Delivery]) -> dict[tuple[date, int], str]:
    wanted: dict[date, set[int]] = {}
    for row in rows:
        wanted.setdefault(row.day, set()).add(row.notice_id)
    return {
        (day, one.id): told(one.kind, one.context).title
        for day, ids in wanted.items()
        for one in Notice.objects.filter(day=day, id__in=ids)
    }


def _step(
    row: Delivery,
    titles: dict[tuple[date, int], str],
    users: dict[Any, User],
    names: dict[Any, Robot],
) -> Step:
    state, channel = State(row.state), Channel(row.channel)
    if row.robot_id is not None:
        to = names[row.robot_id].name if row.robot_id in names else _("removed")
    else:
        user = users.get(row.user_id)
        to = masked((user.email if channel is Channel.EMAIL else user.phone) if user else "")
    return Step(
        row,
        titles.get((row.day, row.notice_id), ""),
        CHANNEL_LABELS[channel],
        to,
        STATE_LABELS[state],
        STATE_TONES[state],
        why(row.last_error),
    )
