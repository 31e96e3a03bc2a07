"""Medians over runs, ratios of pairs, and what is printed of them."""

import pytest

from bench.bars import at_least, at_most, figures_table
from bench.stats import Figures, middle, pair_ratios, with_ratio, worst
from tests.bench.runs import load


def test_throughput_counts_what_was_answered_well_only() -> None:
    run = load(100, seconds=2.0, accepted=20, refused=50, requests=170)
    assert run.throughput == 60
    assert run.failed == 50


def test_a_work_is_its_median_run_each_figure_by_itself() -> None:
    runs = [load(100, p99_ms=9), load(300, p99_ms=30), load(200, p99_ms=3)]
    figures = middle("check", "checks/s", runs)
    assert (figures.throughput, figures.p50_ms, figures.p99_ms) == (200, 4.5, 9)


def test_a_batch_counts_its_items() -> None:
    assert middle("check_batch", "checks/s", [load(10)], each=50).throughput == 500


def test_the_ratio_is_that_of_neighbours_so_that_a_slow_minute_weighs_on_both() -> None:
    floors = [load(1000), load(100), load(1000)]
    checks = [load(300), load(30), load(400)]
    ratios = pair_ratios(floors, checks)
    assert ratios == pytest.approx([0.3, 0.3, 0.4])
    assert with_ratio(middle("check", "/s", checks), ratios).ratio_to_floor == pytest.approx(0.3)


def test_pairs_must_be_pairs() -> None:
    with pytest.raises(ValueError, match="argument"):
        pair_ratios([load(1)], [load(1), load(2)])


def test_several_parts_are_as_bad_as_the_worst_of_them() -> None:
    page, signature = Figures("page", "/s", 50, 20, 90), Figures("signature", "/s", 80, 10, 120)
    whole = worst("report_sign", "/s", [page, signature])
    assert (whole.throughput, whole.p50_ms, whole.p99_ms) == (50, 20, 120)


def test_json_has_the_six_fields_and_null_for_what_there_is_not() -> None:
    row = Figures("seed_province", "units/s", 1234.56, None, None, 700.4).as_json()
    assert row == {
        "name": "seed_province",
        "throughput": 1234.6,
        "p50_ms": None,
        "p99_ms": None,
        "peak_mib": 700,
        "ratio_to_floor": None,
    }


def test_a_bar_is_met_at_its_very_value() -> None:
    assert at_least("check", 0.25, 0.25, "{:.2f}").met
    assert at_most("check", 40.0, 40.0, "{:.0f} ms").met
    assert at_most("check", 40.1, 40.0, "{:.1f} ms").cells() == (
        "check",
        "≤ 40.0 ms",
        "40.1 ms",
        "NOT MET",
    )


def test_the_table_shows_a_dash_for_what_is_not_measured() -> None:
    lines = figures_table([Figures("check", "checks/s", 2000.4, 1.0, 2.0)]).splitlines()
    assert lines[1].split() == ["check", "2,000", "checks/s", "1.0", "2.0", "—", "—"]
