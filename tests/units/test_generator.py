"""The invented province: its size, its consistency, and that nobody could take it for real."""

from collections import Counter
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fangxian.foundation.units.divisions import KNOWN_FROM, all_divisions
from fangxian.foundation.units.generator import Batch, Node, generate
from fangxian.foundation.units.generator.plan import shares


def nodes() -> dict[str, Node]:
    """The divisions as the database would have placed them."""
    placed: dict[str, Node] = {}
    for division in all_divisions():
        above = placed[division.parent].path if division.parent else ""
        number = len(placed) + 1
        placed.setdefault(division.division, Node(number, f"{above}{number}/"))
    return placed


@pytest.fixture(scope="module")
def province() -> list[Batch]:
    return list(generate(nodes=nodes(), first_id=1_000, opened_on=KNOWN_FROM))


def test_it_is_as_large_as_the_real_one(province: list[Batch]) -> None:
    kinds = Counter(kind for batch in province for kind in batch.kind)
    schools = sum(kinds[kind] for kind in ("school", "centre_school", "college", "training"))
    assert schools == 25_000
    assert kinds["college"] == 126
    assert abs(kinds["group"] - 425_000) < 4_250
    heads = sum(heads for batch in province for heads in batch.headcount if heads > 0)
    assert abs(heads - 17_000_000) < 250_000
    assert kinds["teaching_point"] > 1_000 and kinds["zone"] == 10 and kinds["campus"] > 20
    assert min(batch.kind.count("group") for batch in province) > 100


def test_every_row_hangs_where_it_says(province: list[Batch]) -> None:
    paths = {node.id: node.path for node in nodes().values()}
    codes: set[str] = set()
    last_id = 999
    for batch in province:
        for i, kind, code, above, path, school, bureau, heads in zip(
            batch.id, batch.kind, batch.code, batch.reports_to, batch.path, batch.school,
            batch.bureau, batch.headcount, strict=True,
        ):  # fmt: skip
            last_id += 1
            assert i == last_id
            assert path == f"{paths[above]}{i}/"
            paths[i] = path
            if kind != "zone":
                assert f"/{school}/" in f"/{path}" and f"/{bureau}/{school}/" in f"/{path}"
            assert (heads >= 1) == (kind == "group")
            codes.add(code)
    assert len(codes) == last_id - 999


def test_a_county_drawn_alone_is_the_same_county(province: list[Batch]) -> None:
    (alone,) = generate(nodes=nodes(), first_id=9, opened_on=KNOWN_FROM, county="510104")
    assert alone.name_zh == province[0].name_zh
    assert alone.headcount == province[0].headcount


def test_a_county_that_changed_its_code_has_two_periods(province: list[Batch]) -> None:
    periods = [batch.periods for batch in province if len(batch.periods) > 1]
    assert sorted([p[0][2], p[1][2]] for p in periods) == [
        ["510132", "510118"],
        ["513425", "513402"],
    ]
    assert all(p[0][1] == p[1][0] and p[0][0] == KNOWN_FROM for p in periods)
    (later,) = generate(nodes=nodes(), first_id=9, opened_on=date(2022, 1, 1), county="510118")
    assert [code for _from, _to, code in later.periods] == ["510118"]


def test_some_schools_report_elsewhere_than_where_they_stand(province: list[Batch]) -> None:
    placed = nodes()
    elsewhere: Counter[str] = Counter()
    for batch in province:
        for kind, stage, bureau, place in zip(
            batch.kind, batch.stage, batch.bureau, batch.territorial, strict=True
        ):
            if kind in ("school", "college") and bureau != place:
                elsewhere["province" if bureau == placed["510000"].id else stage] += 1
    assert elsewhere["province"] > 100
    assert elsewhere["senior"] > 20 and elsewhere["kindergarten"] > 100


def test_nobody_could_take_it_for_real(province: list[Batch]) -> None:
    batch = province[0]
    schools = [
        name for name, kind in zip(batch.name_zh, batch.kind, strict=True) if kind == "school"
    ]
    assert all(name.startswith("示例第") for name in schools)
    assert all(name.endswith("（示例）") for name in batch.contact_name)
    assert all(phone.startswith("000") and len(phone) == 11 for phone in batch.contact_phone)


@given(st.integers(0, 10_000), st.lists(st.floats(0.01, 100), min_size=1, max_size=50))
def test_shares_add_up_and_stay_near_their_weight(total: int, weights: list[float]) -> None:
    parts = shares(total, np.array(weights))
    assert int(parts.sum()) == total
    assert (np.abs(parts - np.array(weights) / sum(weights) * total) < 1.000001).all()
