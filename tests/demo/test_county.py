"""The demonstration of one county from loading to starting again, on a real database."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction
from django.test import Client

from fangxian.config.database import login
from fangxian.config.environment import DatabaseRole, Demo
from fangxian.console.demo import cards, cast, control, load, rewind, stories
from fangxian.console.demo.scenarios import STOP, Refused, Scenario, moment, scenario
from fangxian.console.demo.simulation import Simulation
from fangxian.console.models import DemoMorning
from fangxian.foundation.accounts.models import User
from fangxian.foundation.accounts.queries import actor_by_token
from fangxian.foundation.notices.models import Notice
from fangxian.foundation.obligations.models import Obligation
from fangxian.foundation.people.models import Membership
from fangxian.foundation.units.models import Unit, UnitVersion
from fangxian.kernel import clock
from fangxian.kernel.access import Actor, system
from fangxian.kernel.audit.models import AuditEvent
from fangxian.kernel.clock import SHANGHAI
from fangxian.kernel.errors import Conflict
from fangxian.kernel.models import Installation
from fangxian.watch.checks import actions
from fangxian.watch.checks.models import Check, CheckLine
from fangxian.watch.checks.rules import CheckPermission
from fangxian.watch.reporting.models import DailyReport, ReportRevision

NOW = datetime(2026, 11, 23, 22, 15, tzinfo=SHANGHAI)
Facts = dict[int, Any]


def quietly(line: str) -> None:
    """Progress is for people."""


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[Scenario]:
    """The county, loaded once for the tests of this file."""
    clock.forget()
    with django_db_blocker.unblock(), transaction.atomic():
        chosen = scenario(Demo.COUNTY, NOW.date())
        load.demo(chosen, at=NOW, say=quietly)
        yield chosen
        transaction.set_rollback(True)
    clock.forget()


@pytest.fixture
def county(loaded: Scenario, django_db_blocker: Any) -> Iterator[Scenario]:
    """The loaded county; what a test changes is undone."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield loaded
        transaction.set_rollback(True)


@pytest.fixture
def simulation(county: Scenario) -> Simulation:
    return Simulation(DemoMorning.objects.get())


def play(simulation: Simulation, hours: int, minutes: int = 0) -> None:
    """Everything that happens until a time of day."""
    until = moment(simulation.morning.day, time(hours, minutes))
    while not simulation.turn(until):
        pass


def as_worker() -> None:
    user = login(settings.FANGXIAN, DatabaseRole.WORKER).user
    with connection.cursor() as cursor:
        cursor.execute(f'SET LOCAL ROLE "{user}"')


def count_rows() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM units_unitversion), (SELECT count(*) FROM obligation),"
            " (SELECT count(*) FROM people_person), (SELECT count(*) FROM accounts_user),"
            " (SELECT count(*) FROM report_revision), (SELECT count(*) FROM obligation_day)"
        )
        names = ("units", "owed", "people", "users", "reports", "days")
        return dict(zip(names, cursor.fetchone(), strict=True))


def test_a_second_load_changes_nothing(county: Scenario) -> None:
    before = count_rows()
    load.demo(county, at=NOW + timedelta(minutes=5), say=quietly)
    assert count_rows() == before
    assert before["people"] > 50_000


def test_the_next_day_begins_a_new_morning(county: Scenario) -> None:
    tomorrow = NOW + timedelta(days=1)
    load.demo(scenario(Demo.COUNTY, tomorrow.date()), at=tomorrow, say=quietly)
    assert DemoMorning.objects.get().day == tomorrow.date()
    assert Obligation.objects.of("check.morning", tomorrow.date()).exists()
    assert clock.now() == moment(tomorrow.date(), time(7, 20))


def test_units_that_nobody_owns_up_to_are_left_alone(county: Scenario) -> None:
    Installation.objects.all().delete()
    with pytest.raises(Refused, match="left alone"):
        load.check_free(county)


def test_another_demonstration_is_not_mixed_in(county: Scenario) -> None:
    with pytest.raises(Refused, match="--reset"):
        load.check_free(scenario(Demo.PROVINCE, NOW.date()))


def test_accounts_as_json_one_a_role(county: Scenario) -> None:
    out = StringIO()
    call_command("demo", "--accounts", stdout=out)
    found = json.loads(out.getvalue())
    assert [card["role"] for card in found] == [part.card for part in cast.PARTS]
    assert all(set(c) == {"role", "username", "password", "unit", "token"} for c in found)
    assert len({card["token"] for card in found}) == 12
    again = cards.accounts_of_demo(at=clock.now())
    assert {card["token"] for card in again}.isdisjoint(card["token"] for card in found)
    for card, part in zip(found, cast.PARTS, strict=True):
        actor = actor_by_token(card["token"], at=clock.now(), today=county.day)
        assert actor is not None
        assert actor.permissions
        assert UnitVersion.objects.as_of(county.day).get(code=card["unit"]).unit_id in {
            holding.unit_id for holding in actor.holdings
        }, part.card


