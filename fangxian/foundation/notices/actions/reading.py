"""What a reader does with notices: reads them, one or all, or says "I am on it"."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from fangxian.foundation.notices.kinds import template_of
from fangxian.foundation.notices.models import Notice
from fangxian.kernel.access import Actor
from fangxian.kernel.errors import Conflict, NotFound


@transaction.atomic
def read(*, day: date, notice_id: int, by: Actor, at: datetime) -> Notice:
    """Mark one's own notice as read; the first reading counts."""
    found = Notice.objects.visible_to(by).filter(day=day, id=notice_id).select_for_update().first()
    if found is None:
        raise NotFound(_("There is no such notice."))
    if found.read_at is None:
        found.read_at = at
        Notice.objects.filter(pk=found.pk).update(read_at=at)
    return found


@transaction.atomic
def read_all(*, until: datetime, by: Actor, at: datetime, kinds: Iterable[str] = ()) -> int:
    """Mark as read what came up to a moment (of these kinds, if any); returns how many."""
    rows = Notice.objects.visible_to(by).unread().filter(created_at__lte=until)
    if wanted := list(kinds):
        rows = rows.filter(kind__in=wanted)
    return rows.update(read_at=at)


@transaction.atomic
def acknowledge(*, day: date, notice_id: int, by: Actor, at: datetime) -> Notice:
    """Say "I am on it", once: the notice is read, and the room that sent it is told."""
    found = read(day=day, notice_id=notice_id, by=by, at=at)
    template = template_of(found.kind)
    if template is None or template.acknowledge is None:
        raise Conflict(_("There is nothing to take up here."))
    if found.acked_at is None:
        found.acked_at = at
        Notice.objects.filter(pk=found.pk).update(acked_at=at)
        template.acknowledge(notice=found, by=by, at=at)
    return found
