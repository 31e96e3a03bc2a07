"""Reading the audit trail: some days at a time, newest first, within the auditor's scope."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from fangxian.foundation.accounts.labels import FACTS
from fangxian.foundation.accounts.models import ROLE_LABELS, User
from fangxian.foundation.accounts.rules import AccountPermission, Role
from fangxian.foundation.accounts.staff import unit_names
from fangxian.kernel.access import Actor, permission_label, within_any
from fangxian.kernel.audit import event_label, fact_label, fact_value
from fangxian.kernel.audit.purposes import purpose_label
from fangxian.kernel.models import AuditEvent

PAGE = 50
#: how many days are looked through at once
MOST_DAYS = 92

Rows = QuerySet[AuditEvent, AuditEvent]


@dataclass(frozen=True)
class Cursor:
    """Where a page ends: an event by its day and id."""

    day: date
    id: int

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}.{self.id}"


@dataclass(frozen=True)
class Wanted:
    """What an auditor is looking for on some days: by whom (`person`), about whom (`about`, an id).

    `code` is what an event was about, exactly: the mark of an export, for one.
    """

    first: date
    last: date
    event: str = ""
    person: str = ""
    unit_path: str = ""
    about: int | None = None
    code: str = ""
    before: Cursor | None = None
    after: Cursor | None = None


@dataclass(frozen=True)
class Line:
    """One event as it is shown."""

    event: AuditEvent
    label: object
    subject: object
    who: str
    acting: str
    unit: str
    purpose: object
    facts: tuple[tuple[object, object], ...]


@dataclass(frozen=True)
class Slice:
    """A page of the trail with the marks that lead to the newer and the older page."""

    lines: list[Line]
    newer: Cursor | None
    older: Cursor | None


def read(wanted: Wanted, *, by: Actor) -> Slice:
    """A page of the days' events, as the auditor may see them."""
    rows = AuditEvent.objects.filter(_scope(by), day__gte=wanted.first, day__lte=wanted.last)
    if wanted.event:
        rows = rows.filter(event=wanted.event)
    if wanted.person:
        rows = rows.filter(_person(wanted.person))
    if wanted.about is not None:
        rows = rows.filter(persons__isnull=False, persons__contains=[wanted.about])
    if wanted.code:
        rows = rows.filter(subject=wanted.code)
    if wanted.unit_path:
        path = wanted.unit_path
        rows = rows.filter(path__gte=path, path__lt=path[:-1] + "0")
    found, newer, older = paged(rows, wanted.before, wanted.after)
    return Slice(_lines(found, wanted.last), newer, older)


def paged(
    rows: Rows, before: Cursor | None, after: Cursor | None
) -> tuple[list[AuditEvent], Cursor | None, Cursor | None]:
    """A page, newest first, and what leads to its neighbours. By the key: full days are not
    counted."""
    if after is not None:
        newer = Q(day__gt=after.day) | Q(day=after.day, id__gt=after.id)
        found = list(rows.filter(newer).order_by("day", "id")[: PAGE + 1])
        more_new, kept, more_old = len(found) > PAGE, found[:PAGE][::-1], True
    else:
        if before is not None:
            rows = rows.filter(Q(day__lt=before.day) | Q(day=before.day, id__lt=before.id))
        found = list(rows.order_by("-day", "-id")[: PAGE + 1])
        more_old, kept, more_new = len(found) > PAGE, found[:PAGE], before is not None
    first = _cursor(kept[0]) if kept and more_new else None
    return kept, first, _cursor(kept[-1]) if kept and more_old else None


def _cursor(row: AuditEvent) -> Cursor:
    return Cursor(row.day, row.id)


def _scope(by: Actor) -> Q:
    """Within the auditor's places; what belongs to no place is for the whole tree's auditor."""
    ranges = by.ranges(AccountPermission.AUDIT)
    scope = within_any(ranges)
    if any(low.count("/") == 1 for low, _high in ranges):
        scope |= Q(path="")
    return scope


def _person(text: str) -> Q:
    ids = list(
        User.objects.filter(Q(username__iexact=text) | Q(display_name=text)).values_list(
            "pk", flat=True
        )
    )
    return Q(by_id__in=ids) | Q(detail__user__in=ids)


def roles_acted(rows: list[AuditEvent]) -> dict[str, list[tuple[str, int]]]:
    """The roles and unit ids in each word of `acting`, by the whole of it."""
    found: dict[str, list[tuple[str, int]]] = {}
    for acting in {row.acting for row in rows if row.acting}:
        words = [word.partition("@") for word in acting.split()]
        found[acting] = [(role, int(unit)) for role, _at, unit in words if unit.isdecimal()]
    return found


def acting_in_words(roles: list[tuple[str, int]], units: dict[int, str]) -> str:
    """ "Head of school (First School)": for which roles and units somebody acted."""
    return ", ".join(
        f"{ROLE_LABELS[Role(role)] if role in set(Role) else role} ({units.get(unit, unit)})"
        for role, unit in roles
    )


def _lines(rows: list[AuditEvent], day: date) -> list[Line]:
    named = [row.by_id for row in rows] + [row.detail.get("user") for row in rows]
    users = User.objects.in_bulk({one for one in named if isinstance(one, int)})
    roles = roles_acted(rows)
    ids = {row.unit_id for row in rows if row.unit_id is not None}
    units = unit_names(ids | {unit for held in roles.values() for _role, unit in held}, today=day)
    return [
        _line(row, users, units, acting_in_words(roles.get(row.acting, []), units)) for row in rows
    ]


def _line(row: AuditEvent, users: dict[int, User], units: dict[int, str], acting: str) -> Line:
    detail = dict(row.detail)
    part = detail.pop("system", "")
    who = users.get(row.by_id or 0) or (_("system: %(part)s") % {"part": part} if part else "")
    if detail.get("user") == row.by_id:
        detail.pop("user", None)
    facts = tuple(
        (FACTS.get(term) or fact_label(term), _said(term, value, users))
        for term, value in sorted(detail.items())
        if value != row.subject
    )
    return Line(
        row, event_label(row.event), _subject(row.subject), str(who), acting,
        units.get(row.unit_id or 0, ""), purpose_label(row.purpose), facts,
    )  # fmt: skip


def _subject(subject: str) -> object:
    if subject in set(Role):
        return ROLE_LABELS[Role(subject)]
    return fact_value("kind", subject)


def _said(term: str, value: object, users: dict[int, User]) -> object:
    """A fact as a person reads it."""
    if term == "user" and isinstance(value, int):
        return users.get(value, value)
    if term == "role" and value in set(Role):
        return ROLE_LABELS[Role(str(value))]
    if term == "permissions" and isinstance(value, list):
        return ", ".join(str(permission_label(one)) for one in value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return fact_value(term, value)
