"""Rules of the daily report: no database."""

from pathlib import Path

import pytest

from fangxian.kernel.access import Actor, Holding
from fangxian.watch.reporting import rules
from fangxian.watch.reporting.rules import MOVES, Cover, ReportPermission, State

SCHOOL = "1/2/3/9/"


def test_the_table_tells_every_state() -> None:
    assert set(MOVES) == set(State)
    assert all(target in State for targets in MOVES.values() for target in targets)


def test_every_state_is_reached_and_none_is_the_end() -> None:
    reached, waiting = {State.DRAFT}, [State.DRAFT]
    while waiting:
        for state in MOVES[waiting.pop()] - reached:
            reached.add(state)
            waiting.append(state)
    assert reached == set(State)
    assert all(MOVES.values())


@pytest.mark.parametrize(
    ("old", "new", "allowed"),
    [
        (State.DRAFT, State.SIGNED, True),
        (State.DRAFT, State.ACCEPTED, False),
        (State.SIGNED, State.ACCEPTED, True),
        (State.SIGNED, State.RETURNED, True),
        (State.SIGNED, State.REVISED, True),
        (State.RETURNED, State.ACCEPTED, False),
        (State.ACCEPTED, State.RETURNED, False),
        (State.ACCEPTED, State.SIGNED, False),
        (State.REVISED, State.SIGNED, True),
    ],
)
def test_moves(old: State, new: State, allowed: bool) -> None:
    assert rules.may_move(old, new) is allowed


def test_the_drawing_shows_every_move() -> None:
    drawing = rules.diagram()
    moves = [(old, new) for old in State for new in MOVES[old]]
    assert all(f"{old} --> {new}" in drawing for old, new in moves)
    assert drawing.count("-->") == len(moves) + 1


def test_the_documents_show_the_drawing() -> None:
    text = (Path(__file__).parents[2] / "docs/adr/0006-derived-reports.md").read_text("utf-8")
    assert rules.diagram() in text


@pytest.mark.parametrize(
    ("expected", "answered", "figures", "full"),
    [
        (3, 3, [0, 0, None], True),
        (3, 2, [0, 0, None], False),  # one group is silent: silence is never zero
        (3, 3, [0, 1, None], False),
        (3, 3, [None, None, None], False),  # nothing known is no zero
        (0, 0, [0, 0, 0], False),
    ],
)
def test_a_full_zero(expected: int, answered: int, figures: list[int | None], full: bool) -> None:
    total = rules.zero_total(figures, range(3))
    assert rules.full_zero(Cover(expected, answered, 60, 60), total) is full


@pytest.mark.parametrize(
    ("value", "exact", "about_health", "shown"),
    [
        (4, False, True, None),
        (5, False, True, 5),
        (0, False, True, 0),
        (None, False, True, None),
        (4, True, True, 4),
        (4, False, False, 4),
    ],
)
def test_small_figures(
    value: int | None, exact: bool, about_health: bool, shown: int | None
) -> None:
    assert rules.masked(value, exact=exact, about_health=about_health) == shown


def officer(unit_id: int, path: str, user: int = 5) -> Actor:
    held = frozenset({ReportPermission.DECIDE.value})
    return Actor(user, "officer", (Holding("county_officer", unit_id, path, held),))


@pytest.mark.parametrize(
    ("by", "signed_by", "allowed"),
    [
        (officer(3, "1/2/3/"), 7, True),
        (officer(3, "1/2/3/"), 5, False),  # their own signature
        (officer(2, "1/2/"), 7, False),  # the city, while the school reports to the county
        (officer(4, "1/2/4/"), 7, False),
        (officer(3, "1/2/3/"), None, True),
    ],
)
def test_who_decides(by: Actor, signed_by: int | None, allowed: bool) -> None:
    decision = rules.may_decide(by, school_path=SCHOOL, bureau_id=3, signed_by=signed_by)
    assert decision.allowed is allowed
    assert bool(decision.reason) is not allowed
