"""A test message: sent as any other, at once, so that its way is what is tested."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from fangxian.foundation.accounts.models import User
from fangxian.foundation.accounts.queries import first_place, in_person, place
from fangxian.foundation.notices.actions.sending import begin
from fangxian.foundation.notices.channels import ways_out
from fangxian.foundation.notices.models import Delivery, Robot
from fangxian.foundation.notices.rules import Channel, NoticePermission
from fangxian.foundation.notices.told import TEST
from fangxian.kernel.access import Actor
from fangxian.kernel.clock import SHANGHAI
from fangxian.kernel.errors import Conflict, NotFound
from fangxian.kernel.partitions import ensure_day

MOST_A_MINUTE = 5

PLAN = """
WITH told AS (
    INSERT INTO notice (day, user_id, path, kind, urgent, created_at, read_at, dedupe)
    VALUES (%(day)s, %(user)s, %(path)s, %(kind)s, false, %(at)s, %(at)s,
            'test:' || currval('notice_id_seq'))
    RETURNING id
)
INSERT INTO delivery (day, notice_id, user_id, robot_id, path, channel, lane, urgent, is_test,
                      created_at, not_before, dedupe)
SELECT %(day)s, told.id, %(user)s, %(robot)s, %(path)s, %(channel)s, %(lane)s, false, true,
       %(at)s, %(at)s, 'test:' || told.id
FROM told RETURNING id
"""


@transaction.atomic
def test_channel(*, channel: Channel, by: Actor, at: datetime) -> Delivery:
    """Send oneself a message through a channel."""
    user = User.objects.get(pk=in_person(by))
    if channel not in ways_out():
        raise Conflict(_("This channel is not set up here."))
    if not (user.email if channel is Channel.EMAIL else user.phone):
        raise Conflict(_("Enter your address first."))
    _unit_id, path = first_place(user.pk, today=at.date())
    return _plan(channel, channel.value, path, None, by, at)


@transaction.atomic
def test_robot(*, robot_id: int, by: Actor, at: datetime) -> Delivery:
    """Have a unit's robot say that it works; one that is switched off, too."""
    robot = Robot.objects.filter(pk=robot_id).first()
    if robot is None:
        raise NotFound(_("There is no such robot within your scope."))
    path = place(robot.unit_id, day=at.date(), or_last=True).path
    by.require(NoticePermission.ROBOTS, path)
    return _plan(Channel(robot.channel), robot.lane, path, robot.pk, by, at)


def _plan(
    channel: Channel, lane: str, path: str, robot_id: int | None, by: Actor, at: datetime
) -> Delivery:
    user_id, day = in_person(by), at.astimezone(SHANGHAI).date()
    lately = Delivery.objects.filter(
        day=day, user_id=user_id, is_test=True, created_at__gt=at - timedelta(minutes=1)
    )
    if lately.count() >= MOST_A_MINUTE:
        raise Conflict(_("Wait a minute before the next test."))
    ensure_day(day)
    facts: dict[str, Any] = {
        "day": day,
        "user": user_id,
        "path": path,
        "kind": TEST.code,
        "at": at,
        "robot": robot_id,
        "channel": channel.value,
        "lane": lane,
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('notice_id_seq')")
        cursor.execute(PLAN, facts)
        (number,) = cursor.fetchone()
    transaction.on_commit(begin)
    return Delivery.objects.get(day=day, id=number)
