"""What has expired goes, and nothing else; a dry run says exactly what a run takes."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from fangxian.config.database import login
from fangxian.config.environment import DatabaseRole
from fangxian.foundation.accounts.models import User
from fangxian.foundation.people.models import Guardian, Membership, Person, Transfer
from fangxian.foundation.retention import actions, expiring
from fangxian.foundation.retention.actions import Counted
from fangxian.foundation.retention.models import Run
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel import clock
from fangxian.kernel.access import system
from fangxian.kernel.access.rowscope import everywhere
from fangxian.kernel.models import AuditEvent
from fangxian.watch.checks.models import Check, CheckLine
from tests.cast import AT, DAY, Cast
from tests.retention import old

BY = system("retention", [])
#: one of each is old enough; of what is kept by the day, six months and three are shorter
ONE_EACH = {
    "account": 1, "acknowledgement": 1, "chase": 1, "check_behalf": 1, "check_line": 1,
    "cohort_ended": 1, "delivery": 2, "export": 1, "guardian": 1, "intake": 1,
    "invitation": 1, "job": 1,
    "leader": 1, "notice": 2, "password_link": 1, "person": 1, "role": 1, "session": 1,
    "substitute": 1, "tie": 1, "token": 1, "transfer": 1, "tries": 1, "unit_contact": 1,
    "unmasking": 1,
}  # fmt: skip


@pytest.fixture
def grown(cast: Cast) -> Cast:
    """The cast, with something old and something young of everything."""
    old.grow(cast)
    return cast


def taken(found: list[Counted]) -> dict[str, int]:
    return {one.code: one.rows for one in found}


def run() -> list[Counted]:
    return actions.run(at=AT, real=clock.real_now(), by=BY)


@contextmanager
def as_worker() -> Iterator[None]:
    """With the rights of whoever runs the daily job, and no more."""
    user = login(settings.FANGXIAN, DatabaseRole.WORKER).user
    with connection.cursor() as cursor:
        cursor.execute(f'SET ROLE "{user}"')
        yield
        cursor.execute("RESET ROLE")


def test_the_worker_may_do_all_of_it(grown: Cast) -> None:
    with as_worker(), everywhere("the daily job"):
        assert taken(run()) == ONE_EACH


def test_a_dry_run_says_what_a_run_takes_and_then_nothing_is_left(grown: Cast) -> None:
    said = actions.rehearse(at=AT, real=clock.real_now())
    assert taken(said) == ONE_EACH
    assert said == run()
    assert set(taken(actions.rehearse(at=AT, real=clock.real_now())).values()) == {0}
    assert set(taken(run()).values()) == {0}


@pytest.mark.parametrize("batch", [1, 2])
def test_small_batches_come_to_the_same(
    grown: Cast, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(expiring, "BATCH", batch)
    assert taken(run()) == ONE_EACH


def test_counts_stay_when_the_named_lines_go(grown: Cast) -> None:
    run()
    assert set(CheckLine.objects.values_list("day", flat=True)) == {
        old.SOME_TIME_AGO, old.LAST_WEEK,
    }  # fmt: skip
    check = Check.objects.get(day=old.LONG_AGO)
    assert (check.absent_ill, check.enrolled, check.on_behalf_of) == (1, 5, None)
    assert Check.objects.get(day=old.LAST_WEEK).on_behalf_of == "某老师"


def test_who_has_a_duty_open_is_not_touched(grown: Cast) -> None:
    run()
    names = set(Person.objects.exclude(left_on=None).values_list("name", flat=True))
    assert names == {"离校", "转学中", "又入班"}
    assert Person.objects.filter(left_on=old.LONG_AGO, name="离校").count() == 0
    for name in ("转学中", "又入班", "在校"):
        kept = Person.objects.get(name=name)
        assert Guardian.objects.filter(person=kept).exists()
        assert Membership.objects.filter(person=kept).exists()
    assert Transfer.objects.filter(state="asked").count() == 1


def test_nothing_of_a_person_who_went_is_left(grown: Cast) -> None:
    gone = Person.objects.get(left_on=old.LONG_AGO, name="离校").pk
    run()
    for model in (Guardian, Membership, Transfer):
        assert not model.objects.filter(person_id=gone).exists()


def test_who_takes_up_a_duty_between_the_look_and_the_lock_stays(
    grown: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A transfer asked for after the batch was chosen is seen once its rows are locked."""
    gone = Person.objects.get(left_on=old.LONG_AGO, name="离校")
    chosen = expiring._chosen

    def asked_meanwhile(cursor: Any, one: expiring.Due) -> list[Any]:
        keys = chosen(cursor, one)
        if one.expiry.code == "person" and keys:
            old.transfer(grown, gone, "asked", None)
        return keys

    monkeypatch.setattr(expiring, "_chosen", asked_meanwhile)
    assert taken(run())["person"] == 0
    assert Person.objects.filter(pk=gone.pk).exists()


def test_a_run_that_was_broken_off_is_gone_on_with(
    grown: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = expiring.take

    def killed(one: expiring.Due) -> Iterator[expiring.Batch]:
        if one.expiry.code == "person":
            raise KeyboardInterrupt
        yield from take(one)

    monkeypatch.setattr(expiring, "take", killed)
    with pytest.raises(KeyboardInterrupt):
        run()
    assert Run.objects.get().ended_at is None
    monkeypatch.setattr(expiring, "take", take)
    assert taken(run()) == ONE_EACH, "what was taken before the break is counted too"
    assert Run.objects.get().ended_at == AT


def test_names_of_who_was_in_charge_go_from_the_past_alone(grown: Cast) -> None:
    run()
    versions = UnitVersion.objects.filter(unit_id=grown.school.id).order_by("valid_from")
    assert [bool(one.contact_name) for one in versions] == [False, True, True]


def test_a_closed_account_tells_of_nobody(grown: Cast) -> None:
    run()
    gone = User.objects.get(username__startswith="closed-")
    assert gone.username == f"closed-{gone.pk}"
    assert (gone.display_name, gone.phone, gone.email, gone.is_active) == ("", "", "", False)
    assert User.objects.get(username="gone-1").display_name == "某人"


def test_a_run_is_in_the_trail_with_its_counts(grown: Cast) -> None:
    run()
    event = AuditEvent.objects.get(event="retention.run")
    assert event.detail == {"system": "retention", "run": Run.objects.get().pk, **ONE_EACH}


@pytest.mark.parametrize(
    ("table", "day"),
    [
        ("audit_event", old.LONG_AGO),
        ("check_revision", old.LONG_AGO),
        ("check_line", DAY + timedelta(days=400)),
    ],
)
def test_the_database_lets_go_of_no_other_day(grown: Cast, table: str, day: Any) -> None:
    with (
        pytest.raises(DatabaseError, match="is let go of|stays"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT drop_expired_day(%s, %s)", [table, day])


def test_the_command_says_the_same(grown: Cast, at_eight: object) -> None:
    def said(*words: str) -> str:
        out = StringIO()
        call_command("retention", *words, stdout=out)
        return out.getvalue()

    assert said() == "No run yet.\n"
    rehearsed = said("--dry-run")
    assert f"{sum(ONE_EACH.values())} rows would go" in rehearsed
    assert not Run.objects.exists()
    assert said("run") == rehearsed.replace("would go", "gone")
    assert f"{sum(ONE_EACH.values())} rows, ended 2026-11-23 08:00" in said("report")
