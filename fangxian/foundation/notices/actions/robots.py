"""A unit's robots: added, changed and removed by who administers the unit."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from fangxian.foundation.accounts.queries import place
from fangxian.foundation.notices.endpoints import Endpoint, endpoint
from fangxian.foundation.notices.models import Robot
from fangxian.foundation.notices.rules import (
    TOLD_TO_GROUPS,
    Category,
    Channel,
    NoticeEvent,
    NoticePermission,
)
from fangxian.kernel import audit
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import Invalid, NotFound


@dataclass(frozen=True)
class Wish:
    """What a robot is to be; an empty address or secret keeps the one there is."""

    name: str
    url: str
    secret: str
    categories: Iterable[Category]
    only_urgent: bool
    language: str
    is_active: bool = True


@transaction.atomic
def add_robot(*, unit_id: int, channel: Channel, wish: Wish, by: Actor, at: datetime) -> Robot:
    """Let a unit's people be told in their group chat too."""
    path = place(unit_id, day=at.date()).path
    by.require(NoticePermission.ROBOTS, path)
    robot = Robot(unit_id=unit_id, channel=channel, made_by_id=by.user_id, made_at=at)
    _fill(robot, wish, _endpoint(channel, wish.url))
    robot.save()
    _record(NoticeEvent.ROBOT_ADDED, robot, path, by, at)
    return robot


@transaction.atomic
def change_robot(*, robot_id: int, wish: Wish, by: Actor, at: datetime) -> Robot:
    """Change what a robot tells, or where it stands."""
    robot, path = _locked(robot_id, by, at)
    moved = _endpoint(Channel(robot.channel), wish.url) if wish.url.strip() else None
    _fill(robot, wish, moved)
    robot.save()
    _record(NoticeEvent.ROBOT_CHANGED, robot, path, by, at)
    return robot


@transaction.atomic
def remove_robot(*, robot_id: int, by: Actor, at: datetime) -> None:
    """Take a robot away; what it was given stays in the log of the unit."""
    robot, path = _locked(robot_id, by, at)
    _record(NoticeEvent.ROBOT_REMOVED, robot, path, by, at)
    robot.delete()


def _locked(robot_id: int, by: Actor, at: datetime) -> tuple[Robot, str]:
    robot = Robot.objects.select_for_update().filter(pk=robot_id).first()
    if robot is None:
        raise NotFound(_("There is no such robot within your scope."))
    path = place(robot.unit_id, day=at.date(), or_last=True).path
    by.require(NoticePermission.ROBOTS, path)
    return robot, path


def _endpoint(channel: Channel, url: str) -> Endpoint:
    return endpoint(channel, url, anywhere=settings.FANGXIAN.robots_anywhere)


def _fill(robot: Robot, wish: Wish, to: Endpoint | None) -> None:
    if not wish.name.strip():
        text = _("Give the robot a name, such as the group's.")
        raise Invalid(text, {"name": [text]})
    robot.name = wish.name.strip()[:60]
    robot.secret = wish.secret.strip() or robot.secret
    robot.categories = [one.value for one in wish.categories if one in TOLD_TO_GROUPS]
    robot.only_urgent, robot.language = wish.only_urgent, wish.language
    robot.is_active = wish.is_active
    if to is not None:
        robot.url, robot.lane = to.url, to.lane


def _record(event: NoticeEvent, robot: Robot, path: str, by: Actor, at: datetime) -> None:
    detail = {"robot": robot.pk, "channel": robot.channel}
    audit.record(
        event,
        by=by,
        at=at,
        unit_id=robot.unit_id,
        path=path,
        subject=robot.name,
        detail=detail,
    )