def test_everybody_has_something_to_do(county: Scenario, simulation: Simulation) -> None:
    morning = DemoMorning.objects.get()
    people = Membership.objects.as_of(county.day).filter(group_id=morning.group_id).count()
    assert 40 <= people <= 50
    play(simulation, 17)
    owed = Obligation.objects.of("check.morning", county.day).filter(school_id=morning.school_id)
    groups = owed.count()
    assert 25 <= groups <= 35
    assert owed.filter(told_at__isnull=True).count() == 3
    assert owed.get(unit_id=morning.group_id).told_at is None
    assert not DailyReport.objects.filter(school_id=morning.school_id, day=county.day).exists()
    assert DailyReport.objects.on(county.day).filter(state="signed").exists()


def facts(day: Any) -> Facts:
    rows = Check.objects.filter(day=day).values_list("unit_id", "digest", "told_at")
    return {unit: (bytes(digest), told) for unit, digest, told in rows}


def test_the_morning_is_the_same_in_small_steps_and_after_a_crash(
    county: Scenario, simulation: Simulation
) -> None:
    with transaction.atomic():
        play(simulation, 12, 40)
        at_once = facts(county.day)
        transaction.set_rollback(True)
    stepwise = Simulation(simulation.morning)
    for minutes in range(20, 60, 10):
        play(stepwise, 7, minutes)
    play(stepwise, 8, 3)
    crashed = Simulation(simulation.morning)
    play(crashed, 12, 40)
    assert facts(county.day) == at_once
    assert len(at_once) > 2_000
    play(Simulation(simulation.morning), 12, 40)
    assert Check.objects.filter(day=county.day).count() == len(at_once)


def test_the_cast_stays_where_it_works(county: Scenario) -> None:
    before = cast.find_places(county.day)
    Unit.objects.filter(pk=before.group.unit_id).update(headcount=3)  # a visitor's roster
    again = cast.find_places(county.day)
    assert (again.school, again.group) == (before.school, before.group)


def test_what_the_morning_shows(county: Scenario, simulation: Simulation) -> None:
    told = stories.tell(cast.find_places(county.day), county.day)
    play(simulation, 13)
    vomiting = CheckLine.objects.filter(
        day=county.day, unit_id__in=list(told.vomiting), symptoms__contains=["vomiting"]
    )
    assert vomiting.count() == sum(absent + here for absent, here in told.vomiting.values())
    (caller, *_others) = told.calls
    call = Obligation.objects.of("check.morning", county.day).get(unit_id=caller)
    assert (call.channel, call.told_at and call.told_at < call.due_at) == ("phone", True)
    assert call.received_at and call.received_at > call.due_at
    reports = DailyReport.objects.on(county.day)
    (zero,), (returned,) = told.zero, told.returned
    assert ReportRevision.objects.get(day=county.day, school_id=zero).is_full_zero
    sent_back = reports.get(school_id=returned)
    assert (sent_back.state, bool(sent_back.comment)) == ("returned", True)
    assert not reports.filter(school_id__in=told.mute).exists()


def test_a_check_in_bulk_is_the_check_recorded_plainly(
    county: Scenario, simulation: Simulation
) -> None:
    checks = simulation.checks[0]
    rows = checks.order[:40]
    with transaction.atomic():
        assert checks.play(rows, by=simulation.by) == 40
        in_bulk = everything(county.day)
        transaction.set_rollback(True)
    by = Actor(simulation.by.user_id, "", system("test", [CheckPermission.RECORD]).holdings)
    for row, content in zip(rows, checks.teller.contents(rows), strict=True):
        unit = UnitVersion.objects.as_of(county.day).get(unit_id=int(checks.groups.unit[row]))
        at = checks._moment(float(checks.received[row]))
        actions.record(actions.Submission(unit.code, county.day, content, "web", at), by=by, at=at)
    assert everything(county.day) == in_bulk


def everything(day: Any) -> list[Any]:
    """All that a check writes, but for the numbers that a sequence gives."""
    models: list[Any] = [Check, CheckLine, AuditEvent, Obligation]
    return [
        sorted(
            ({k: v for k, v in row.items() if k != "id"} for row in rows), key=lambda row: str(row)
        )
        for rows in (
            model.objects.filter(
                day=day, **({"told_at__isnull": False} if model is Obligation else {})
            ).values()
            for model in models
        )
    ]


def test_what_a_visitor_answered_stays(county: Scenario, simulation: Simulation) -> None:
    group = int(simulation.checks[0].groups.unit[simulation.checks[0].order[0]])
    Obligation.objects.filter(day=county.day, unit_id=group).update(
        told_at=moment(county.day, time(7, 21)), received_at=moment(county.day, time(7, 21))
    )
    play(simulation, 8)
    assert not Check.objects.filter(day=county.day, unit_id=group).exists()
    assert Check.objects.filter(day=county.day).count() > 500


