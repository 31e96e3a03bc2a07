"""What is sealed opens only for its own field and row, and equal values look alike to nobody."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from fangxian.kernel.secrets import (
    KeyMissing,
    Tampered,
    Unreadable,
    blind,
    blind_many,
    normal,
    open_,
    readable,
    resealed,
    seal,
    seal_many,
)
from fangxian.kernel.secrets.keyring import Ring
from fangxian.kernel.secrets.sealing import derived, number_of
from tests.kernel.secrets.conftest import Use

FIELD = "people_person.id_number"
CARD = "11010519491231002X"


@given(value=st.text(), whose=st.integers() | st.text())
def test_what_is_sealed_opens_to_what_it_was(value: str, whose: object) -> None:
    assert open_(seal(value, FIELD, whose), FIELD, whose) == value


def test_both_ways_of_sealing_open_whichever_is_set(keys: Ring, cipher: str) -> None:
    values = [CARD, "", "家"]
    made = seal_many(values, FIELD, [1, 2, 3])
    assert [open_(one, FIELD, whose) for whose, one in enumerate(made, 1)] == values
    assert all(CARD.encode() not in one for one in made)
    assert len({one[0] for one in made}) == 1 and len(set(made)) == 3


def test_it_is_the_standard_that_is_said(keys: Ring) -> None:
    """Opened by the library alone, from the layout that the ADR tells."""
    sealed = seal(CARD, FIELD, 7)
    assert sealed[0] == 1 and int.from_bytes(sealed[1:3], "big") == 1
    key = derived(keys.masters[1], f"seal 1 {FIELD}")
    plain = AESGCM(key).decrypt(sealed[3:15], sealed[15:], f"{FIELD}\0007".encode())
    assert plain.decode() == CARD


@pytest.mark.parametrize(
    ("field", "whose"), [(FIELD, 8), ("people_person.phone", 7), ("people_guardian.phone", 7)]
)
def test_a_value_moved_elsewhere_does_not_open(field: str, whose: int) -> None:
    with pytest.raises(Tampered):
        open_(seal(CARD, FIELD, 7), field, whose)


@given(data=st.data())
def test_no_changed_byte_passes(data: st.DataObject) -> None:
    sealed = bytearray(seal(CARD, FIELD, 7))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises((Tampered, KeyMissing)):
        open_(bytes(sealed), FIELD, 7)


@pytest.mark.parametrize("sealed", [b"", b"\x01\x00\x01", b"plain text that nobody has sealed"])
def test_what_was_never_sealed_is_told_from_what_was(sealed: bytes) -> None:
    with pytest.raises(Tampered):
        open_(sealed, FIELD, 7)


def test_a_missing_key_breaks_no_page(keys: Ring, use: Use) -> None:
    sealed = seal(CARD, FIELD, 7)
    use(Ring({2: bytes(32)}, keys.index))
    shown = readable(sealed, FIELD, 7)
    assert isinstance(shown, Unreadable) and shown.sealed == sealed
    assert "1" in shown and CARD not in shown
    assert isinstance(readable(b"nonsense" * 8, FIELD, 7), Unreadable)
    assert readable(None, FIELD, 7) == ""


def test_a_new_key_seals_at_once_and_the_old_one_still_opens(keys: Ring, use: Use) -> None:
    old = seal(CARD, FIELD, 7)
    use(keys.with_new())
    assert (number_of(old), number_of(seal(CARD, FIELD, 7))) == (1, 2)
    again = resealed(old, FIELD, 7)
    assert number_of(again) == 2
    assert open_(old, FIELD, 7) == open_(again, FIELD, 7) == CARD
    assert open_(resealed(old, FIELD, 7, to=8), FIELD, 8) == CARD


def test_a_blind_index_finds_the_same_value_however_it_is_written(keys: Ring) -> None:
    found = blind(CARD, FIELD)
    assert blind(" 110105 19491231 002x　", FIELD) == found
    assert len(found) == 16 and blind_many([CARD], FIELD) == [found]


def test_a_blind_index_joins_nothing_across_fields_or_installations(keys: Ring, use: Use) -> None:
    found = blind(CARD, FIELD)
    assert blind(CARD, "people_guardian.phone") != found
    assert blind("11010519491231003X", FIELD) != found
    use(keys.with_new())
    assert blind(CARD, FIELD) == found  # a new key of fields leaves the search as it is
    use(Ring(keys.masters, bytes(32)))
    assert blind(CARD, FIELD) != found


@given(st.text())
def test_the_normal_form_is_normal(value: str) -> None:
    once = normal(value)
    assert not any(character.isspace() for character in once)
    assert blind(value, FIELD) == blind_many([once], FIELD)[0]
