"""Who works where: the lists an administrator looks at."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F, Q, QuerySet

from fangxian.foundation.accounts.models import ROLE_LABELS, ApiToken, Invitation, RoleAssignment
from fangxian.foundation.accounts.queries import name_of
from fangxian.foundation.accounts.rules import AccountPermission, Role
from fangxian.foundation.units.models import OPEN_END, UnitVersion
from fangxian.kernel.access import Actor, within_any

SORTS = {
    "unit": ("unit__versions__path", "role", "user__display_name"),
    "-unit": ("-unit__versions__path", "role", "user__display_name"),
    "name": ("user__display_name", "user_id"),
    "-name": ("-user__display_name", "user_id"),
    "until": ("valid_to", "unit__versions__path"),
    "-until": ("-valid_to", "unit__versions__path"),
}


@dataclass(frozen=True)
class Wanted:
    """What an administrator is looking for."""

    text: str = ""
    role: str = ""
    unit_path: str = ""
    ended: bool = False
    sort: str = "unit"


@dataclass(frozen=True)
class Post:
    """One role of one person at one unit, as a line of a list."""

    assignment_id: int
    user_id: int
    name: str
    username: str
    phone: str
    role: str
    unit: UnitVersion
    school: UnitVersion | None
    valid_to: date
    in_force: bool
    stands_in_for: str

    @property
    def role_label(self) -> object:
        """The role's name in the reader's language."""
        return ROLE_LABELS[Role(self.role)]

    @property
    def unit_name(self) -> str:
        """The unit's name in the reader's language; a group's after its school's."""
        return _full_name(self.unit, self.school)

    @property
    def last_day(self) -> date | None:
        """The last day of the role; None when it has no end."""
        return last_day(self.valid_to)


def last_day(valid_to: date) -> date | None:
    """The day before a role's end, as people say it; None when it has no end."""
    return None if valid_to == OPEN_END else valid_to - timedelta(days=1)


def posts(wanted: Wanted, *, by: Actor, today: date) -> "QuerySet[RoleAssignment]":
    """The roles at the units whose accounts one administers, as rows for a paginator."""
    here = within_any(by.ranges(AccountPermission.MANAGE), "unit__versions__path")
    rows = RoleAssignment.objects.filter(
        here,
        _ended(today) if wanted.ended else _in_force(today),
        _said(wanted.text),
        Q(role=wanted.role) if wanted.role else Q(),
        within_any([_span(wanted.unit_path)], "unit__versions__path") if wanted.unit_path else Q(),
        unit__versions__valid_from__lte=today,
        unit__versions__valid_to__gt=today,
    )
    return rows.select_related("user", "stands_in_for").order_by(
        *SORTS.get(wanted.sort, SORTS["unit"]), "pk"
    )


def _in_force(today: date) -> Q:
    return Q(valid_from__lte=today, valid_to__gt=today, user__is_active=True)


def _ended(today: date) -> Q:
    return Q(valid_to__lte=today) | Q(user__is_active=False)


def _said(text: str) -> Q:
    found = Q()
    for word in text.split():
        found &= (
            Q(user__display_name__icontains=word)
            | Q(user__username__icontains=word)
            | Q(user__phone__contains=word)
            | Q(unit__versions__code__startswith=word)
            | Q(unit__versions__name_zh__contains=word)
        )
    return found


def _span(path: str) -> tuple[str, str]:
    return path, path[:-1] + "0"


def lines(rows: list[RoleAssignment], *, today: date) -> list[Post]:
    """The rows of a page with their units."""
    units = _units({row.unit_id for row in rows}, today)
    schools = _units({unit.school_id for unit in units.values() if unit.school_id}, today)
    found = []
    for row in rows:
        unit = units.get(row.unit_id)
        if unit is None:
            continue
        found.append(
            Post(
                assignment_id=row.pk,
                user_id=row.user_id,
                name=row.user.display_name,
                username=row.user.username,
                phone=row.user.phone,
                role=row.role,
                unit=unit,
                school=_school(unit, schools),
                valid_to=row.valid_to,
                in_force=row.valid_from <= today < row.valid_to and row.user.is_active,
                stands_in_for=str(row.stands_in_for or ""),
            )
        )
    return found


def _units(ids: set[int], today: date) -> dict[int, UnitVersion]:
    found = UnitVersion.objects.as_of(today).filter(unit_id__in=ids)
    return {version.unit_id: version for version in found}


def open_invitations(*, by: Actor, at: datetime) -> "QuerySet[Invitation]":
    """The invitations not yet taken up at the units whose accounts one administers."""
    today = at.date()
    return (
        Invitation.objects.filter(
            within_any(by.ranges(AccountPermission.MANAGE), "unit__versions__path"),
            unit__versions__valid_from__lte=today,
            unit__versions__valid_to__gt=today,
            used_at=None,
            expires_at__gt=at,
        )
        .annotate(unit_zh=F("unit__versions__name_zh"), unit_en=F("unit__versions__name_en"))
        .order_by("-created_at", "-pk")
    )


def tokens_of(user_id: int, *, by: Actor, at: datetime) -> list[ApiToken]:
    """The tokens in force of a person: all to themselves, else those where one administers."""
    rows = ApiToken.objects.in_force(at).filter(user_id=user_id)
    today = at.date()
    if by.user_id != user_id:
        rows = rows.filter(
            within_any(by.ranges(AccountPermission.MANAGE), "unit__versions__path"),
            unit__versions__valid_from__lte=today,
            unit__versions__valid_to__gt=today,
        )
    return list(rows.order_by("expires_at", "pk"))


def unit_names(ids: set[int], *, today: date) -> dict[int, str]:
    """The names of some units in the reader's language; a group's after its school's."""
    units = _units(ids, today)
    schools = _units({unit.school_id for unit in units.values() if unit.school_id}, today)
    return {unit_id: _full_name(unit, _school(unit, schools)) for unit_id, unit in units.items()}


def _school(unit: UnitVersion, schools: dict[int, UnitVersion]) -> UnitVersion | None:
    return None if unit.school_id == unit.unit_id else schools.get(unit.school_id or 0)


def _full_name(unit: UnitVersion, school: UnitVersion | None) -> str:
    return f"{name_of(school)} {name_of(unit)}" if school else name_of(unit)


def find_units(text: str, *, ranges: tuple[tuple[str, str], ...], today: date) -> list[UnitVersion]:
    """A few units by code, name or initials within path ranges, the nearest to the root first."""
    word = text.strip()
    if not word:
        return []
    found = UnitVersion.objects.as_of(today).filter(
        within_any(ranges),
        Q(code__startswith=word) | Q(name_zh__contains=word) | Q(initials__startswith=word.lower()),
    )
    return list(found.order_by("path")[:20])
