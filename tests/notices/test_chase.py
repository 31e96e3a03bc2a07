"""Being asked again reaches those who answer for the unit."""

from datetime import timedelta

import pytest
from django.test import Client

from fangxian.foundation.notices.models import Notice
from fangxian.foundation.obligations import actions as obligations
from tests.cast import AT, DAY, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_eight")]


def chase(cast: Cast, kind: str, after: timedelta = timedelta(0)) -> int:
    return obligations.chase(
        kind=kind,
        unit=cast.county.version,
        day=DAY,
        by=cast.actor("county_officer"),
        at=AT + after,
    )


def told(kind: str) -> set[str]:
    from fangxian.foundation.accounts.models import User

    ids = Notice.objects.filter(context__kind=kind).values_list("user_id", flat=True)
    return set(User.objects.filter(pk__in=list(ids)).values_list("username", flat=True))


def test_a_groups_teacher_and_a_schools_reporter_are_told(cast: Cast) -> None:
    assert chase(cast, "check.morning") == 4
    # Two groups of the school have no teacher: its reporter is told so, once.
    assert told("check.morning") == {"teacher", "reporter", "tiny_head"}, "nobody elsewhere"
    (row,) = Notice.objects.filter(user_id=cast.users["reporter"].pk, context__kind="check.morning")
    assert row.path == cast.school.path
    assert row.context["unit"]["zh"] == cast.school.version.name_zh
    assert chase(cast, "daily_report") == 2
    assert told("daily_report") == {"reporter", "tiny_head"}


def test_who_was_asked_a_moment_ago_is_left_in_peace(cast: Cast) -> None:
    chase(cast, "check.morning")
    before = Notice.objects.count()
    assert chase(cast, "check.morning", timedelta(minutes=3)) == 0
    assert Notice.objects.count() == before
    assert chase(cast, "check.morning", timedelta(minutes=11)) == 4
    assert Notice.objects.count() == 2 * before


def test_the_notice_says_who_asks_for_what_until_when(cast: Cast) -> None:
    chase(cast, "check.morning")
    client = Client()
    client.force_login(cast.users["teacher"])
    shown = client.get("/notices/").content.decode()
    assert "三年级1班：晨检尚未上报" in shown
    assert "锦江区催报，截止时间" in shown
    client.cookies["language"] = "en"
    shown = client.get("/notices/").content.decode()
    assert "5101040001-0301: Morning check is still missing" in shown
