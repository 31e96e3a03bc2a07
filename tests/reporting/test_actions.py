"""Signing, accepting, returning, correcting: the story of a report."""

from datetime import date, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from fangxian.foundation.obligations.models import Obligation
from fangxian.kernel.audit.models import AuditEvent
from fangxian.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from fangxian.watch.checks.actions import Recorded
from fangxian.watch.reporting import actions
from fangxian.watch.reporting.drafts import dictionary_by_number
from fangxian.watch.reporting.indicators import Cell
from fangxian.watch.reporting.models import DailyReport, Decision, ReportRevision
from fangxian.watch.reporting.rules import KIND, Entered, State
from tests.cast import DAY, Cast
from tests.reporting.stories import ILL, all_answer, at, ill, morning, sign, tomorrow

pytestmark = pytest.mark.django_db


def figure(made: ReportRevision, code: str, population: str = "students") -> int | None:
    position = dictionary_by_number(made.dictionary_version).position
    return made.figures[position[Cell(code, population)]]


def latest(cast: Cast, day: date = DAY) -> ReportRevision:
    rows = ReportRevision.objects.filter(day=day, school_id=cast.school.id)
    return rows.order_by("-revision").get() if rows.count() == 1 else rows.latest("revision")


def accept(
    cast: Cast, revision: int, *, by: str = "county_officer", when: datetime | None = None
) -> DailyReport:
    return actions.accept(
        unit=cast.school.version,
        day=DAY,
        revision=revision,
        by=cast.actor(by),
        at=when or at(13),
    )


def give_back(cast: Cast, revision: int, comment: str = "请核对缺课人数") -> DailyReport:
    return actions.return_(
        unit=cast.school.version,
        day=DAY,
        revision=revision,
        comment=comment,
        by=cast.actor("county_officer"),
        at=at(13),
    )


def test_one_signs_for_those_who_answered(cast: Cast) -> None:
    morning(cast.named_group, 5, ill(name="安安"), by=cast.actor("reporter"), when=at(8))
    morning(cast.plain_group, 45, not_known=3, by=cast.actor("reporter"), when=at(8))
    report = sign(cast, at(9))
    made = latest(cast)
    assert (report.state, report.revision) == (State.SIGNED, 1)
    assert (made.groups_answered, made.groups_expected) == (2, 3)
    assert (made.people_accounted, made.people_total) == (47, 62)
    assert figure(made, "absent_ill") == 1
    assert figure(made, "new_ill") == 1
    assert figure(made, "enrolled", "staff") is None
    assert not made.is_full_zero
    owed = Obligation.objects.get(day=DAY, kind=KIND, unit_id=cast.school.id)
    assert (owed.told_at, owed.accounted) == (at(9), 47)
    assert AuditEvent.objects.filter(event="report.signed").count() == 1


def test_a_full_zero_needs_every_group(cast: Cast) -> None:
    reporter = cast.actor("reporter")
    morning(cast.named_group, 5, by=reporter, when=at(8))
    morning(cast.plain_group, 45, by=reporter, when=at(8))
    sign(cast, at(9))
    assert not latest(cast).is_full_zero
    morning(cast.point_group, 12, by=reporter, when=at(9, 30))
    sign(cast, at(10), revision=1)
    assert latest(cast).is_full_zero


def test_nothing_answered_is_nothing_to_sign(cast: Cast) -> None:
    with pytest.raises(Conflict):
        sign(cast, at(9))
    assert not DailyReport.objects.exists()


def test_signing_twice_is_signing_once(cast: Cast) -> None:
    all_answer(cast)
    first = sign(cast, at(9))
    again = sign(cast, at(10), revision=0)
    also = sign(cast, at(11), revision=1)
    assert first.revision == again.revision == also.revision == 1
    assert also.signed_at == at(9)
    assert ReportRevision.objects.count() == 1
    with pytest.raises(Conflict):
        sign(cast, at(11), revision=0, by="head")
    with pytest.raises(Conflict):
        sign(cast, at(11), revision=1, by="head")


def test_a_stale_revision_is_refused_with_the_current_one(cast: Cast) -> None:
    all_answer(cast)
    with pytest.raises(Conflict) as refusal:
        sign(cast, at(9), revision=4)
    assert refusal.value.extra["current_revision"] == 0
    sign(cast, at(9))
    with pytest.raises(Conflict) as refusal:
        accept(cast, 2)
    assert refusal.value.extra["current_revision"] == 1


def test_accepted_and_then_corrected(cast: Cast) -> None:
    all_answer(cast)
    sign(cast, at(9))
    report = accept(cast, 1)
    assert (report.state, report.decided_by) == (State.ACCEPTED, cast.users["county_officer"].pk)
    assert accept(cast, 1, when=at(14)).decided_at == at(13)
    with pytest.raises(Conflict):
        give_back(cast, 1)
    first = latest(cast)
    recorded = _correct_plain_group(cast, at(14))
    assert recorded.revision == 2
    report = sign(cast, at(15), revision=1)
    assert (report.state, report.revision, report.decided_by) == (State.SIGNED, 2, None)
    assert figure(latest(cast), "absent_ill") == 1
    assert figure(latest(cast), "new_ill") == 1
    first_again = ReportRevision.objects.get(day=DAY, school_id=cast.school.id, revision=1)
    assert first_again.figures == first.figures
    events = list(AuditEvent.objects.filter(event__startswith="report.").order_by("id"))
    assert [event.event for event in events if "dictionary" not in event.event] == [
        "report.signed", "report.accepted", "report.revised", "report.signed",
    ]  # fmt: skip


