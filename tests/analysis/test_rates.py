"""Rates and masking as tables a health officer can read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fangxian.analysis.rates import Few, completeness, coverage, mask, mask_row, timeliness

COUNT = st.none() | st.integers(0, 60)


@pytest.mark.parametrize(
    ("answered", "expected", "rate"),
    [
        (27, 30, 0.9),
        (0, 30, 0.0),  # everybody silent: known, and nothing
        (30, 30, 1.0),
        (None, 30, None),  # nobody knows
        (27, None, None),
        (0, 0, None),  # nothing is due: no rate, not 0 % and not 100 %
    ],
)
def test_completeness(answered: int | None, expected: int | None, rate: float | None) -> None:
    assert completeness(answered, expected) == rate
    assert timeliness(answered, expected) == rate


@pytest.mark.parametrize(
    ("accounted", "on_roll", "rate"),
    [
        (1210, 1340, 1210 / 1340),
        (0, 45, 0.0),
        (None, 45, None),
        (45, None, None),
        (47, 45, 1.0),  # a roll out of date: more were met than are on it
    ],
)
def test_coverage(accounted: int | None, on_roll: int | None, rate: float | None) -> None:
    assert coverage(accounted, on_roll) == rate


@pytest.mark.parametrize(
    ("count", "shown"),
    [(None, None), (0, 0), (1, Few(5)), (4, Few(5)), (5, 5), (120, 120)],
)
def test_small_cells_are_withheld(count: int | None, shown: object) -> None:
    assert mask(count) == shown


@pytest.mark.parametrize(
    ("row", "shown"),
    [
        ([12, 3, 40], [Few(13), Few(5), 40]),  # 3 could be told from the total: 12 goes with it
        ([2, 3, 40], [Few(5), Few(5), 40]),
        ([0, 3, 0], [0, Few(5), 0]),  # nothing else to withhold
        ([12, None, 3], [12, None, Few(5)]),  # the unknown part protects already
        ([12, 40], [12, 40]),
    ],
)
def test_the_parts_of_a_total(row: list[int | None], shown: list[object]) -> None:
    assert mask_row(row) == shown


@given(st.lists(COUNT, max_size=8))
def test_masking_invents_nothing(row: list[int | None]) -> None:
    for before, after in zip(row, mask_row(row), strict=True):
        if isinstance(after, Few):
            assert before is not None and 0 < before < after.below
        else:
            assert after == before
            assert before is None or before == 0 or before >= 5


@given(COUNT, COUNT)
def test_unknown_is_never_a_number(part: int | None, whole: int | None) -> None:
    known = part is not None and whole is not None and whole > 0
    assert (completeness(part, whole) is not None) == known
