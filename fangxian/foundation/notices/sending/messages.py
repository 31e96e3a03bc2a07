"""Deliveries become messages: the notice in the reader's language, and where it goes."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.utils.translation import override

from fangxian.foundation.accounts.models import User
from fangxian.foundation.notices.kinds import told
from fangxian.foundation.notices.models import Notice, Robot
from fangxian.foundation.notices.rules import Channel, Failure
from fangxian.foundation.notices.sending.claims import Parcel
from fangxian.foundation.notices.sending.outcomes import Outcome


@dataclass(frozen=True)
class Message:
    """What is handed over: `key` is the same at every attempt, so that a receiver can tell.

    `address` is a person's e-mail or telephone; a robot's is its own.
    """

    key: str
    address: str
    robot: Robot | None
    title: str
    body: str
    link: str
    kind: str
    urgent: bool
    at: datetime

    @property
    def text(self) -> str:
        """Title, body and link, a line each."""
        return "\n".join(part for part in (self.title, self.body, self.link) if part)


def compose(parcels: Iterable[Parcel]) -> dict[int, Message | Outcome]:
    """A message for each delivery (by its id), or why none is needed any more."""
    held = list(parcels)
    notices = _notices(held)
    users = User.objects.in_bulk({one.user_id for one in held if one.robot_id is None})
    robots = Robot.objects.in_bulk({one.robot_id for one in held if one.robot_id is not None})
    found: dict[int, Message | Outcome] = {}
    for parcel in held:
        notice = notices.get((parcel.day, parcel.notice_id))
        if notice is None:
            found[parcel.id] = Outcome(Failure.SWITCHED_OFF)
        elif parcel.robot_id is not None:
            found[parcel.id] = _to_robot(parcel, notice, robots.get(parcel.robot_id))
        else:
            found[parcel.id] = _to_person(parcel, notice, users.get(parcel.user_id))
    return found


def _notices(parcels: list[Parcel]) -> dict[tuple[date, int], Notice]:
    wanted: dict[date, set[int]] = {}
    for parcel in parcels:
        wanted.setdefault(parcel.day, set()).add(parcel.notice_id)
    return {
        (day, notice.id): notice
        for day, ids in wanted.items()
        for notice in Notice.objects.filter(day=day, id__in=ids)
    }


def _to_person(parcel: Parcel, notice: Notice, user: User | None) -> Message | Outcome:
    if user is None or not user.is_active:
        return Outcome(Failure.NO_ADDRESS)
    address = user.email if parcel.channel == Channel.EMAIL else user.phone
    if not address:
        return Outcome(Failure.NO_ADDRESS)
    if notice.read_at is not None and not notice.urgent and not parcel.is_test:
        return Outcome(Failure.READ)
    return _message(parcel, notice, user.language, address=address)


def _to_robot(parcel: Parcel, notice: Notice, robot: Robot | None) -> Message | Outcome:
    if robot is None or not (robot.is_active or parcel.is_test):
        return Outcome(Failure.SWITCHED_OFF)
    return _message(parcel, notice, robot.language, robot=robot)


def _message(
    parcel: Parcel, notice: Notice, language: str, *, address: str = "", robot: Robot | None = None
) -> Message:
    with override(language or settings.LANGUAGE_CODE):
        read = told(notice.kind, notice.context)
    return Message(
        key=key_of(parcel.day, parcel.id),
        address=address,
        robot=robot,
        title=read.title,
        body=read.body,
        link=f"{settings.FANGXIAN.site}{notice.link}" if notice.link else "",
        kind=notice.kind,
        urgent=notice.urgent,
        at=notice.created_at,
    )


def key_of(day: date, number: int) -> str:
    """A delivery's own name in the whole world, the same at every attempt."""
    ours = hashlib.sha256(f"notices {settings.SECRET_KEY}".encode()).hexdigest()[:12]
    return f"{day:%Y%m%d}-{number}-{ours}"
