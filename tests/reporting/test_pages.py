"""What people see of daily reports."""

import json
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from fangxian.foundation.obligations.models import Chase, Obligation
from fangxian.kernel import shared
from fangxian.kernel.audit.models import AuditEvent
from fangxian.kernel.partitions import ensure_day
from fangxian.watch.checks.models import Check
from fangxian.watch.reporting import queries
from fangxian.watch.reporting.models import DailyReport
from fangxian.watch.reporting.rules import State
from tests.cast import DAY, Cast, Place
from tests.reporting.stories import ILL, all_answer, at, ill, morning, sign

pytestmark = pytest.mark.django_db
FORMS = {
    "entered-TOTAL_FORMS": "1",
    "entered-INITIAL_FORMS": "0",
    "entered-0-cell": "",
    "entered-0-value": "",
    "entered-0-reason": "",
}


@pytest.fixture(autouse=True)
def _at_eleven(at_eight: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fangxian.kernel.clock.now", lambda: at(11))


def client(cast: Cast, who: str, language: str = "en") -> Client:
    made = Client(headers={"accept-language": language})
    made.force_login(cast.users[who])
    return made


def page_of(cast: Cast) -> str:
    return reverse("reporting:report", args=[cast.school.code, DAY.isoformat()])


def test_a_reporter_starts_with_todays_report(cast: Cast) -> None:
    response = client(cast, "reporter").get("/reports/")
    assert (response.status_code, response["Location"]) == (302, page_of(cast))
    assert client(cast, "county_officer").get("/reports/")["Location"] == "/reports/queue/"


def test_the_sentence_that_is_signed(
    cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    reporter = cast.actor("reporter")
    morning(cast.named_group, 5, by=reporter, when=at(8))
    morning(cast.plain_group, 45, ILL, by=reporter, when=at(8), not_known=2)
    signed_in = client(cast, "reporter")
    with django_assert_max_num_queries(45):
        text = signed_in.get(page_of(cast)).content.decode()
    assert "<b>2</b> of 3 groups, <b>48</b> of 62 people" in text
    assert "1 group has not answered: silence is never zero." in text
    assert cast.point_group.code in text
    chinese = client(cast, "reporter", "zh-hans").get(page_of(cast)).content.decode()
    assert "3 个班（组）已报 <b>2</b> 个，62 人已掌握 <b>48</b> 人" in chinese


def test_signing_on_the_page(cast: Cast) -> None:
    all_answer(cast)
    signed_in = client(cast, "reporter")
    address = reverse("reporting:sign", args=[cast.school.code, DAY.isoformat()])
    bad = FORMS | {"revision": "0", "entered-0-cell": "fever.students", "entered-0-value": "2"}
    assert signed_in.post(address, bad).status_code == 422
    assert not DailyReport.objects.exists()
    good = bad | {"entered-0-reason": "校医补报"}
    assert signed_in.post(address, good).status_code == 302
    assert "校医补报" in signed_in.get(page_of(cast)).content.decode()
    stale = signed_in.post(address, FORMS | {"revision": "7"}, follow=True)
    assert "Revision 1 is the current one" in stale.content.decode()


def test_a_change_after_signing_is_said(cast: Cast) -> None:
    all_answer(cast)
    sign(cast, at(9))
    assert (
        "nothing has changed since" in client(cast, "reporter").get(page_of(cast)).content.decode()
    )
    current = Check.objects.current().get(unit_id=cast.plain_group.id)
    reporter = cast.actor("reporter")
    morning(cast.plain_group, 45, ILL, by=reporter, when=at(10), revises=current.id)
    text = client(cast, "reporter").get(page_of(cast)).content.decode()
    assert "Figures have changed since revision 1 was signed" in text
    assert "Sign revision 2" in text
    sign(cast, at(10), revision=1)
    again = queries.report_for(unit=cast.school.version, day=DAY, by=reporter, at=at(11))
    changed = {(d.code, d.before, d.after) for d in again.history[0].differences}
    assert ("absent_ill", 0, 1) in changed
    assert ("present", 62, 61) in changed


def test_returned_on_the_page(cast: Cast) -> None:
    all_answer(cast)
    sign(cast, at(9))
    address = reverse("reporting:return", args=[cast.school.code, DAY.isoformat()])
    county = client(cast, "county_officer")
    assert county.post(address, {"revision": "1", "comment": ""}).status_code == 422
    assert county.post(address, {"revision": "1", "comment": "请核对"}).status_code == 302
    assert "请核对" in client(cast, "reporter").get(page_of(cast)).content.decode()
    assert "请核对" not in client(cast, "auditor").get(page_of(cast)).content.decode()


def test_the_queue_and_accepting_what_was_ticked(cast: Cast) -> None:
    all_answer(cast)
    sign(cast, at(9))
    county = client(cast, "county_officer")
    queue = county.get("/reports/queue/")
    assert [row[0].code for row in queue.context["rows"]] == [cast.school.code]
    everyone = county.get("/reports/queue/?state=all")
    assert len(everyone.context["rows"]) == 2
    assert not county.get("/reports/queue/?q=nothing").context["rows"]
    found = county.get(f"/reports/queue/?q={cast.school.code[:6]}&state=all")
    assert len(found.context["rows"]) == 2
    address = reverse("reporting:accept-selected")
    stale = {"day": DAY.isoformat(), "report": [f"{cast.school.code}:0"]}
    assert (
        "Revision 1 is the current one" in county.post(address, stale, follow=True).content.decode()
    )
    ticked = {"day": DAY.isoformat(), "report": [f"{cast.school.code}:1"]}
    assert "1 report accepted." in county.post(address, ticked, follow=True).content.decode()
    assert DailyReport.objects.get().state == State.ACCEPTED


def test_names_are_read_inside_the_school_only_and_leave_a_trace(cast: Cast) -> None:
    all_answer(cast, None, ill(name="甲同学"))
    address = reverse(
        "reporting:behind", args=[cast.school.code, DAY.isoformat(), "absent_ill", "students"]
    )
    assert "甲同学" in client(cast, "reporter").get(address).content.decode()
    assert AuditEvent.objects.filter(event="report.names_read").count() == 1
    above = client(cast, "county_officer").get(address)
    assert cast.plain_group.code.split("-")[1][:2]  # the group is named, its people are not
    assert "三年级2班" in client(cast, "county_officer", "zh-hans").get(address).content.decode()
    assert "甲同学" not in above.content.decode()
    assert AuditEvent.objects.filter(event="report.names_read").count() == 1
    strange = address.replace("absent_ill", "gout")
    assert client(cast, "reporter").get(strange).status_code == 404
    assert client(cast, "outsider").get(address).status_code == 404


@pytest.mark.parametrize("code", ["new_ill", "ill", "fever", "vomiting", "not_known", "present"])
def test_every_figure_is_the_sum_of_what_is_behind_it(cast: Cast, code: str) -> None:
    reporter = cast.actor("reporter")
    lines = (ill(None, "甲", "vomiting"), ill(None, "", "fever"), ill(None, "", "vomiting"))
    morning(cast.named_group, 5, by=reporter, when=at(8))
    morning(cast.plain_group, 45, *lines, by=reporter, when=at(8), not_known=3)
    unit = cast.school.version
    page = queries.report_for(unit=unit, day=DAY, by=reporter, at=at(9))
    rows = [row for section in page.sections for row in section.rows]
    figure = next(f for row in rows for f in row.figures if f.code == code)
    found = queries.behind(unit=unit, day=DAY, code=code, population="students", by=reporter)
    assert found is not None
    assert figure.value == sum(group.rows.value for group in found.groups) > 0


def test_silent_groups_are_asked(cast: Cast) -> None:
    morning(cast.named_group, 5, by=cast.actor("reporter"), when=at(8))
    address = reverse("reporting:chase", args=[cast.school.code, DAY.isoformat()])
    response = client(cast, "reporter").post(address, follow=True)
    assert "2 groups asked." in response.content.decode()
    assert Chase.objects.filter(kind="check.morning").count() == 2


def test_the_table_of_a_county(cast: Cast) -> None:
    all_answer(cast, None, ILL)
    sign(cast, at(9))
    address = reverse("reporting:report", args=[cast.county.code, DAY.isoformat()])
    response = client(cast, "county_officer").get(address)
    table = response.context["table"]
    assert (table.total.counts.answered, table.total.counts.expected) == (1, 2)
    assert table.total.figures["absent_ill"] == 1
    assert [row.figures["absent_ill"] for row in table.rows] == [1, None]
    masked = queries.upper_table(
        unit=cast.county.version, day=DAY, by=cast.actor("auditor"), at=at(11)
    )
    assert (masked.total.figures["absent_ill"], masked.total.figures["present"]) == (None, None)


def test_a_parents_total_is_the_sum_of_its_children(cast: Cast) -> None:
    all_answer(cast, None, ILL)
    sign(cast, at(9))
    city = queries.upper_table(
        unit=cast.city.version, day=DAY, by=cast.actor("city_officer"), at=at(11)
    )
    for code, value in city.total.figures.items():
        known = [found for row in city.rows if (found := row.figures[code]) is not None]
        assert value == (sum(known) if known else None)


COPIED = "INSERT INTO {0} SELECT (jsonb_populate_record(o, %s::jsonb)).* FROM {0} o WHERE day = %s"


def also_signed(day: date, place: Place) -> None:
    """As the first school has signed for the day of the stories, so a place for another day."""
    ensure_day(day)
    changed = json.dumps({"day": str(day), "school_id": place.id, "path": place.path})
    with connection.cursor() as cursor:
        for table in ("daily_report", "report_revision"):
            cursor.execute(COPIED.format(table), [changed, DAY])
    shared.forget_all()


def test_change_is_of_the_schools_that_signed_on_both_days(cast: Cast) -> None:
    all_answer(cast)
    sign(cast, at(9))
    before = DAY - timedelta(days=1)
    also_signed(before, cast.school)
    also_signed(before, cast.tiny_school)  # and has not signed today

    def told() -> queries.UpperTable:
        by = cast.actor("county_officer")
        return queries.upper_table(unit=cast.county.version, day=DAY, by=by, at=at(11))

    total, rows = told().total, told().rows
    assert (total.counts.answered, total.signed_both, total.change("enrolled")) == (1, 1, 0)
    assert [row.change("enrolled") for row in rows] == [0, None]
    also_signed(DAY, cast.tiny_school)
    assert [row.signed_both for row in (told().total, *told().rows)] == [2, 1, 1]


def test_a_day_without_a_report_says_so(cast: Cast) -> None:
    address = reverse("reporting:report", args=[cast.school.code, "2026-11-22"])
    response = client(cast, "reporter").get(address)
    assert "No daily report is due on this day" in response.content.decode()


def test_the_dictionary_explains_every_figure(cast: Cast) -> None:
    text = client(cast, "reporter").get("/reports/dictionary/").content.decode()
    assert "still being ill is not new" in text


def test_excused_groups_are_neither_silent_nor_answered(cast: Cast) -> None:
    morning(cast.named_group, 5, by=cast.actor("reporter"), when=at(8))
    for kind in queries.group_kinds():
        Obligation.objects.filter(kind=kind, told_at=None, unit_id=cast.plain_group.id).update(
            excused_at=at(9), reason="lessons suspended"
        )
    page = client(cast, "reporter").get(page_of(cast))
    names = [one.code for one in page.context["page"].silent]
    assert names == [cast.point_group.code]
    assert "1 group is excused today" in page.content.decode()
    assert "Every group has answered." not in page.content.decode()