def test_starting_again_takes_the_morning_back(county: Scenario, simulation: Simulation) -> None:
    before = count_rows()
    play(simulation, 13)
    first = facts(county.day)
    control.ask_rewind(at=NOW)
    as_worker()
    rewind.rewind(at=NOW)
    assert not Check.objects.filter(day=county.day).exists()
    assert not DailyReport.objects.on(county.day).exists()
    assert DailyReport.objects.on(county.yesterday).exists()
    assert not Obligation.objects.filter(day=county.day, told_at__isnull=False).exists()
    assert count_rows() == before
    assert clock.now() == moment(county.day, time(7, 20))
    play(Simulation(DemoMorning.objects.get()), 13)
    assert facts(county.day) == first


def test_silence_is_told_and_told_again_after_a_new_start(
    county: Scenario, simulation: Simulation
) -> None:
    """Messages stand in the inboxes as the morning goes, and go with it."""
    as_worker()

    def told(hours: int, minutes: int = 0) -> set[tuple[str, str]]:
        play(simulation, hours, minutes)
        simulation.remind(moment(county.day, time(hours, minutes)))
        names = dict(User.objects.values_list("pk", "username"))
        return {(names[row.user_id], row.kind) for row in Notice.objects.filter(day=county.day)}

    assert told(9, 29) == set()
    assert ("teacher", "escalation.soon") in told(9, 30)
    morning = told(11, 30)
    assert {("reporter", "escalation.groups"), ("county", "escalation.schools")} <= morning
    assert told(11, 31) == morning
    rewind.rewind(at=NOW)
    assert not Notice.objects.filter(day=county.day).exists()
    simulation = Simulation(DemoMorning.objects.get())
    assert ("teacher", "escalation.soon") in told(9, 30)


def test_a_real_day_cannot_be_cleared(county: Scenario) -> None:
    DemoMorning.objects.all().delete()
    Installation.objects.update(
        is_demo=False, clock_real_at=None, clock_demo_at=None, clock_stop_at=None
    )
    with (
        pytest.raises(ProgrammingError, match="demonstration only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT demo_clear_day(%s)", [county.day])


def shown(at: datetime) -> time:
    return control.shown(at).time()


def test_the_clock_runs_stands_jumps_and_stops(county: Scenario) -> None:
    def after(**span: float) -> datetime:
        return NOW + timedelta(**span)

    assert shown(after(minutes=5)) == time(7, 20)
    control.begin(at=NOW)
    assert shown(after(minutes=1)) == time(7, 50)
    control.pause(at=after(minutes=1))
    assert shown(after(hours=1)) == time(7, 50)
    control.go_on(at=after(hours=1))
    assert shown(after(hours=1, minutes=1)) == time(8, 20)
    control.set_speed(speed=60, at=after(hours=1, minutes=1))
    assert shown(after(hours=1, minutes=2)) == time(9, 20)
    control.jump(to=time(11, 30), at=after(hours=1, minutes=2))
    assert shown(after(hours=1, minutes=3)) == time(12, 30)
    with pytest.raises(Conflict):
        control.jump(to=time(9, 30), at=after(hours=1, minutes=3))
    assert shown(after(days=3)) == STOP


def test_time_stands_still_while_nothing_serves(county: Scenario) -> None:
    control.begin(at=NOW)
    played = moment(county.day, time(8, 1))
    DemoMorning.objects.update(played_until=played, beaten_at=NOW + timedelta(minutes=2))
    load.demo(county, at=NOW + timedelta(minutes=30), say=quietly)
    assert clock.now() == played
    control.begin(at=NOW + timedelta(minutes=31))
    assert shown(NOW + timedelta(minutes=32)) == time(8, 31)


def test_the_page_and_its_buttons(county: Scenario, client: Client) -> None:
    assert client.get("/demo/").status_code == 200
    press: Callable[..., int] = lambda **what: client.post("/demo/clock/", what).status_code  # noqa: E731
    assert press(speed="120") == 302
    assert Installation.objects.get().clock_speed == 120
    assert press(pause="1") == 302
    assert Installation.objects.get().clock_speed == 0
    part = client.get("/demo/now/").content.decode()
    assert 'id="demo-clock" hx-swap-oob="true"' in part
    assert 'data-speed="0"' in part
    assert client.get("/demo/").content.decode().count('id="demo-clock"') == 1
    assert press(speed="7") == 422
    assert press(speed="9" * 5000) == 422
    assert press(to="nonsense") == 422
    assert press(restart="1") == 302
    assert DemoMorning.objects.get().rewind_asked


def test_the_cards_speak_both_languages(county: Scenario, client: Client) -> None:
    page = client.get("/sign-in/", headers={"accept-language": "en"}).content.decode()
    assert page.count(cast.PASSWORD) >= 12
    assert "Dayi County" in page
    assert "大邑县" in client.get("/sign-in/").content.decode()
