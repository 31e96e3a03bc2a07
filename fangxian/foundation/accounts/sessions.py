"""Where sessions are kept: one row each, with whose it is, where from, and when it ends."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends import db
from django.http import HttpRequest

from fangxian.foundation.accounts.addresses import client_address
from fangxian.foundation.accounts.models import RoleAssignment, Session, User
from fangxian.foundation.accounts.rules import Device, Reach, Stay, device_of, fingerprint, reach
from fangxian.kernel import clock

#: how exactly it is kept when somebody was last there
SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Visit:
    """What is known of a session beside its content. Times are the machine's own."""

    began_at: datetime
    seen_at: datetime
    ends_at: datetime
    expire_date: datetime
    user_id: int | None = None
    address: str | None = None
    device: str = field(default=Device.OTHER)


def stay_of(roles: Collection[str]) -> Stay:
    """How long who holds these roles stays signed in, by this installation's settings."""
    said = settings.FANGXIAN
    stays = {
        Reach.GROUP: Stay(
            timedelta(days=said.group_idle_days), timedelta(days=said.group_session_days)
        ),
        Reach.SCHOOL: Stay(
            timedelta(hours=said.school_idle_hours), timedelta(days=said.school_session_days)
        ),
        Reach.ABOVE: Stay(
            timedelta(minutes=said.idle_minutes), timedelta(hours=said.session_hours)
        ),
    }
    return stays[reach(roles)]


def mark_of(session_key: str) -> str:
    """What a page calls a session by: the key itself would open it."""
    return fingerprint(session_key).hex()[:32]


class SessionStore(db.SessionStore):
    """Django's store in the database, on rows that know whose they are.

    `visit` is None until the session was read or began.
    """

    visit: Visit | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """The table."""
        return Session

    def load(self) -> dict[str, Any]:
        """The content, or nothing where the session has ended."""
        row = self._get_session_from_db()  # type: ignore[attr-defined]
        if row is None:
            self.visit = None
            return {}
        self.visit = Visit(**{name: getattr(row, name) for name in Visit.__dataclass_fields__})
        return self.decode(row.session_data)

    def begin(self, visit: Visit) -> None:
        """From now on this is somebody's session."""
        self.visit = visit
        self.modified = True

    def create_model_instance(self, data: Mapping[str, Any]) -> Session:
        """The row to be written: what was known of it stays."""
        visit = self.visit or begun(roles=(), at=clock.real_now())
        return Session(
            session_key=self._get_or_create_session_key(),  # type: ignore[attr-defined]
            session_data=self.encode(dict(data)),
            **asdict(visit),
        )

    def flush(self) -> None:
        """End it; what comes after belongs to nobody."""
        super().flush()
        self.visit = None


def begun(*, roles: Collection[str], at: datetime, **known: Any) -> Visit:
    """A visit that begins now, as long as these roles allow."""
    stay = stay_of(roles)
    return Visit(
        began_at=at,
        seen_at=at,
        ends_at=at + stay.longest,
        expire_date=stay.until(began_at=at, seen_at=at),
        **known,
    )


def begin_visit(sender: object, request: HttpRequest, user: User, **_signal: object) -> None:
    """After every sign-in: its clocks start anew, and it is known where it happened."""
    if not isinstance(request.session, SessionStore):
        return
    held = RoleAssignment.objects.in_force(clock.today()).filter(user=user)
    request.session.begin(
        begun(
            roles=list(held.values_list("role", flat=True)),
            at=clock.real_now(),
            user_id=user.pk,
            address=client_address(request.META),
            device=device_of(request.headers.get("User-Agent", "")),
        )
    )


user_logged_in.connect(begin_visit, dispatch_uid="accounts.begin_visit")
