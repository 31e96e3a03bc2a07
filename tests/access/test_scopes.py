"""The scope of rows: what an actor's places become, and how it is kept to in a transaction."""

from __future__ import annotations

import json

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from procrastinate.contrib.django import app

from fangxian.config.database import login
from fangxian.config.environment import DatabaseRole
from fangxian.foundation.people.models import Person
from fangxian.kernel.access import Actor, Holding, subtree
from fangxian.kernel.access.rowscope import EVERYWHERE, NOBODY, RowScope, rows_of, scope_of
from fangxian.kernel.access.scopes import covers
from fangxian.watch.checks import hotpath
from fangxian.watch.checks.models import Check
from fangxian.watch.checks.schemas import CheckIn
from tests.cast import AT, Cast
from tests.checks.test_thin import body

ids = st.integers(1, 12)
paths = st.lists(ids, min_size=1, max_size=4).map(lambda steps: "".join(f"{n}/" for n in steps))


def _actor(held: list[str]) -> Actor:
    return Actor(7, "somebody", tuple(Holding("any", 1, path, frozenset()) for path in held))


ASKED = """
SELECT ({path} COLLATE "C" >= current_setting('fangxian.low', true)
        AND {path} COLLATE "C" < current_setting('fangxian.high', true))
       OR {path} ~ nullif(current_setting('fangxian.more', true), '')"""


@pytest.mark.django_db
@given(held=st.lists(paths, max_size=4), path=paths)
def test_the_database_shows_what_the_actor_sees(held: list[str], path: str) -> None:
    actor = _actor(held)
    with rows_of(scope_of(actor)), connection.cursor() as cursor:
        cursor.execute(ASKED.replace("{path}", f"'{path}'"))
        (shown,) = cursor.fetchone()
    assert bool(shown) == actor.sees(path)


@given(held=paths, path=paths)
def test_a_range_is_a_subtree(held: str, path: str) -> None:
    low, high = subtree(held)
    assert (low <= path < high) == covers(held, path)


@pytest.mark.parametrize("bad", ["1/2'; DROP TABLE units_unit --", "1/%", "a/"])
def test_a_scope_is_of_ids_only(bad: str) -> None:
    with pytest.raises(ValueError, match="paths of ids"):
        RowScope(low=bad)


@pytest.fixture
def as_served(cast: Cast) -> Cast:
    """With the web server's rights for the rest of the test."""
    from django.conf import settings

    user = login(settings.FANGXIAN, DatabaseRole.WEB).user
    with connection.cursor() as cursor:
        cursor.execute(f'SET LOCAL ROLE "{user}"')
    return cast


def test_a_scope_may_change_within_a_transaction(as_served: Cast) -> None:
    ours, everybody = scope_of(as_served.actor("head")), EVERYWHERE
    with transaction.atomic():
        with rows_of(ours):
            assert Person.objects.count() == len(as_served.persons)
        assert Person.objects.count() == 0
        with rows_of(everybody):
            assert Person.objects.count() >= len(as_served.persons)
        with rows_of(NOBODY):
            assert Person.objects.count() == 0


def test_after_a_rollback_the_scope_still_holds(as_served: Cast) -> None:
    with rows_of(scope_of(as_served.actor("head"))):
        with pytest.raises(RuntimeError), transaction.atomic():
            assert Person.objects.exists()
            raise RuntimeError
        assert Person.objects.count() == len(as_served.persons)
        with pytest.raises(RuntimeError), transaction.atomic(), rows_of(NOBODY):
            assert not Person.objects.exists()
            raise RuntimeError
        assert Person.objects.count() == len(as_served.persons)


@pytest.mark.parametrize("many", [True, False])
def test_rows_that_come_one_by_one_are_of_the_scope(as_served: Cast, many: bool) -> None:
    with rows_of(scope_of(as_served.actor("head" if many else "outsider"))):
        found = [person.pk for person in Person.objects.iterator(chunk_size=2)]
    assert sorted(found) == (sorted(as_served.persons) if many else [])


@pytest.mark.usefixtures("at_eight")
@pytest.mark.parametrize("who", ["reporter", "other_reporter"])
@pytest.mark.parametrize("with_lines", [True, False])
def test_the_one_statement_of_a_first_check_tells_its_own_scope(
    as_served: Cast, with_lines: bool, who: str
) -> None:
    """Were it told too late, nothing would be kept and Django would be asked instead."""
    group = as_served.named_group if with_lines else as_served.plain_group
    said = json.loads(body(group.code))
    if with_lines:
        absent = {"person": as_served.persons[0], "reason": "ill", "symptoms": ["cough"]}
        said |= {"enrolled": 5, "present": 4, "absences": [absent]}
    one = CheckIn.model_validate(said).submission(AT, by_token=True)
    kept = hotpath.record_first([one], token=as_served.tokens[who], at=AT)
    assert (kept is None) == (who != "reporter")
    with rows_of(EVERYWHERE):
        found = Check.objects.filter(unit_id=group.id, session="morning")
        assert found.count() == (who == "reporter")
    assert not Check.objects.exists()


def test_every_task_says_for_whom_it_works() -> None:
    """What is decorated by `everywhere` is wrapped; the one that is not asks the queue only."""
    silent = {
        name
        for name, task in app.tasks.items()
        if name.startswith("fangxian.") and not hasattr(task.func, "__wrapped__")
    }
    assert silent == {"fangxian.console.tasks.resume_interrupted"}
