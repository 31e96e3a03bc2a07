"""What is new: no gap and no overlap, whatever the cut-offs."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fangxian.watch.checks.figures.counting import figures
from fangxian.watch.checks.figures.news import edge
from fangxian.watch.reporting.indicators import MARGIN, Scope, Window
from tests.cast import DAY, Cast
from tests.reporting.stories import at

pytestmark = pytest.mark.django_db
START = at(0) - timedelta(days=14)
SESSIONS = ("morning", "noon", "evening")
PEOPLE = ("", "安安", "贝贝", "晨晨")
Key = tuple[str, int]
Step = tuple[str, int, int, list[str]]
relaxed = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

CHECK = """
INSERT INTO check_revision (day, unit_id, session, revision, revises, is_current, school_id, path,
    channel, told_at, received_at, digest, enrolled, present, not_known, absent_ill, absent_leave,
    absent_unknown, absent_other, symptomatic_present, fever)
VALUES (%s, %s, %s, %s, %s, TRUE, %s, %s, 'web', %s, %s, '\\x00', 20, 20 - %s, 0, %s, 0, 0, 0, 0, 0)
RETURNING id
"""
LINE = """
INSERT INTO check_line (day, unit_id, session, revision, number, school_id, path, name, is_present,
    reason, known_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, FALSE, 'ill', %s)
"""


def keys_of(names: list[str]) -> set[Key]:
    """Who is ill, people of the same name (or of none) told apart by number."""
    counted: Counter[str] = Counter()
    found = set()
    for name in names:
        counted[name] += 1
        found.add((name, counted[name]))
    return found


@dataclass
class Register:
    """The checks as the school told them, and what stood at each cut-off, kept in Python."""

    cast: Cast
    states: dict[int, dict[tuple[int, int], set[Key]]] = field(default_factory=dict)
    revisions: Counter[tuple[int, int]] = field(default_factory=Counter)
    last_id: dict[tuple[int, int], int] = field(default_factory=dict)

    def tell(self, group: int, slot: int, names: list[str], when: datetime) -> None:
        """A group's check, or a correction; slots are sessions in their order."""
        place = (self.cast.named_group, self.cast.plain_group)[group]
        day, session = DAY + timedelta(days=slot // 3), SESSIONS[slot % 3]
        self.revisions[group, slot] += 1
        revision = self.revisions[group, slot]
        key = (day, place.id, session)
        with connection.cursor() as cursor:
            cursor.execute("SELECT ensure_day(%s)", [day])
            cursor.execute(
                "UPDATE check_revision SET is_current = FALSE "
                "WHERE day = %s AND unit_id = %s AND session = %s",
                key,
            )
            before, school = self.last_id.get((group, slot)), self.cast.school.id
            told = (when, when, len(names), len(names))
            values: list[Any] = [*key, revision, before, school, place.path, *told]
            cursor.execute(CHECK, values)
            self.last_id[group, slot] = cursor.fetchone()[0]
            for number, name in enumerate(names):
                row: list[Any] = [
                    *key,
                    revision,
                    number,
                    self.cast.school.id,
                    place.path,
                    name,
                    when,
                ]
                cursor.execute(LINE, row)
        self.states.setdefault(group, {})[group, slot] = keys_of(names)

    def snapshot(self) -> dict[tuple[int, int], set[Key]]:
        return {k: set(v) for checks in self.states.values() for k, v in checks.items()}


def runs(now: dict[tuple[int, int], set[Key]]) -> list[list[tuple[tuple[int, int], Key]]]:
    """Illnesses: a person in consecutive checks of a group (no week passes between these)."""
    found = []
    by_group: dict[int, list[int]] = defaultdict(list)
    for group, slot in sorted(now):
        by_group[group].append(slot)
    for group, slots in by_group.items():
        open_: dict[Key, list[tuple[tuple[int, int], Key]]] = {}
        for slot in slots:
            ill = now[group, slot]
            for key in [key for key in open_ if key not in ill]:
                found.append(open_.pop(key))
            for key in ill:
                open_.setdefault(key, []).append(((group, slot), key))
        found += open_.values()
    return found


def expected(before: dict[tuple[int, int], set[Key]], now: dict[tuple[int, int], set[Key]]) -> int:
    """By the definition: illnesses standing now, none of whose checks told of it before."""
    fresh: dict[tuple[int, int], list[str]] = defaultdict(list)
    for run in runs(now):
        if not any(key in before.get(check, ()) for check, key in run):
            fresh[run[0][0]].append(run[0][1][0])
    total = 0
    for check, names in fresh.items():
        gone = before.get(check, set()) - now[check]
        nameless_gone = sum(name == "" for name, _n in gone)
        nameless = names.count("")
        named = len(names) - nameless
        total += max(0, named - nameless_gone)
        total += max(0, nameless - (len(gone) - nameless_gone))
    return total


class Reports:
    """Cut-offs one after the other, as signatures make them."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.window = Window(cast.school.id, START, {})
        self.before: dict[tuple[int, int], set[Key]] = {}

    def sign(self, register: Register, when: datetime) -> tuple[int, int]:
        """(what the system calls new, what the definition says)."""
        school = self.cast.school
        scope = Scope(when.date(), [self.window], school.path, school.path[:-1] + "0")
        counted = sum(row.values[-2] or 0 for row in figures(scope))
        now = register.snapshot()
        told = expected(self.before, now)
        seen = edge([school.id], when - MARGIN)
        self.window = Window(school.id, when, {"checks": list(seen.get(school.id, ()))})
        self.before = now
        return counted, told


@contextmanager
def undone() -> Iterator[None]:
    """One example leaves nothing behind for the next."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


answers = st.lists(st.sampled_from(PEOPLE), max_size=4)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("tell"), st.integers(0, 1), st.integers(0, 7), answers),
        st.tuples(st.just("sign"), st.just(0), st.just(0), st.just([])),
    ),
    max_size=14,
)


