"""Reading the audit trail: one day at a time, newest first, within the auditor's scope."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from fangxian.foundation.accounts.labels import FACTS
from fangxian.foundation.accounts.models import ROLE_LABELS, User
from fangxian.foundation.accounts.rules import AccountPermission, Role
from fangxian.foundation.accounts.staff import unit_names
from fangxian.kernel.access import Actor, permission_label, within_any
from fangxian.kernel.audit import event_label
from fangxian.kernel.models import AuditEvent

PAGE = 50


@dataclass(frozen=True)
class Wanted:
    """What an auditor is looking for on a day: by whom (`person`), about whom (`about`, an id).

    `before` and `after` are event ids.
    """

    day: date
    event: str = ""
    person: str = ""
    unit_path: str = ""
    about: int | None = None
    before: int | None = None
    after: int | None = None


@dataclass(frozen=True)
class Line:
    """One event as it is shown."""

    event: AuditEvent
    label: object
    subject: object
    who: str
    unit: str
    facts: tuple[tuple[object, object], ...]


@dataclass(frozen=True)
class Slice:
    """A page of the trail with the ids that lead to the newer and the older page."""

    lines: list[Line]
    newer: int | None
    older: int | None


def read(wanted: Wanted, *, by: Actor) -> Slice:
    """A page of the day's events. Pages go by id, so that a full day costs no counting."""
    rows = AuditEvent.objects.filter(_scope(by), day=wanted.day)
    if wanted.event:
        rows = rows.filter(event=wanted.event)
    if wanted.person:
        rows = rows.filter(_person(wanted.person))
    if wanted.about is not None:
        rows = rows.filter(persons__contains=[wanted.about])
    if wanted.unit_path:
        path = wanted.unit_path
        rows = rows.filter(path__gte=path, path__lt=path[:-1] + "0")
    if wanted.after is not None:
        found = list(rows.filter(id__gt=wanted.after).order_by("id")[: PAGE + 1])
        more_new, kept = len(found) > PAGE, found[:PAGE][::-1]
        more_old = True
    else:
        if wanted.before is not None:
            rows = rows.filter(id__lt=wanted.before)
        found = list(rows.order_by("-id")[: PAGE + 1])
        more_old, kept = len(found) > PAGE, found[:PAGE]
        more_new = wanted.before is not None
    return Slice(
        _lines(kept, wanted.day),
        kept[0].id if kept and more_new else None,
        kept[-1].id if kept and more_old else None,
    )


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


def _lines(rows: list[AuditEvent], day: date) -> list[Line]:
    named = [row.by_id for row in rows] + [row.detail.get("user") for row in rows]
    users = User.objects.in_bulk({one for one in named if isinstance(one, int)})
    units = unit_names({row.unit_id for row in rows if row.unit_id is not None}, today=day)
    return [_line(row, users, units) for row in rows]


def _line(row: AuditEvent, users: dict[int, User], units: dict[int, str]) -> Line:
    detail = dict(row.detail)
    part = detail.pop("system", "")
    who = users.get(row.by_id or 0) or (_("system: %(part)s") % {"part": part} if part else "")
    if detail.get("user") == row.by_id:
        detail.pop("user", None)
    facts = tuple(
        (FACTS.get(term, term), _said(term, value, users))
        for term, value in sorted(detail.items())
        if value != row.subject
    )
    subject = ROLE_LABELS.get(Role(row.subject), "") if row.subject in set(Role) else row.subject
    return Line(
        row, event_label(row.event), subject, str(who), units.get(row.unit_id or 0, ""), facts
    )


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
    return value
