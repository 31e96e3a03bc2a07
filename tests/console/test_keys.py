"""`fangxian keys`: a new key seals everything, the old one goes when nothing needs it."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from fangxian.config.keys import field_keys, replace_field_keys
from fangxian.console import rotating
from fangxian.kernel.secrets import BadKeys, ring
from fangxian.kernel.secrets.collections import LABEL, collection_key, make_collection_key
from fangxian.kernel.secrets.keyring import new_ring
from fangxian.kernel.secrets.models import SecretKey
from fangxian.kernel.secrets.rotation import used_numbers
from fangxian.kernel.secrets.standing import note_keys, require_right_keys
from tests.cast import AT

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Keys of this test's own, in a file."""
    with monkeypatch.context() as patched:
        patched.setattr(settings, "FIELD_KEYS_FILE", field_keys(tmp_path))
        patched.setattr(rotating, "LOOK_SECONDS", 0.0)
        ring(anew=True)
        SecretKey.objects.all().delete()
        note_keys(at=AT)
        yield settings.FIELD_KEYS_FILE
    ring(anew=True)


def says(*words: str) -> str:
    out = StringIO()
    call_command("keys", *words, stdout=out, stderr=out)
    return out.getvalue()


def test_a_rotation_leaves_one_key_and_everything_readable(file: Path) -> None:
    for name in ("a", "b"):
        make_collection_key(name, at=AT)
    before = file.read_text()
    told = says("rotate")
    assert "Key 2 seals from now on" in told and "Key 1 is retired" in told
    assert f"{LABEL}: 2 of 2 (100 %)" in told
    assert set(ring(anew=True).masters) == {2} and used_numbers()[LABEL] == {2: 2}
    assert collection_key("a").name == "a"
    assert "These are the keys" in says("check")
    assert SecretKey.objects.get(number=1).retired_at is not None
    shown = says("show")
    assert "seals" in shown and "key 2: 2" in shown
    assert all(
        line.split()[1] not in told + shown for line in (before + file.read_text()).split("\n")[:-1]
    )


def test_a_rotation_that_was_broken_off_makes_no_third_key(file: Path) -> None:
    make_collection_key("a", at=AT)
    replace_field_keys(file, ring().with_new().text())
    assert "Going on: key 2" in says("rotate")
    assert set(ring(anew=True).masters) == {2}


def test_a_key_that_is_needed_stays(file: Path) -> None:
    make_collection_key("a", at=AT)
    with connection.cursor() as cursor:  # nobody can open this one any more
        cursor.execute("UPDATE secrets_collectionkey SET name = 'moved'")
    with pytest.raises(CommandError, match="key 1 is still in use"):
        says("rotate")
    assert set(ring(anew=True).masters) == {1, 2}


def test_other_keys_are_refused_in_one_line(file: Path) -> None:
    replace_field_keys(file, new_ring().text())
    with pytest.raises(BadKeys, match="bring back the keys") as refused:
        require_right_keys()
    assert "\n" not in str(refused.value)
    with pytest.raises(CommandError, match="another one"):
        says("check")
    with pytest.raises(CommandError, match="another one"):
        call_command("migrate", verbosity=0)


def test_keys_of_the_environment_are_a_persons_to_change(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(settings, "FIELD_KEYS", file.read_text())
        with pytest.raises(CommandError, match="add this line to it"):
            says("rotate")
    assert set(ring(anew=True).masters) == {1}
