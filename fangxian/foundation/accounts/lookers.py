"""Who looked at our people: the part of the trail that a school sees of its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import CharField, F, Q, Value
from django.db.models.functions import Cast, Concat

from fangxian.foundation.accounts.models import ApiToken, User
from fangxian.foundation.accounts.rules import Role
from fangxian.foundation.accounts.staff import Post, unit_names
from fangxian.foundation.accounts.trail import (
    Cursor,
    Rows,
    acting_in_words,
    paged,
    roles_acted,
)
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel import audit
from fangxian.kernel.access import Actor, Permission, subtree
from fangxian.kernel.audit import Event, event_label
from fangxian.kernel.audit.purposes import purpose_label
from fangxian.kernel.audit.showing import persons, showing_events, whole_events
from fangxian.kernel.models import AuditEvent

NAMED = 6


class LookersPermission(Permission):
    VIEW = "accounts.lookers"


class LookersEvent(Event):
    STAFF_READ = "accounts.staff_read"


GRANTS: dict[str, list[Permission]] = {
    Role.HEAD: [LookersPermission.VIEW],
    Role.HEALTH_OFFICER: [LookersPermission.VIEW],
}


def note_staff(posts: Iterable[Post], unit: UnitVersion | None, *, by: Actor, at: datetime) -> None:
    """Keep whose role, name and telephone were shown; accounts are not persons of a roster."""
    users = sorted({post.user_id for post in posts})
    if users:
        audit.record(
            LookersEvent.STAFF_READ, by=by, at=at, unit_id=unit.unit_id if unit else None,
            path=unit.path if unit else "", detail={"count": len(users), "users": users},
        )  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """What a school looks for: on which days, about whom (a name or school number).

    `everyday` also shows teachers at their own groups.
    """

    first: date
    last: date
    text: str = ""
    everyday: bool = False
    before: Cursor | None = None
    after: Cursor | None = None


@dataclass(frozen=True)
class Look:
    """One look: who, for which role and unit, what, whose, why. `more` are those not named."""

    event: AuditEvent
    who: str
    acting: str
    label: object
    whose: tuple[str, ...]
    more: int
    group: str
    purpose: object


@dataclass(frozen=True)
class Looks:
    """A page of looks with the marks that lead to its neighbours."""

    lines: list[Look]
    newer: Cursor | None
    older: Cursor | None


def own_places(by: Actor, day: date) -> list[UnitVersion]:
    """The schools whose lookers one may see, by place."""
    lows = [low for low, _high in by.ranges(LookersPermission.VIEW)]
    found = UnitVersion.objects.as_of(day).filter(path__in=lows, school_id__isnull=False)
    return list(found.order_by("path"))


def read(wanted: Wanted, unit: UnitVersion, *, by: Actor) -> Looks:
    """Who was shown people of a school; the caller may see it there."""
    by.require(LookersPermission.VIEW, unit.path)
    low, high = subtree(unit.path)
    rows: Rows = AuditEvent.objects.filter(
        day__gte=wanted.first, day__lte=wanted.last, path__gte=low, path__lt=high,
        persons__isnull=False, event__in=showing_events(),
    )  # fmt: skip
    if not wanted.everyday:
        rows = rows.exclude(_at_own_group())
    school_path = _school_path(unit)
    if wanted.text:
        rows = rows.filter(_about(wanted, school_path))
    found, newer, older = paged(rows, wanted.before, wanted.after)
    return Looks(_lines(found, school_path, wanted.last), newer, older)


def _at_own_group() -> Q:
    """A teacher who opens the check of just the group that is theirs."""
    own = Concat(Value(f"{Role.GROUP_TEACHER}@"), Cast(F("unit_id"), CharField()))
    return Q(event__in=whole_events(), acting=own)


def _school_path(unit: UnitVersion) -> str:
    """The school's own path: a head may work at a teaching point of it."""
    steps = unit.path.split("/")
    return "/".join(steps[: steps.index(str(unit.school_id)) + 1]) + "/"


def _about(wanted: Wanted, school_path: str) -> Q:
    ids = persons().find(school_path, wanted.text)
    groups = {one for pk in ids for one in persons().groups(pk, wanted.first, wanted.last)}
    return Q(persons__overlap=list(ids)) | Q(event__in=whole_events(), unit_id__in=groups)


def _lines(rows: list[AuditEvent], school_path: str, day: date) -> list[Look]:
    users = User.objects.in_bulk({row.by_id for row in rows if row.by_id is not None})
    tokens = ApiToken.objects.in_bulk({row.token_id for row in rows if row.token_id is not None})
    roles = roles_acted(rows)
    ids = {row.unit_id for row in rows if row.unit_id is not None}
    ids |= {unit for held in roles.values() for _role, unit in held}
    units = unit_names(ids | {token.unit_id for token in tokens.values()}, today=day)
    shown = {pk for row in rows for pk in (row.persons or [])[: NAMED + 1]}
    names = persons().names(school_path, shown)
    whole = whole_events()
    found = []
    for row in rows:
        token = tokens.get(row.token_id or 0)
        acting = acting_in_words(roles.get(row.acting, []), units)
        if token is not None:
            acting = f"{token.name} ({units.get(token.unit_id, token.unit_id)})"
        whose = [names.get(pk, "—") for pk in (row.persons or [])[:NAMED]]
        found.append(
            Look(
                row, str(users.get(row.by_id or 0, "")), acting, event_label(row.event),
                tuple(whose), len(row.persons or []) - len(whose),
                units.get(row.unit_id or 0, "") if row.event in whole else "",
                purpose_label(row.purpose),
            )
        )  # fmt: skip
    return found