def _correct_plain_group(cast: Cast, when: datetime) -> Recorded:
    from fangxian.watch.checks.models import Check

    current = Check.objects.current().get(unit_id=cast.plain_group.id)
    return morning(
        cast.plain_group, 45, ILL, by=cast.actor("reporter"), when=when, revises=current.id
    )


def test_returned_with_a_comment_and_signed_again(cast: Cast) -> None:
    all_answer(cast)
    sign(cast, at(9))
    with pytest.raises(Invalid):
        give_back(cast, 1, " ")
    report = give_back(cast, 1)
    assert (report.state, report.comment) == (State.RETURNED, "请核对缺课人数")
    report = sign(cast, at(14), revision=1)
    assert (report.state, report.revision, report.comment) == (State.SIGNED, 2, "")
    assert Decision.objects.get().comment == "请核对缺课人数"
    accept(cast, 2, when=at(15))
    assert Decision.objects.count() == 2


def test_a_correction_may_be_announced(cast: Cast) -> None:
    all_answer(cast)
    sign(cast, at(9))
    reporter = cast.actor("reporter")
    unit = cast.school.version
    report = actions.revise(unit=unit, day=DAY, revision=1, by=reporter, at=at(10))
    assert report.state == State.REVISED
    actions.revise(unit=unit, day=DAY, revision=1, by=reporter, at=at(10))
    with pytest.raises(Conflict):
        accept(cast, 1)
    assert sign(cast, at(11), revision=1).revision == 2


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("teacher", NotFound),
        ("health_officer", Forbidden),
        ("county_officer", Forbidden),
        ("outsider", NotFound),
        ("other_reporter", NotFound),
        ("auditor", Forbidden),
    ],
)
def test_who_may_not_sign(cast: Cast, who: str, error: type[Exception]) -> None:
    all_answer(cast)
    with pytest.raises(error):
        sign(cast, at(9), by=who)


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("reporter", Forbidden),
        ("head", Forbidden),
        ("city_officer", Forbidden),
        ("province_officer", Forbidden),
        ("inspector", Forbidden),
        ("outsider", NotFound),
    ],
)
def test_who_may_not_accept(cast: Cast, who: str, error: type[Exception]) -> None:
    all_answer(cast)
    sign(cast, at(9))
    with pytest.raises(error):
        accept(cast, 1, by=who)


def test_nobody_accepts_their_own_signature(cast: Cast) -> None:
    from fangxian.foundation.accounts.models import RoleAssignment

    RoleAssignment.objects.create(
        user=cast.users["reporter"],
        role="county_officer",
        unit_id=cast.county.id,
        valid_from=DAY,
        given_at=at(7),
    )
    all_answer(cast)
    sign(cast, at(9))
    with pytest.raises(Forbidden):
        accept(cast, 1, by="reporter")
    assert accept(cast, 1).state == State.ACCEPTED


def test_a_tiny_school_is_never_blocked(cast: Cast) -> None:
    one = cast.actor("tiny_head")
    morning(cast.tiny_group, 9, by=one, when=at(8))
    unit = cast.tiny_school.version
    report = actions.sign(unit=unit, day=DAY, revision=None, by=one, at=at(9))
    with pytest.raises(Forbidden):
        actions.accept(unit=unit, day=DAY, revision=1, by=one, at=at(9))
    county = cast.actor("county_officer")
    report = actions.accept(unit=unit, day=DAY, revision=1, by=county, at=at(10))
    assert report.state == State.ACCEPTED


def test_a_figure_entered_by_hand_is_marked(cast: Cast) -> None:
    all_answer(cast)
    entered = [Entered("fever", "students", 2, "校医电话补报")]
    with pytest.raises(Invalid) as refusal:
        sign(cast, at(9), entered=[Entered("fever", "students", -1, "")])
    assert set(refusal.value.fields) == {"entered.0.value", "entered.0.reason"}
    with pytest.raises(Invalid):
        sign(cast, at(9), entered=[Entered("flying", "students", 1, "?")])
    sign(cast, at(9), entered=entered)
    made = latest(cast)
    assert figure(made, "fever") == 2
    assert made.entered == [
        {"code": "fever", "population": "students", "value": 2, "derived": 0,
         "reason": "校医电话补报"}
    ]  # fmt: skip
    assert not made.is_full_zero
    assert sign(cast, at(10), revision=1).revision == 1
    assert sign(cast, at(10), revision=1, entered=[]).revision == 2
    assert latest(cast).is_full_zero


def test_signing_is_for_days_that_owe_a_report(cast: Cast) -> None:
    with pytest.raises(Invalid) as refusal:
        sign(cast, at(9), day=tomorrow())
    assert "day" in refusal.value.fields
    with pytest.raises(Invalid) as refusal:
        actions.sign(
            unit=cast.school.version,
            day=tomorrow(-1),
            revision=0,
            by=cast.actor("reporter"),
            at=at(9),
        )
    assert "day" in refusal.value.fields


@pytest.mark.parametrize(
    "verb", ["UPDATE report_revision SET people_total = 1", "DELETE FROM report_revision"]
)
def test_a_signed_revision_never_changes(cast: Cast, verb: str) -> None:
    all_answer(cast)
    sign(cast, at(9))
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(verb)


def test_sign_costs_few_queries(
    cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries, as_web: None
) -> None:
    all_answer(cast)
    unit, reporter = cast.school.version, cast.actor("reporter")
    with django_assert_max_num_queries(22):
        actions.sign(unit=unit, day=DAY, revision=0, by=reporter, at=at(9))
