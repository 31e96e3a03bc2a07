"""How a person wants to be told."""

from collections.abc import Mapping
from datetime import datetime, time

from django.db import transaction

from fangxian.foundation.accounts.queries import first_place, in_person
from fangxian.foundation.notices.models import Preference, QuietHours
from fangxian.foundation.notices.rules import Category, Channel, NoticeEvent, Wanted
from fangxian.kernel import audit
from fangxian.kernel.access import Actor

Wish = Mapping[tuple[Channel, Category], Wanted]


@transaction.atomic
def choose(*, wanted: Wish, quiet: tuple[time, time], by: Actor, at: datetime) -> None:
    """Keep what one wants to be told through which channel, and when not to be disturbed."""
    user_id = in_person(by)
    Preference.objects.bulk_create(
        [
            Preference(user_id=user_id, channel=channel, category=category, wanted=much)
            for (channel, category), much in wanted.items()
        ],
        update_conflicts=True,
        unique_fields=["user", "channel", "category"],
        update_fields=["wanted"],
    )
    start, end = quiet
    QuietHours.objects.update_or_create(user_id=user_id, defaults={"start": start, "end": end})
    unit_id, path = first_place(user_id, today=at.date())
    audit.record(NoticeEvent.PREFERENCES, by=by, at=at, unit_id=unit_id, path=path)
