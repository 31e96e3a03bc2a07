"""The table of roles that sign in with a second factor: whole, dated, refused by name."""

from datetime import date
from pathlib import Path

import pytest

from fangxian.foundation.accounts.rules import SCHOOL_ROLES, Role
from fangxian.norms import BadNorm, second_factor_on
from fangxian.norms.second_factor import read

OWN = """
[document]
title_zh = "x"
title_en = "x"
verified = true
effective_from = 2026-12-01

[roles]
head = true
"""


def test_the_default_speaks_of_every_role() -> None:
    roles = second_factor_on(date(2026, 11, 1)).roles
    assert {role for role, asked in roles.items() if not asked} == SCHOOL_ROLES
    assert set(roles) == set(Role)


def test_nothing_is_asked_before_the_first_day() -> None:
    assert second_factor_on(date(2026, 10, 31)).roles == {}


def test_an_installations_own_document_takes_its_place(tmp_path: Path) -> None:
    folder = tmp_path / "second_factor"
    folder.mkdir()
    (folder / "own.toml").write_text(OWN)
    assert second_factor_on(date(2026, 11, 30), tmp_path).roles["auditor"] is True
    assert second_factor_on(date(2026, 12, 1), tmp_path).roles == {"head": True}


@pytest.mark.parametrize(
    ("written", "instead", "said"),
    [
        ("head = true", "head = 1", "head is neither"),
        ("2026-12-01", '"soon"', "effective_from is no day"),
        ("[roles]", "[rolls]", "'roles' is missing"),
        ("[roles]", "[roles", "own.toml"),
    ],
)
def test_a_bad_document_is_refused_by_name(written: str, instead: str, said: str) -> None:
    with pytest.raises(BadNorm, match="own.toml") as refusal:
        read(OWN.replace(written, instead), "own.toml")
    assert said in str(refusal.value)
