"""Loading a demonstration: each step does nothing where it was done before."""

from collections.abc import Callable
from datetime import date, datetime
from time import monotonic

from django.core.management import call_command
from django.db import connection, transaction

from fangxian.config.environment import Demo
from fangxian.console.demo import cast, control, history, people, yesterday
from fangxian.console.demo.scenarios import COUNTY, SPEED, START, Refused, Scenario, moment
from fangxian.console.models import DemoMorning
from fangxian.foundation.obligations import actions as obligations
from fangxian.foundation.obligations.models import Obligation, ObligationDay
from fangxian.foundation.schooldays.models import DayException, Term
from fangxian.foundation.situations.models import ResponseLevel
from fangxian.foundation.units import actions as units
from fangxian.foundation.units.models import Unit, UnitKind, UnitVersion
from fangxian.foundation.units.rules import UnitPermission
from fangxian.kernel import access
from fangxian.kernel.clock import midnight
from fangxian.kernel.models import Installation

Say = Callable[[str], None]
LOADER = access.system("demo", [UnitPermission.MANAGE])


def check_free(scenario: Scenario | None) -> None:
    """Refuse a database that holds real data, or another demonstration."""
    found = Installation.objects.first()
    if found is None:
        if Unit.objects.exists():
            raise Refused("This database holds units that no demonstration loaded: left alone.")
        return
    if not found.is_demo:
        raise Refused("This database is a real installation: no demonstration is loaded into it.")
    if scenario is not None and found.scenario != scenario.demo:
        raise Refused(
            f"This database holds the demonstration “{found.scenario}”: run fangxian demo --reset "
            f"with FANGXIAN_DEMO={scenario.demo}, or use another FANGXIAN_HOME."
        )


def seed(scenario: Scenario, *, at: datetime, say: Say) -> cast.Places:
    """Units, groups, calendar, people of one county and accounts, and what is owed on the day."""
    check_free(scenario)
    with _timed("units", say):
        _units(scenario, at)
    _calendar(scenario)
    places = cast.find_places(scenario.day)
    with _timed("people", say):
        people.load(path=places.county.path, day=scenario.day, since=scenario.opened_on)
    cast.engage(places, since=scenario.opened_on, at=at)
    with _timed("obligations", say):
        obligations.materialise_day(day=scenario.day, at=midnight(scenario.day), by=LOADER)
        _analyze("obligation")
    return places


def demo(scenario: Scenario, *, at: datetime, say: Say) -> None:
    """The whole demonstration, its clock standing at the beginning of the morning."""
    places = seed(scenario, at=at, say=say)
    with _timed("history", say):
        for day in scenario.history:
            history.remember(day, like=scenario.day)
        yesterday.attest(scenario.yesterday, like=scenario.day, at_home=scenario.at_home)
        _analyze("obligation", "daily_report", "report_revision", "report_cutoff")
    _morning(scenario.day, places, at)


def _units(scenario: Scenario, at: datetime) -> None:
    if UnitVersion.objects.filter(kind=UnitKind.GROUP).exists():
        return
    with transaction.atomic():
        Installation.objects.get_or_create(
            id=1,
            defaults={"is_demo": True, "scenario": scenario.demo.value, "created_at": at},
        )
        county = None if scenario.whole_province else COUNTY
        units.seed(county=county, opened_on=scenario.opened_on, by=LOADER, at=at)
    _analyze("units_unit", "units_unitversion")


def _calendar(scenario: Scenario) -> None:
    """The response level, and the demo's day, and the one before, as open or closed ones."""
    province = Unit.objects.get(kind=UnitKind.PROVINCE)
    ResponseLevel.objects.get_or_create(
        unit=province,
        level=scenario.level,
        defaults={
            "valid_from": scenario.level_from,
            "home_checks": True,
            "document": scenario.document,
        },
    )
    for key, first, last in scenario.terms:
        Term.objects.get_or_create(
            unit=province,
            school_year=key.school_year,
            season=key.season,
            defaults={"first_day": first, "last_day": last, "document": "示例校历"},
        )
    for day in (scenario.yesterday, scenario.day):
        _exception, made = DayException.objects.get_or_create(
            unit=province,
            day=day,
            defaults={"is_open": not scenario.at_home, "reason": "示例数据的一天"},
        )
        if made and day == scenario.day:
            # A list made ahead for the ordinary week is not this day's.
            Obligation.objects.filter(day=day).delete()
            ObligationDay.objects.filter(day=day).delete()


def _morning(day: date, places: cast.Places, at: datetime) -> None:
    found = DemoMorning.objects.first()
    if found is not None and found.day == day:
        control.hold(at=at)
        return
    morning, _made = DemoMorning.objects.update_or_create(
        id=1,
        defaults={
            "day": day,
            "county_id": places.county.unit_id,
            "school_id": places.school.unit_id,
            "group_id": places.group.unit_id,
            "speed": SPEED,
            "played_until": moment(day, START),
            "beaten_at": None,
            "rewind_asked": False,
        },
    )
    control.prepare(morning, at=at)


def reset() -> None:
    """Empty every table of a demonstration, as the owner of the database."""
    check_free(None)
    kept = ("django_migrations", "django_content_type", "auth_permission")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(format('public.%%I', c.relname), ', ') FROM pg_class c "
            "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') "
            "AND NOT c.relispartition AND c.relname <> ALL(%s) "
            "AND c.relname NOT LIKE 'procrastinate%%'",
            [list(kept)],
        )
        (tables,) = cursor.fetchone()
        cursor.execute(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")
    # What migrations leave behind, such as the dictionary of indicators, is there again.
    call_command("migrate", interactive=False, verbosity=0)


def scope(name: str) -> Demo:
    """The demonstration that a scope of `fangxian seed` belongs to."""
    return Demo.COUNTY if name == "county" else Demo.PROVINCE


class _timed:
    """Says how long a step took."""

    def __init__(self, what: str, say: Say) -> None:
        self.what, self.say = what, say

    def __enter__(self) -> None:
        self.begun = monotonic()

    def __exit__(self, *error: object) -> None:
        if error[0] is None:
            self.say(f"  {self.what}: {monotonic() - self.begun:.1f} s")


def _analyze(*tables: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(tables)}")
