"""Identity numbers and telephones as people write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fangxian.foundation.people.identity import (
    check_digit,
    masked,
    plain_id,
    plain_phone,
    read_id_card,
)
from fangxian.foundation.people.rules import identity_fits

TODAY = date(2026, 11, 23)
EXAMPLE = "11010519491231002X"  # the example of GB 11643 itself


def test_the_standards_own_example_is_right() -> None:
    card = read_id_card(" 110105 19491231 002x ")
    assert card is not None
    assert (card.number, card.born, card.sex) == (EXAMPLE, date(1949, 12, 31), "female")


@pytest.mark.parametrize(
    "wrong",
    ["110105194912310021", "11010519490231002X", "1101051949123100", "", "abc", EXAMPLE + "1",
     "01010519491231002X"],
)  # fmt: skip
def test_a_wrong_number_is_none(wrong: str) -> None:
    assert read_id_card(wrong) is None


@given(st.from_regex(r"[1-9][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])[0-9]{3}",
                     fullmatch=True), st.integers(0, 16), st.integers(1, 9))  # fmt: skip
def test_one_wrong_digit_is_always_noticed(first: str, place: int, by: int) -> None:
    number = first + check_digit(first)
    assert read_id_card(number) is not None
    slipped = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
    assert read_id_card(slipped) is None


@pytest.mark.parametrize(
    ("said", "kept"),
    [("138 0000-0000", "13800000000"), ("+86 13800000000", "13800000000"), ("（028）8000 0000",
     "02880000000"), ("１３８００００００００", "13800000000"), ("+85298000000", "+85298000000"),
     ("call me", ""), ("12", "")],
)  # fmt: skip
def test_telephones_are_kept_in_one_form(said: str, kept: str) -> None:
    assert plain_phone(said) == kept


def test_numbers_in_lists_are_masked() -> None:
    assert masked(EXAMPLE) == "11•••••••••••••02X"
    assert "9" not in masked("99999")
    assert plain_id(" e 1234567 ") == "E1234567"


@pytest.mark.parametrize(
    ("kind", "number", "born", "sex", "wrong"),
    [
        ("", "", None, "", set()),
        ("id_card", EXAMPLE, None, "", set()),
        ("id_card", EXAMPLE, date(1949, 12, 31), "female", set()),
        ("id_card", EXAMPLE, date(1949, 12, 30), "female", {"born"}),
        ("id_card", EXAMPLE, None, "male", {"sex"}),
        ("id_card", "110105194912310021", None, "", {"id_number"}),
        ("passport", "E12345678", date(2010, 1, 1), "male", set()),
        ("passport", "", None, "", {"id_number"}),
        ("", "E12345678", None, "", {"id_number"}),
    ],
)
def test_number_birth_date_and_sex_agree(
    kind: str, number: str, born: date | None, sex: str, wrong: set[str]
) -> None:
    assert set(identity_fits(kind, number, born=born, sex=sex, today=TODAY)) == wrong
