"""Who is told of silence, when and how often, on the morning of the cast."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import translation

from fangxian.foundation.accounts.models import RoleAssignment, User
from fangxian.foundation.accounts.rules import Role
from fangxian.foundation.escalation import actions
from fangxian.foundation.escalation import sweep as room
from fangxian.foundation.escalation.models import Firing, Substitute
from fangxian.foundation.escalation.sweep import sweep
from fangxian.foundation.notices.kinds import told
from fangxian.foundation.notices.models import Notice
from fangxian.foundation.obligations.actions import answer, excuse, materialise
from fangxian.foundation.obligations.kinds import kind_by_code
from fangxian.foundation.obligations.models import Obligation, ObligationDay
from fangxian.foundation.obligations.rules import ObligationPermission
from fangxian.kernel.access import system
from fangxian.kernel.clock import SHANGHAI
from tests.cast import AT, DAY, OPENED, SYSTEM, Cast, Place, group

BY = system("tests", list(ObligationPermission))
MORNING, REPORT = "check.morning", "daily_report"
Facts = dict[str, list[tuple[str, str]]]


def at(hours: int, minutes: int = 0, day: date = DAY) -> datetime:
    return datetime(day.year, day.month, day.day, hours, minutes, tzinfo=SHANGHAI)


def run(hours: int, minutes: int = 0, day: date = DAY) -> None:
    sweep(at=at(hours, minutes, day), by=SYSTEM)


def heard(kind: str | None = None) -> set[tuple[str, str]]:
    """Who has been told what so far: (user name, template without its room)."""
    names = dict(User.objects.values_list("pk", "username"))
    return {
        (names[row.user_id], row.kind.removeprefix("escalation."))
        for row in Notice.objects.all()
        if kind is None or row.context["code"] == kind
    }


def new(before: set[tuple[str, str]], kind: str | None = None) -> set[tuple[str, str]]:
    return heard(kind) - before


def tell(place: Place, kind: str = MORNING) -> None:
    answer(
        kind=kind,
        unit_id=place.id,
        day=DAY,
        told_at=AT,
        at=AT,
        by=BY,
        accounted=None,
        channel="phone",
    )


def test_before_the_first_rung_nobody_is_told(cast: Cast) -> None:
    run(9, 29)
    assert heard() == set()
    assert not Firing.objects.exists()


def test_before_the_deadline_whoever_answers_is_reminded(cast: Cast) -> None:
    run(9, 30)
    # plain_group and point_group have no teacher: their school's reporter hears of it
    assert heard() == {
        ("teacher", "soon"),
        ("tiny_head", "soon"),
        ("reporter", "gap_groups"),
        ("other_reporter", "gap_groups"),
    }
    notice = Notice.objects.get(kind="escalation.soon", user_id=cast.users["teacher"].pk)
    with translation.override("zh-hans"):
        text = told(notice.kind, notice.context)
    assert "10:00" in text.title
    assert "三年级1班" in text.body
    assert notice.path == cast.named_group.path


def test_the_ladder_climbs_level_by_level(cast: Cast) -> None:
    run(9, 30)
    seen = heard()
    run(10, 0)
    assert new(seen) == {("teacher", "owed"), ("tiny_head", "owed")}
    seen = heard()
    run(10, 10)
    # the tiny school's one person hears as reporter, too
    assert new(seen) == {
        ("reporter", "groups"),
        ("other_reporter", "groups"),
        ("tiny_head", "groups"),
    }
    seen = heard()
    run(10, 45)
    # the other school has no head: its county hears
    assert new(seen) == {("head", "groups"), ("outsider", "gap_schools")}
    seen = heard()
    run(11, 30)
    assert new(seen, MORNING) == {("county_officer", "schools"), ("outsider", "schools")}
    seen = heard(REPORT)
    run(12, 30)
    assert ("county_officer", "schools") in new(seen, REPORT)
    run(16, 0)
    assert {("city_officer", "schools"), ("province_officer", "schools")} <= heard(REPORT)


def test_a_county_gets_one_message_about_all_its_schools(cast: Cast) -> None:
    run(11, 30)
    notice = Notice.objects.get(kind="escalation.schools", user_id=cast.users["county_officer"].pk)
    assert notice.context["schools"] == 2
    assert notice.context["silent"] == 4
    with translation.override("zh-hans"):
        text = told(notice.kind, notice.context)
    assert "示例中心校" in text.body and "示例小规模学校" in text.body
    assert cast.county.code in notice.link


def test_a_reporter_gets_one_message_about_all_silent_groups(cast: Cast) -> None:
    run(10, 10)
    notice = Notice.objects.get(kind="escalation.groups", user_id=cast.users["reporter"].pk)
    assert notice.context["silent"] == 3
    assert Notice.objects.filter(user_id=cast.users["reporter"].pk).count() == 1


def test_more_than_three_are_counted_not_named(cast: Cast) -> None:
    for number in range(3, 7):
        group(f"5101040001-030{number}", f"三年级{number}班", cast.school, 40)
    Obligation.objects.filter(kind=MORNING).delete()
    ObligationDay.objects.filter(kind=MORNING).delete()
    materialise(kind=kind_by_code(MORNING), day=DAY, at=AT - timedelta(days=1), by=BY)
    run(10, 10)
    names = Notice.objects.get(kind="escalation.groups", user_id=cast.users["reporter"].pk).context[
        "names"
    ]
    assert names["zh"].endswith(" 等7个")
    assert names["en"].endswith(" and 4 more")


def test_who_answered_or_is_excused_is_left_in_peace(cast: Cast) -> None:
    tell(cast.named_group)
    excuse(kind=MORNING, unit_id=cast.tiny_group.id, day=DAY, reason="停课", by=BY, at=AT)
    run(11, 30)
    assert not {name for name, _template in heard(MORNING)} & {"teacher", "tiny_head"}
    firing = Firing.objects.get(kind=MORNING, rung="county", unit_id=cast.county.id)
    assert firing.silent == 2


def test_a_rung_is_told_once(cast: Cast) -> None:
    run(10, 0)
    before, fired = Notice.objects.count(), Firing.objects.count()
    for _again in range(3):
        run(10, 1)
    assert (Notice.objects.count(), Firing.objects.count()) == (before, fired)


def test_a_clock_that_jumps_back_tells_nothing_twice(cast: Cast) -> None:
    run(10, 10)
    before = Notice.objects.count()
    for minutes in (25, 30, 59):
        run(9, minutes)
    run(10, 10)
    assert Notice.objects.count() == before


def test_a_clock_that_jumps_forward_folds_what_it_passed(cast: Cast) -> None:
    run(11, 30)
    teacher = Notice.objects.filter(user_id=cast.users["teacher"].pk)
    assert [row.kind for row in teacher] == ["escalation.owed"]
    # one person with every role in a tiny school: one message of the morning check
    tiny = [row for row in Notice.objects.filter(user_id=cast.users["tiny_head"].pk)]
    assert [(row.context["code"], row.context["level"]) for row in tiny] == [
        (MORNING, "head"),
        (REPORT, "answerer"),
    ]
    passed = Firing.objects.get(kind=MORNING, rung="soon", unit_id=cast.school.id)
    spoke = Firing.objects.get(kind=MORNING, rung="due", unit_id=cast.school.id)
    assert (passed.folded_into, spoke.folded_into) == ("due", "")


def test_what_nobody_decided_for_a_day_is_past(cast: Cast) -> None:
    run(17, 0, DAY + timedelta(days=1))
    assert not Firing.objects.filter(kind=MORNING).exists()


def test_in_quiet_hours_what_can_wait_waits(cast: Cast) -> None:
    late = at(21, 55)
    Obligation.objects.filter(kind=MORNING).update(due_at=late)
    run(22, 10)
    assert ("teacher", "owed") in heard()  # fell due before the quiet hours
    assert not Firing.objects.filter(kind=MORNING, rung="reporter").exists()
    tell(cast.named_group)
    tell(cast.plain_group)
    tell(cast.point_group)
    run(6, 29, DAY + timedelta(days=1))
    assert not Firing.objects.filter(kind=MORNING, rung="reporter").exists()
    run(6, 30, DAY + timedelta(days=1))
    rung = Firing.objects.filter(kind=MORNING, rung="reporter")
    assert set(rung.values_list("unit_id", flat=True)) == {
        cast.tiny_school.id,
        cast.other_school.id,
    }
    text = Notice.objects.filter(kind="escalation.groups").first()
    assert text is not None and text.context["time"] == "11-23 21:55"


def test_a_vacant_post_is_told_above_once_and_noted(cast: Cast) -> None:
    RoleAssignment.objects.filter(role__in=[Role.SCHOOL_REPORTER, Role.HEAD]).delete()
    run(11, 15)
    assert heard(REPORT) == set()  # before the deadline nobody above hears of a vacancy
    noted = Firing.objects.get(kind=REPORT, rung="soon", unit_id=cast.school.id)
    assert (noted.told, noted.gaps, noted.raised_to) == (0, 1, "")
    run(12, 0)
    run(12, 10)
    rows = Notice.objects.filter(user_id=cast.users["county_officer"].pk, context__code=REPORT)
    (notice,) = rows
    assert notice.kind == "escalation.gap_schools"
    assert notice.context["schools"] == 2
    assert notice.context["missing"]["en"] == "School reporter"
    noted = Firing.objects.get(kind=REPORT, rung="due", unit_id=cast.school.id)
    assert (noted.told, noted.gaps, noted.raised_to) == (0, 1, "county")
    run(12, 30)
    assert rows.all().count() == 2  # the county's own rung, of everything


def test_without_anybody_up_to_the_city_the_province_hears(cast: Cast) -> None:
    RoleAssignment.objects.exclude(role=Role.PROVINCE_OFFICER).delete()
    run(12, 0)
    assert heard(REPORT) == {("province_officer", "gap_schools")}


def test_a_cover_hears_in_place_of_the_absent(cast: Cast) -> None:
    RoleAssignment.objects.create(
        user=cast.users["health_officer"],
        role=Role.SCHOOL_REPORTER,
        unit_id=cast.school.id,
        valid_from=OPENED,
        given_at=AT,
        stands_in_for=cast.users["reporter"],
    )
    run(12, 0)
    names = {name for name, _template in heard(REPORT)}
    assert "health_officer" in names and "reporter" not in names


@pytest.mark.parametrize(
    ("last", "told_name"), [(DAY, "inspector"), (DAY - timedelta(days=1), "county_officer")]
)
def test_a_substitute_hears_on_the_days_of_duty(cast: Cast, last: date, told_name: str) -> None:
    Substitute.objects.create(
        unit_id=cast.county.id,
        role=Role.COUNTY_OFFICER,
        user=cast.users["inspector"],
        first_day=OPENED,
        last_day=last,
        set_by=cast.users["county_officer"],
        set_at=AT,
    )
    run(12, 30)
    found = {name for name, _template in heard(REPORT)} & {"inspector", "county_officer"}
    assert found == {told_name}


def test_a_closed_account_is_a_vacancy(cast: Cast) -> None:
    User.objects.filter(username="reporter").update(is_active=False)
    run(12, 0)
    assert ("head", "gap_schools") in heard(REPORT)


def test_who_is_on_it_spares_their_level_and_no_other(cast: Cast) -> None:
    officer = cast.actor("county_officer")
    actions.acknowledge(kind=REPORT, unit=cast.school.version, day=DAY, by=officer, at=at(12, 5))
    run(12, 30)
    firing = Firing.objects.get(kind=REPORT, rung="county", unit_id=cast.county.id)
    assert firing.silent == 1  # the tiny school, which nobody is on
    run(14, 0)
    assert Firing.objects.get(kind=REPORT, rung="city").silent == 3
    assert Obligation.objects.of(REPORT, DAY).silent().count() == 3


def test_who_took_it_back_is_told_again(cast: Cast) -> None:
    officer = cast.actor("county_officer")
    row = actions.acknowledge(
        kind=REPORT, unit=cast.county.version, day=DAY, by=officer, at=at(12, 5)
    )
    actions.take_back(acknowledgement_id=row.pk, by=officer, at=at(12, 6))
    run(12, 30)
    assert ("county_officer", "schools") in heard(REPORT)


def test_an_answer_between_decision_and_message_is_seen(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = room._List._send

    def slow(self: room._List) -> tuple[int, int]:
        tell(cast.named_group)
        return send(self)

    monkeypatch.setattr(room._List, "_send", slow)
    run(10, 0)
    assert ("teacher", "owed") not in heard()
    assert ("tiny_head", "owed") in heard()
