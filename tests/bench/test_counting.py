"""What was acknowledged must be in the tables: every way in which it may not be."""

import pytest

from bench.counting import Lost, Tally, faults, require
from tests.bench.runs import load

CLIENTS = 16


def rows(number: int) -> Tally:
    return Tally(number, number, number)


def test_every_acknowledged_check_left_its_three_rows() -> None:
    require(load(500), rows(500))


@pytest.mark.parametrize(
    ("added", "missing"),
    [
        (Tally(499, 500, 500), "current revisions"),
        (Tally(500, 499, 500), "answered obligations"),
        (Tally(500, 500, 499), "audit events"),
    ],
)
def test_one_row_too_few_fails(added: Tally, missing: str) -> None:
    with pytest.raises(Lost, match=f"500 acknowledged, but only 499 {missing}"):
        require(load(500), added)


def test_what_was_under_way_at_the_end_may_have_been_kept() -> None:
    run = load(500, sent=500 + CLIENTS)
    assert not list(faults(run, rows(500 + CLIENTS)))


def test_more_rows_than_were_sent_fail() -> None:
    with pytest.raises(Lost, match="500 sent, but 501"):
        require(load(500), rows(501))


def test_a_batch_leaves_a_row_for_each_item() -> None:
    require(load(10), rows(500), each=50)
    with pytest.raises(Lost, match="500 acknowledged, but only 450"):
        require(load(10), rows(450), each=50)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"refused": 1, "refusal": "404 no such unit"}, "1 refused, 0 without an answer: 404"),
        ({"broken": 2}, "0 refused, 2 without an answer"),
        ({"accepted": 3}, "3 answers 200 to checks that were new"),
        ({"exhausted": True}, "ran out"),
    ],
)
def test_a_run_that_did_not_go_well_fails(told: dict[str, object], said: str) -> None:
    assert any(said in fault for fault in faults(load(5, **told), rows(5)))


def test_tallies_are_told_apart_by_what_was_added() -> None:
    assert Tally(7, 8, 9) - Tally(1, 2, 3) == Tally(6, 6, 6)
