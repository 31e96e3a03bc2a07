"""Windows of successive reports touch; many schools are signed as one is."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import QuerySet

from fangxian.foundation.obligations.actions import materialise_day
from fangxian.foundation.obligations.models import Obligation
from fangxian.foundation.situations.models import ResponseLevel
from fangxian.kernel.access import system
from fangxian.kernel.audit.models import AuditEvent
from fangxian.watch.checks.models import Check
from fangxian.watch.checks.rules import Places
from fangxian.watch.reporting import actions
from fangxian.watch.reporting.models import Cutoff, DailyReport, ReportRevision
from fangxian.watch.reporting.rules import KIND, ReportPermission
from tests.cast import DAY, SYSTEM, Cast
from tests.reporting.stories import all_answer, at, at_home, ill, morning, sign, tomorrow
from tests.reporting.test_actions import figure

pytestmark = pytest.mark.django_db
SIMULATION = system("simulation", [ReportPermission.SIGN])


def revision(cast: Cast, number: int, day: date = DAY) -> ReportRevision:
    return ReportRevision.objects.get(day=day, school_id=cast.school.id, revision=number)


def test_the_next_report_begins_where_the_last_ended(cast: Cast) -> None:
    """A revision of the latest report grows its window; an older report keeps its own."""
    reporter = cast.actor("reporter")
    all_answer(cast, at(8, 30), ill(name="甲"))
    sign(cast, at(9))
    materialise_day(day=tomorrow(), at=at(10), by=SYSTEM)
    early = at(8, day=tomorrow())
    morning(
        cast.plain_group,
        45,
        ill(name="甲"),
        ill(name="乙"),
        by=reporter,
        when=early,
        day=tomorrow(),
    )
    first = revision(cast, 1)
    sign(cast, at(9, day=tomorrow()), day=tomorrow())
    second = revision(cast, 1, tomorrow())
    assert second.cutoff_from == first.cutoff_at
    assert figure(second, "new_ill") == 1
    old = Check.objects.current().get(unit_id=cast.plain_group.id, day=DAY)
    late = at(10, day=tomorrow())
    morning(
        cast.plain_group,
        45,
        ill(name="甲"),
        ill(name="丙"),
        by=reporter,
        when=late,
        revises=old.id,
    )
    sign(cast, at(11, day=tomorrow()), revision=1)
    corrected = revision(cast, 2)
    assert (corrected.cutoff_from, corrected.cutoff_at) == (first.cutoff_from, first.cutoff_at)
    assert figure(corrected, "absent_ill") == 2
    assert figure(corrected, "new_ill") == 1
    sign(cast, at(12, day=tomorrow()), revision=1, day=tomorrow())
    grown = revision(cast, 2, tomorrow())
    assert (grown.cutoff_from, grown.cutoff_at) == (first.cutoff_at, at(12, day=tomorrow()))
    assert figure(grown, "new_ill") == 2


def test_many_are_signed_as_one_is(cast: Cast) -> None:
    """Two schools tell the same; one is signed alone, one with many: the rows are equal."""
    one = cast.actor("tiny_head")
    other = cast.actor("other_reporter")
    for group, by in ((cast.tiny_group, one), (cast.other_group, other)):
        morning(group, 9, ill(name="甲"), by=by, when=at(8), not_known=1)
    actions.sign(unit=cast.tiny_school.version, day=DAY, revision=0, by=SIMULATION, at=at(9))
    schools = [cast.other_school.id, cast.school.id, cast.tiny_school.id, 4711]
    assert actions.sign_many(schools=schools, day=DAY, at=at(9), by=SIMULATION) == 1
    assert actions.sign_many(schools=schools, day=DAY, at=at(9), by=SIMULATION) == 0
    pair = (cast.tiny_school.id, cast.other_school.id)
    told = AuditEvent.objects.filter(event="report.signed", unit_id__in=pair)
    tables: list[tuple[QuerySet[Any], str]] = [
        (ReportRevision.objects.filter(school_id__in=pair), "school_id"),
        (DailyReport.objects.filter(school_id__in=pair), "school_id"),
        (Cutoff.objects.filter(school_id__in=pair), "school_id"),
        (told, "unit_id"),
    ]
    for table, key in tables:
        alone, many = (_comparable(row) for row in table.order_by(key).values())
        assert alone == many
    owed = Obligation.objects.filter(day=DAY, kind=KIND, unit_id__in=pair).values()
    alone, many = (_comparable(row) for row in owed.order_by("unit_id"))
    assert alone | {"roll": 0} == many | {"roll": 0}


def _comparable(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row without what must differ: whose it is, and the ids of its checks."""
    own = {"pk", "id", "school_id", "unit_id", "bureau_id", "path", "subject"}
    kept = {name: value for name, value in row.items() if name not in own}
    for name in ("since_edge", "at_edge"):
        if name in kept:
            kept[name] = {room: len(ids) for room, ids in kept[name].items()}
    return kept


def test_a_school_that_never_signed_looks_back_two_weeks(cast: Cast) -> None:
    all_answer(cast)
    sign(cast, at(9))
    assert revision(cast, 1).cutoff_from == at(0) - timedelta(days=14)


def test_a_day_at_home(cast: Cast) -> None:
    """Places instead of absences; who is ill without a line counts, by number."""
    saturday = tomorrow(5)
    ResponseLevel.objects.create(
        unit_id=cast.province.id, level=1, valid_from=DAY, home_checks=True
    )
    materialise_day(day=saturday, at=at(8, day=tomorrow(4)), by=SYSTEM)
    reporter = cast.actor("reporter")
    morning_at = at(8, day=saturday)
    places = Places(campus=1, city=30, province=8, elsewhere=3, abroad=1)
    at_home(
        cast.plain_group, 41, 2, 2, ill(name="甲"), by=reporter, when=morning_at, places=places,
        day=saturday,
    )  # fmt: skip
    sign(cast, at(9, day=saturday), day=saturday)
    made = revision(cast, 1, saturday)
    assert (made.people_accounted, made.people_total) == (43, 62)
    told = {code: figure(made, code) for code in ("present", "in_city", "elsewhere", "abroad")}
    assert told == {"present": 1, "in_city": 30, "elsewhere": 3, "abroad": 1}
    assert (figure(made, "ill"), figure(made, "new_ill"), figure(made, "not_known")) == (2, 2, 2)
    assert figure(made, "absent_ill") is None
    assert figure(made, "symptomatic_present") is None
    old = Check.objects.current().get(unit_id=cast.plain_group.id, day=saturday)
    at_home(
        cast.plain_group, 40, 3, 2, ill(name="甲"), ill(name="乙"), by=reporter,
        when=at(10, day=saturday), places=places, day=saturday, revises=old.id,
    )  # fmt: skip
    sign(cast, at(11, day=saturday), revision=1, day=saturday)
    assert figure(revision(cast, 2, saturday), "new_ill") == 3
