"""How long what is kept: whole, dated, refused by name; a law's shortest is not gone below."""

from datetime import date
from pathlib import Path

import pytest

from fangxian.norms import BadNorm, retention_on
from fangxian.norms.retention import months_before, read

OURS = Path("fangxian/norms/documents/retention/retention_2026.toml").read_text("utf-8")
DAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 11, 23), 12, date(2025, 11, 23)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)),
        (date(2026, 12, 1), 12, date(2025, 12, 1)),
    ],
)
def test_months_are_counted_by_the_calendar(day: date, months: int, expected: date) -> None:
    assert months_before(day, months) == expected


def test_the_term_of_a_line_ends_no_later_than_that_of_who_left() -> None:
    terms = retention_on(DAY).terms
    assert terms["check_line"].end(DAY) >= terms["person"].end(DAY)
    assert terms["guardian"].end(DAY) > terms["person"].end(DAY)
    assert terms["audit"].at_least_months == 6


@pytest.mark.parametrize(
    ("written", "instead", "said"),
    [
        ('grounds = ["network_log", "pipl_security"]', 'grounds = ["nowhere"]', "nowhere"),
        ('then = "operator"', 'then = "perhaps"', "perhaps"),
        ("effective_from = 2020-01-24", 'effective_from = "soon"', "effective_from is no day"),
        ("months = 6\nat_least_months = 6", "months = 5\nat_least_months = 6", "audit must be"),
        ("months = 36", 'months = "long"', "no whole number"),
        ("months = 36", "days = 1\nmonths = 36", "one of the two"),
        ("[terms.stays]", "[terms.stays", "own.toml"),
    ],
)
def test_a_bad_document_is_refused_by_name(written: str, instead: str, said: str) -> None:
    assert written in OURS
    with pytest.raises(BadNorm, match="own.toml") as refusal:
        read(OURS.replace(written, instead, 1), "own.toml")
    assert said in str(refusal.value)


def test_an_installations_own_document_takes_its_place(tmp_path: Path) -> None:
    folder = tmp_path / "retention"
    folder.mkdir()
    own = OURS.replace("2020-01-24", "2026-12-01", 1).replace("months = 36", "months = 24", 1)
    (folder / "own.toml").write_text(own, "utf-8")
    assert retention_on(date(2026, 11, 30), tmp_path).terms["role"].months == 36
    assert retention_on(date(2026, 12, 1), tmp_path).terms["role"].months == 24


@pytest.mark.parametrize(
    ("written", "instead", "said"),
    [
        ("months = 6\nat_least_months = 6", "months = 3", "audit must be kept for 6 months"),
        ("[terms.notice]", "[terms.notices]", "says nothing of notice"),
    ],
)
def test_an_installation_keeps_nothing_shorter_than_the_law_and_forgets_nothing(
    tmp_path: Path, written: str, instead: str, said: str
) -> None:
    folder = tmp_path / "retention"
    folder.mkdir()
    (folder / "own.toml").write_text(OURS.replace(written, instead, 1), "utf-8")
    with pytest.raises(BadNorm, match=said):
        retention_on(DAY, tmp_path)
