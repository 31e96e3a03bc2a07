"""Places: what is declared at units, nearest first, answers the same in Python and in SQL."""

from collections.abc import Sequence

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from fangxian.kernel.access.scopes import covers
from fangxian.kernel.places import (
    ALL,
    EVERYWHERE,
    FIRST_GRADE,
    LAST_GRADE,
    NOWHERE,
    Place,
    anywhere,
    bits,
    everywhere,
    grades_of,
    nearest,
    only,
)

GRADES = st.none() | st.integers(FIRST_GRADE, LAST_GRADE).filter(lambda one: one != 0)
PATHS = st.lists(st.integers(1, 12), max_size=4).map(lambda ids: "".join(f"{one}/" for one in ids))
UNITS = PATHS.filter(bool)
SAID = st.lists(st.tuples(PATHS, st.integers(0, ALL)), max_size=8, unique_by=lambda one: one[0])


def plainly(otherwise: int, said: Sequence[tuple[str, int]], path: str) -> int:
    """Nearest wins, as one would say it: the longest path that covers this one."""
    at_or_above = [pair for pair in said if covers(pair[0], path)]
    return max(at_or_above, key=lambda pair: len(pair[0]))[1] if at_or_above else otherwise


def place(otherwise: int, said: Sequence[tuple[str, int]]) -> Place:
    return nearest(only(otherwise), [(path, only(step)) for path, step in said])


@given(st.integers(0, ALL), SAID, UNITS)
def test_the_nearest_wins(otherwise: int, said: list[tuple[str, int]], path: str) -> None:
    assert place(otherwise, said).grades(path) == plainly(otherwise, said, path)


@given(SAID, SAID, UNITS, GRADES)
def test_places_combine_as_yes_and_no_do(
    one: list[tuple[str, int]], two: list[tuple[str, int]], path: str, grade: int | None
) -> None:
    left, right = place(0, one), place(ALL, two)
    a, b = left.at(path, grade), right.at(path, grade)
    assert (left & right).at(path, grade) == (a and b)
    assert (left | right).at(path, grade) == (a or b)
    assert (~left).at(path, grade) == (not a)
    assert (left & ~left) == NOWHERE
    assert (left | ~left) == EVERYWHERE
    assert ~~left == left


@given(SAID, SAID, UNITS)
def test_what_is_said_at_a_place_may_itself_differ_below(
    outer: list[tuple[str, int]], inner: list[tuple[str, int]], path: str
) -> None:
    below = place(ALL, inner)
    said = nearest(NOWHERE, [(one, below) for one, _step in outer])
    covered = any(covers(one, path) for one, _step in outer)
    assert said.grades(path) == (below.grades(path) if covered else 0)


@given(st.sets(st.integers(FIRST_GRADE, LAST_GRADE).filter(lambda one: one != 0)))
def test_grades_come_back_from_their_bits(grades: set[int]) -> None:
    assert set(grades_of(bits(grades))) == grades


def in_sql(places: Sequence[Place], units: Sequence[tuple[str, int | None]]) -> list[list[bool]]:
    """What PostgreSQL says of each place at each unit."""
    paths, grades = [path for path, _grade in units], [grade for _path, grade in units]
    asked = [one.sql("v") for one in places]
    statement = f"""
        SELECT ARRAY[{", ".join(text for text, _params in asked)}]
        FROM unnest(%s::text[], %s::smallint[]) WITH ORDINALITY AS given (path, grade, place),
             LATERAL (SELECT given.path::varchar(200) COLLATE "C" AS path, given.grade) AS v
        ORDER BY given.place
    """  # noqa: S608
    params = [value for _text, values in asked for value in values]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*params, paths, grades])
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.django_db
@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, ALL), SAID), min_size=1, max_size=3),
    st.lists(st.tuples(UNITS, GRADES), min_size=1, max_size=12),
)
def test_sql_says_the_same(
    said: list[tuple[int, list[tuple[str, int]]]], units: list[tuple[str, int | None]]
) -> None:
    places = [place(*one) for one in said]
    places += [places[0] & places[-1], ~places[0]]
    expected = [[one.at(path, grade) for one in places] for path, grade in units]
    assert in_sql(places, units) == expected


@pytest.mark.django_db
def test_paths_too_long_for_a_name_are_compared_whole() -> None:
    stem = "".join(f"{one}/" for one in range(1_000_000, 1_000_009))
    assert len(stem) > 63
    where = nearest(NOWHERE, [(f"{stem}2/", EVERYWHERE)])
    assert in_sql([where], [(f"{stem}2/", None), (f"{stem}3/", None), (f"{stem}2/7/", 3)]) == [
        [True],
        [False],
        [True],
    ]


def test_a_million_rows_cost_one_search_each_however_much_is_declared() -> None:
    many = anywhere(f"1/{number}/" for number in range(10, 5000))
    assert many.at("1/4999/3/")
    assert not many.at("1/5000/")
    assert many.within("1/77/") == anywhere(["1/77/"])
    assert everywhere(True).within("1/77/") == anywhere(["1/77/"])
    assert [start for start, _step in anywhere(["1/5/"]).below("1/")] == ["1/5/", "1/50"]
