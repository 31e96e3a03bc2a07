"""Keys that cannot be used are refused in one line that never tells a key."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.conf import settings

from fangxian.config.keys import field_keys, replace_field_keys
from fangxian.kernel.secrets.keyring import HIGHEST, BadKeys, Ring, new_ring, parse, ring
from fangxian.kernel.secrets.standing import INDEX, wrong_keys

RING = Ring({1: bytes(range(32))}, bytes(32))
KEY = RING.text().splitlines()[1].split()[1]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "every key is missing"),
        (f"1 {KEY}", "blind indexes"),
        (f"index {KEY}", "every key is missing"),
        (f"index {KEY}\n1 {KEY}\n1 {KEY}", "line 3"),
        (f"index {KEY}\n70000 {KEY}", "line 2"),
        (f"index {KEY}\n1 {KEY[:-4]}", "line 2"),
        (f"index {KEY}\none {KEY}", "line 2"),
    ],
)
def test_what_is_no_ring_is_refused_in_a_line(text: str, says: str) -> None:
    with pytest.raises(BadKeys, match=says) as refused:
        parse(text, "keys/fields")
    told = str(refused.value)
    assert "keys/fields" in told and "\n" not in told and KEY[:20] not in told


def test_a_ring_is_written_as_it_is_read() -> None:
    keys = RING.with_new().with_new()
    assert parse(f"# ours\n\n{keys.text()}", "") == keys
    assert parse(keys.text().replace("\n", ";"), "") == keys  # as the environment holds it
    assert (keys.writes, set(keys.without({1, 3}).masters)) == (3, {2, 3})
    with pytest.raises(BadKeys):
        Ring({HIGHEST: bytes(32)}, bytes(32)).with_new()


def test_the_file_is_its_owners_and_replaced_whole(tmp_path: Path) -> None:
    file = field_keys(tmp_path)
    assert file.stat().st_mode & 0o777 == 0o600
    first = file.read_text()
    assert field_keys(tmp_path).read_text() == first
    file.chmod(0o640)  # shared with who serves
    more = parse(first, "").with_new().text()
    replace_field_keys(file, more)
    assert file.read_text() == more and file.stat().st_mode & 0o777 == 0o640
    assert os.listdir(file.parent) == ["fields"]


def test_a_changed_file_is_seen_without_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = field_keys(tmp_path)
    try:
        with monkeypatch.context() as patched:
            patched.setattr(settings, "FIELD_KEYS_FILE", file)
            before = ring(anew=True)
            replace_field_keys(file, before.with_new().text())
            assert ring(anew=True).writes == 2
            file.unlink()
            with pytest.raises(BadKeys, match="bring it back"):
                ring(anew=True)
    finally:
        ring(anew=True)


def test_keys_of_another_database_are_told_apart() -> None:
    known = {INDEX: RING.index_fingerprint, 1: RING.fingerprint(1)}
    assert list(wrong_keys(RING, known)) == []
    assert list(wrong_keys(RING.with_new(), known)) == []
    other = new_ring()
    assert list(wrong_keys(other, known)) == [
        "the key of the blind indexes is another one", "key 1 is another one"
    ]  # fmt: skip
    assert list(wrong_keys(Ring({2: bytes(32)}, RING.index), known)) == ["key 1 is missing"]