@relaxed
@given(steps=steps)
def test_new_is_what_the_definition_says(cast: Cast, steps: list[Step]) -> None:
    """Any history: late answers, corrections, withdrawals, names added; any cut-offs."""
    with undone():
        register, reports = Register(cast), Reports(cast)
        for step, (verb, group, slot, names) in enumerate([*steps, ("sign", 0, 0, [])]):
            # several days after the last check: some checks come days late
            when = at(9) + timedelta(days=2, hours=6 * step)
            if verb == "tell":
                register.tell(group, slot, names, when)
            else:
                counted, told = reports.sign(register, when)
                assert counted == told


days = st.lists(
    st.lists(st.sampled_from(PEOPLE[1:]), max_size=3, unique=True), min_size=1, max_size=8
)


@relaxed
@given(history=days, more=days, cut=st.sets(st.integers(0, 30)), lag=st.sets(st.integers(0, 30)))
def test_no_gap_and_no_overlap(
    cast: Cast, history: list[list[str]], more: list[list[str]], cut: set[int], lag: set[int]
) -> None:
    """Checks that come in their order: whatever the cut-offs, "new" adds up to the illnesses.

    `cut`: after which checks one signs. `lag`: which checks carry a time before the last
    cut-off although they are kept after it (a slow transaction, a clock behind).
    """
    with undone():
        register, reports, total = Register(cast), Reports(cast), 0
        told = [(0, slot, names) for slot, names in enumerate(history)]
        told += [(1, slot, names) for slot, names in enumerate(more)]
        told.sort(key=lambda one: one[1])
        for step, (group, slot, names) in enumerate(told):
            when = at(9) + timedelta(hours=8 * slot, minutes=step)
            if step in lag:
                when = min(when, reports.window.since - timedelta(minutes=2))
                when = max(when, at(9) + timedelta(hours=8 * slot - 8))
            register.tell(group, slot, names, when)
            if step in cut:
                total += reports.sign(register, at(9) + timedelta(hours=8 * slot, minutes=step))[0]
        total += reports.sign(register, at(9) + timedelta(days=9))[0]
        assert total == len(runs(register.snapshot()))


def test_still_ill_the_next_week_is_new_again_after_a_week_without_checks(cast: Cast) -> None:
    register, reports = Register(cast), Reports(cast)
    register.tell(0, 0, ["安安"], at(9))
    assert reports.sign(register, at(10))[0] == 1
    register.tell(0, 3, ["安安"], at(9) + timedelta(days=1))
    assert reports.sign(register, at(10) + timedelta(days=1))[0] == 0
    register.tell(0, 30, ["安安"], at(9) + timedelta(days=10))
    assert reports.sign(register, at(10) + timedelta(days=10))[0] == 1


def test_a_name_added_to_somebody_counted_is_not_new(cast: Cast) -> None:
    register, reports = Register(cast), Reports(cast)
    register.tell(0, 0, ["", ""], at(9))
    assert reports.sign(register, at(10))[0] == 2
    register.tell(0, 0, ["安安", "贝贝", "晨晨"], at(11))
    assert reports.sign(register, at(12)) == (1, 1)
    register.tell(0, 0, ["安安", "", ""], at(13))
    assert reports.sign(register, at(14)) == (0, 0)
