"""What was corrected, and who looked at the person or wrote of them, from the trail."""

from datetime import date

from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from fangxian.foundation.accounts.models import ROLE_LABELS, User
from fangxian.foundation.accounts.rules import Role
from fangxian.foundation.people.models import Person
from fangxian.foundation.people.rights.queries import corrections
from fangxian.kernel.access import Actor, subtree
from fangxian.kernel.audit import event_label
from fangxian.kernel.models import AuditEvent
from fangxian.kernel.privacy import Held, holds
from fangxian.norms.retention import months_before

#: how far back the trail is read; at least so long it is kept
MONTHS = 6
MOST = 2_000


def _held(person_id: int, by: Actor, today: date) -> list[Held]:
    changed = corrections(person_id, by=by)
    return [
        Held(
            "corrections", _("Corrected on request"),
            [_("At the time"), _("Field"), _("Before"), _("After"), _("Who asks"), _("Why")],
            [[str(one.at.date()), one.name, one.before, one.after,
              str(one.get_asked_by_display()), one.reason] for one in changed],
            ["at", "field", "before", "after", "asked_by", "reason"],
        ),
        _trail(person_id, today),
    ]  # fmt: skip


def _trail(person_id: int, today: date) -> Held:
    low, high = subtree(Person.objects.get(pk=person_id).path)
    rows = list(
        AuditEvent.objects.filter(
            day__gte=months_before(today, MONTHS), persons__contains=[person_id],
            path__gte=low, path__lt=high,
        ).order_by("-id")[:MOST]
    )  # fmt: skip
    names = User.objects.in_bulk({row.by_id for row in rows if row.by_id is not None})
    told = [
        [f"{localtime(row.at):%Y-%m-%d %H:%M}", str(event_label(row.event)),
         str(names.get(row.by_id or 0, "")), _roles(row.acting), row.purpose]
        for row in rows
    ]  # fmt: skip
    return Held(
        "looked_at", _("Who looked at it or wrote of it"),
        [_("At the time"), _("What was done"), _("Who"), _("Acting for"), _("Why")],
        told, ["at", "event", "by", "acting", "purpose"],
    )  # fmt: skip


def _roles(acting: str) -> str:
    """The roles of "head@17 auditor@3" by their names."""
    roles = dict.fromkeys(word.partition("@")[0] for word in acting.split())
    return "、".join(str(ROLE_LABELS[Role(one)]) for one in roles if one in set(Role))


holds("90 rights", _held)
