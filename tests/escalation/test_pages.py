"""The pages of reminders as people use them, and what is refused."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from fangxian.foundation.accounts.rules import Role
from fangxian.foundation.escalation import actions, queries
from fangxian.foundation.escalation.models import Acknowledgement, Substitute
from fangxian.foundation.escalation.sweep import sweep
from fangxian.foundation.notices import actions as notices
from fangxian.foundation.notices.models import Notice
from fangxian.foundation.obligations.models import Obligation
from fangxian.kernel.audit.models import AuditEvent
from fangxian.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tests.cast import AT, DAY, SYSTEM, Cast
from tests.escalation.test_sweep import MORNING, REPORT, at, tell

pytestmark = pytest.mark.usefixtures("at_eight")


def client(cast: Cast, who: str) -> Client:
    found = Client(headers={"Accept-Language": "en"})
    found.force_login(cast.users[who])
    return found


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def take(cast: Cast, who: str, code: str, kind: str = REPORT) -> Any:
    address = reverse("escalation:acknowledge", args=[code])
    told = {"day": DAY.isoformat(), "kind": kind, "list": cast.school.code}
    return client(cast, who).post(address, told)


def test_who_is_reminded_when_is_the_same_for_everyone(cast: Cast) -> None:
    page = text(client(cast, "reporter").get(reverse("escalation:ladders")))
    for words in ("10:00", "09:30", "30 min before the deadline", "Group teacher", "16:00"):
        assert words in page
    assert "not checked against the official text" in page
    assert "Reminders of missing answers" in page


def test_before_any_document_the_page_says_so(cast: Cast) -> None:
    page = text(client(cast, "reporter").get(reverse("escalation:ladders"), {"day": "2019-11-23"}))
    assert "No document says who is reminded on this day" in page


@pytest.mark.parametrize("day", ["yesterday", "2026-11-31", "99999-01-01"])
def test_a_day_that_is_none_is_refused(cast: Cast, day: str) -> None:
    for name, arguments in (("ladders", []), ("log", [cast.school.code])):
        address = reverse(f"escalation:{name}", args=arguments)
        assert client(cast, "reporter").get(address, {"day": day}).status_code == 422


def test_the_log_tells_what_was_told_at_and_below_a_unit(cast: Cast) -> None:
    empty = text(client(cast, "county_officer").get(reverse("escalation:own"), follow=True))
    assert "Nobody was reminded on this day" in empty
    sweep(at=at(10, 45), by=SYSTEM)
    page = text(client(cast, "county_officer").get(reverse("escalation:own"), follow=True))
    assert "Head of school" in page and "45 min after the deadline" in page
    assert "overtaken: told in one message with the next" in page
    school = client(cast, "head").get(reverse("escalation:log", args=[cast.school.code]))
    assert "Silent then" in text(school)


def test_the_log_counts_vacant_posts(cast: Cast) -> None:
    sweep(at=at(10, 0), by=SYSTEM)
    by_rung = {
        row.rung: row
        for row in queries.log(unit=cast.school.version, day=DAY, by=cast.actor("head"))
        if row.kind == MORNING
    }
    due = by_rung["due"]
    assert (due.silent, due.told, due.gaps, due.raised) == (3, 1, 2, 2)
    assert by_rung["gap.school_reporter"].is_gap
    with pytest.raises(NotFound):
        queries.log(unit=cast.other_school.version, day=DAY, by=cast.actor("head"))


def test_on_the_list_of_the_silent_one_says_that_one_is_on_it(cast: Cast) -> None:
    answer = take(cast, "head", cast.school.code)
    assert answer.status_code == 302
    assert cast.school.code in answer["Location"]
    page = text(client(cast, "reporter").get(answer["Location"]))
    assert "head is on it since 08:00" in page
    county = reverse("situation:silent", args=[cast.county.code])
    query = {"day": DAY.isoformat(), "kind": REPORT}
    page = text(client(cast, "county_officer").get(county, query))
    assert "head" in page and "since 08:00" in page
    # it stays silent, and others may take it up too
    assert "I am on it" in page
    assert Obligation.objects.of(REPORT, DAY).silent().count() == 3


def test_saying_it_twice_changes_nothing(cast: Cast) -> None:
    take(cast, "head", cast.school.code)
    take(cast, "head", cast.school.code)
    assert Acknowledgement.objects.count() == 1
    assert AuditEvent.objects.filter(event="escalation.acknowledged").count() == 1


def test_one_takes_back_only_what_one_took_up(cast: Cast) -> None:
    take(cast, "head", cast.school.code)
    row = Acknowledgement.objects.get()
    address = reverse("escalation:take-back", args=[row.pk])
    assert client(cast, "reporter").post(address).status_code == 404
    assert client(cast, "head").post(address, {"list": cast.school.code}).status_code == 302
    row.refresh_from_db()
    assert row.ended_at == AT
    assert client(cast, "head").post(address).status_code == 302  # again changes nothing
    assert AuditEvent.objects.filter(event="escalation.taken_back").count() == 1
    take(cast, "head", cast.school.code)
    assert Acknowledgement.objects.of(REPORT, DAY).count() == 1


def test_there_is_nothing_to_take_up_where_all_have_answered(cast: Cast) -> None:
    tell(cast.tiny_group)
    with pytest.raises(Conflict):
        actions.acknowledge(
            kind=MORNING,
            unit=cast.tiny_school.version,
            day=DAY,
            by=cast.actor("county_officer"),
            at=AT,
        )


@pytest.mark.parametrize(
    ("who", "error"), [("inspector", Forbidden), ("outsider", NotFound), ("teacher", NotFound)]
)
def test_who_may_not_take_up(cast: Cast, who: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        actions.acknowledge(
            kind=REPORT, unit=cast.school.version, day=DAY, by=cast.actor(who), at=AT
        )


def test_from_the_inbox_one_takes_up_what_the_message_is_about(cast: Cast) -> None:
    sweep(at=at(10, 10), by=SYSTEM)
    for who, unit in (("teacher", cast.named_group), ("reporter", cast.school)):
        notice = Notice.objects.filter(user_id=cast.users[who].pk).latest("created_at")
        notices.acknowledge(day=notice.day, notice_id=notice.id, by=cast.actor(who), at=at(10, 11))
        row = Acknowledgement.objects.get(by=cast.users[who])
        assert (row.unit_id, row.kind) == (unit.id, MORNING)
    sweep(at=at(10, 45), by=SYSTEM)
    head = Notice.objects.get(user_id=cast.users["head"].pk)
    assert head.context["silent"] == 3  # the level above hears of all of it


def test_a_message_about_what_is_answered_by_now_takes_up_nothing(cast: Cast) -> None:
    sweep(at=at(10, 0), by=SYSTEM)
    tell(cast.named_group)
    notice = Notice.objects.get(user_id=cast.users["teacher"].pk)
    notices.acknowledge(
        day=notice.day, notice_id=notice.id, by=cast.actor("teacher"), at=at(10, 11)
    )
    assert not Acknowledgement.objects.exists()


def substitute(cast: Cast, who: str = "head", **more: Any) -> Substitute:
    told: dict[str, Any] = {
        "unit": cast.school.version,
        "role": Role.SCHOOL_REPORTER,
        "user_id": cast.users["health_officer"].pk,
        "first_day": DAY,
        "last_day": DAY + timedelta(days=2),
        "by": cast.actor(who),
        "at": AT,
    }
    return actions.set_substitute(**(told | more))


def test_a_substitute_is_set_and_ended(cast: Cast) -> None:
    row = substitute(cast)
    address = reverse("escalation:substitutes", args=[cast.school.code])
    page = text(client(cast, "head").get(address))
    assert "health_officer" in page and "on duty" in page
    end = reverse("escalation:end-substitute", args=[cast.school.code, row.pk])
    assert client(cast, "unit_admin").post(end).status_code == 302
    assert "Nobody stands in" in text(client(cast, "head").get(address))
    assert client(cast, "head").post(end).status_code == 404
    events = AuditEvent.objects.filter(event__startswith="escalation.substitute")
    assert events.count() == 2


def test_the_form_sets_a_substitute_or_says_what_is_wrong(cast: Cast) -> None:
    address = reverse("escalation:substitutes", args=[cast.school.code])
    told = {
        "role": "school_reporter",
        "user": cast.users["health_officer"].pk,
        "first_day": "2026-11-23",
        "last_day": "2026-11-22",
    }
    refused = client(cast, "head").post(address, told)
    assert refused.status_code == 422
    assert "The last day comes before the first." in text(refused)
    assert client(cast, "head").post(address, told | {"last_day": "2026-11-29"}).status_code == 302
    twice = client(cast, "head").post(address, told | {"last_day": "2026-11-25"})
    assert twice.status_code == 422
    assert "on some of these days already" in text(twice)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"role": Role.COUNTY_OFFICER}, "role"),
        ({"role": Role.INSPECTOR}, "role"),
        ({"last_day": date(2026, 11, 1)}, "last_day"),
        ({"first_day": date(2026, 11, 1), "last_day": date(2026, 11, 2)}, "last_day"),
        ({"last_day": date(2027, 11, 1)}, "last_day"),
    ],
)
def test_a_substitute_that_cannot_be(cast: Cast, more: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        substitute(cast, **more)
    assert field in refused.value.fields


@pytest.mark.parametrize("who", ["outsider", "other_reporter", "teacher", "auditor"])
def test_nobody_stands_in_who_cannot_see_what_they_are_told(cast: Cast, who: str) -> None:
    with pytest.raises(Invalid):
        substitute(cast, user_id=cast.users[who].pk)


def test_only_who_runs_a_unit_sets_its_substitutes(cast: Cast) -> None:
    for who in ("reporter", "inspector"):
        with pytest.raises(Forbidden):
            substitute(cast, who)
    with pytest.raises(NotFound):
        substitute(cast, "outsider")


@pytest.mark.parametrize("name", ["reporter", "county_officer", "province_officer"])
def test_the_list_of_the_silent_asks_as_much_as_before(
    cast: Cast, name: str, django_assert_max_num_queries: Any
) -> None:
    where = {"reporter": cast.school, "county_officer": cast.county}.get(name, cast.province)
    address = reverse("situation:silent", args=[where.code])
    visitor = client(cast, name)
    visitor.get(address)
    with django_assert_max_num_queries(24):
        visitor.get(address, {"kind": REPORT})


def test_every_text_is_there_in_chinese(cast: Cast) -> None:
    sweep(at=at(16, 0), by=SYSTEM)
    with translation.override("zh-hans"):
        for who in ("reporter", "county_officer"):
            found = Client(headers={"Accept-Language": "zh-hans"})
            found.force_login(cast.users[who])
            page = text(found.get(reverse("escalation:own"), follow=True))
            assert "提醒" in page and "min after" not in page
