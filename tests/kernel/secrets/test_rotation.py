"""Everything is sealed anew while others write, and a killed rotation goes on where it was."""

from __future__ import annotations

import multiprocessing
import os
import signal
from typing import Any

import pytest
from django.core.exceptions import FieldError
from django.db import connection, connections

from fangxian.kernel.secrets import Tampered, resealed
from fangxian.kernel.secrets import rotation as rotating
from fangxian.kernel.secrets.collections import (
    LABEL,
    Collection,
    Destroyed,
    collection_key,
    destroy_collection_key,
    make_collection_key,
)
from fangxian.kernel.secrets.keyring import Ring
from fangxian.kernel.secrets.models import CollectionKey, Resealing
from fangxian.kernel.secrets.rotation import Column, reseal, reseal_all, used_numbers
from tests.cast import AT
from tests.kernel.secrets.conftest import Use

COLUMN = Column("secrets_collectionkey", "key", "id", "name")


def stored() -> dict[str, bytes]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, key FROM secrets_collectionkey")
        return {name: bytes(key) for name, key in cursor.fetchall() if key is not None}


@pytest.mark.django_db
def test_a_row_keeps_its_value_sealed_and_bound_to_it(keys: Ring) -> None:
    row = CollectionKey.objects.create(name="one", key="secret", at=AT)
    CollectionKey.objects.create(name="two", key="other", at=AT)
    assert CollectionKey.objects.get(name="one").key == "secret"
    before = stored()
    assert b"secret" not in before["one"]
    row.refresh_from_db()
    row.save()
    assert [row.key for row in CollectionKey.objects.order_by("id")] == ["secret", "other"]
    with connection.cursor() as cursor:  # somebody with the database, not with the keys
        cursor.execute("UPDATE secrets_collectionkey SET key = %s WHERE name = 'two'",
                       [before["one"]])  # fmt: skip
    assert "secret" not in CollectionKey.objects.get(name="two").key


@pytest.mark.django_db
def test_a_value_that_cannot_be_opened_is_kept_when_its_row_is_saved(keys: Ring, use: Use) -> None:
    CollectionKey.objects.create(name="one", key="secret", at=AT)
    before = stored()
    use(Ring({2: bytes(32)}, keys.index))
    row = CollectionKey.objects.get(name="one")
    row.key = row.key  # as a form would
    row.save()
    assert stored() == before
    use(keys)
    assert CollectionKey.objects.get(name="one").key == "secret"


@pytest.mark.django_db
def test_nobody_compares_what_is_sealed() -> None:
    assert not CollectionKey.objects.filter(key__isnull=False).exists()
    with pytest.raises(FieldError):
        CollectionKey.objects.filter(key="secret").exists()
    with pytest.raises(FieldError):
        CollectionKey.objects.update(key="secret")


@pytest.mark.django_db
def test_the_end_of_a_collections_key_is_the_end_of_the_collection(keys: Ring) -> None:
    made = make_collection_key("a", at=AT)
    other = make_collection_key("b", at=AT)
    sealed = made.seal("value", "table.column", 1)
    assert collection_key("a").open_(sealed, "table.column", 1) == "value"
    assert made.blind("value", "f") == collection_key("a").blind(" VALUE", "f")
    assert made.blind("value", "f") != other.blind("value", "f")
    for opener, field, whose in ((other, "table.column", 1), (made, "table.column", 2),
                                 (made, "table.other", 1)):  # fmt: skip
        with pytest.raises(Tampered):
            opener.open_(sealed, field, whose)
    assert destroy_collection_key("a", at=AT) and not destroy_collection_key("a", at=AT)
    with pytest.raises(Destroyed):
        collection_key("a")
    assert "a" not in stored()
    assert isinstance(collection_key("b"), Collection)


@pytest.mark.django_db
def test_everything_is_sealed_anew_and_opens(keys: Ring, use: Use) -> None:
    for number in range(5):
        make_collection_key(str(number), at=AT)
    use(keys.with_new())
    make_collection_key("new", at=AT)
    assert used_numbers()[LABEL] == {1: 5, 2: 1}
    tally = reseal_all(at=AT)[LABEL]
    assert (tally.done, tally.unopened) == (5, 0)
    assert used_numbers()[LABEL] == {2: 6}
    use(Ring({2: keys_of(2)}, keys.index))
    assert all(collection_key(name) for name in stored())
    assert reseal_all(at=AT)[LABEL].done == 0


def keys_of(number: int) -> bytes:
    from fangxian.kernel.secrets import ring

    return ring().masters[number]


@pytest.mark.django_db
def test_what_somebody_writes_meanwhile_stays(
    keys: Ring, use: Use, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = CollectionKey.objects.create(name="one", key="before", at=AT)
    use(keys.with_new())

    def slowly(sealed: bytes, label: str, whose: object) -> bytes:
        row.key = "after"
        row.save()
        return resealed(sealed, label, whose)

    monkeypatch.setattr(rotating, "resealed", slowly)
    reseal(COLUMN, at=AT)
    assert CollectionKey.objects.get(name="one").key == "after"


@pytest.mark.django_db
def test_a_value_that_cannot_be_opened_stays_and_is_told(keys: Ring, use: Use) -> None:
    CollectionKey.objects.create(name="lost", key="lost", at=AT)
    use(Ring({2: bytes(32), 3: bytes(32)}, keys.index))
    tally = reseal(COLUMN, at=AT)
    assert (tally.done, tally.unopened, used_numbers()[LABEL]) == (1, 1, {1: 1})


def _until_killed(pipe: Any) -> None:
    pipe.send(os.getpid())
    pieces = iter(range(3))

    def tell(*_about: object) -> None:
        if next(pieces) == 2:
            pipe.send("three pieces")
            signal.pause()

    reseal(COLUMN, at=AT, tell=tell)


@pytest.mark.django_db(transaction=True)
def test_a_killed_rotation_goes_on_where_it_was(
    keys: Ring, use: Use, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotating, "PIECE", 10)
    rows = [CollectionKey(name=f"n{n}", key=f"v{n}", at=AT) for n in range(95)]
    CollectionKey.objects.bulk_create(rows)
    use(keys.with_new())
    connections.close_all()  # a child must not share the session
    here, there = multiprocessing.get_context("fork").Pipe()
    child = multiprocessing.get_context("fork").Process(target=_until_killed, args=(there,))
    child.start()
    assert here.recv() == child.pid and here.recv() == "three pieces"
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    assert used_numbers()[LABEL] == {1: 65, 2: 30}
    kept = Resealing.objects.get(field=LABEL)
    assert (kept.done, kept.total) == (30, 95)
    told: list[int] = []
    tally = reseal(COLUMN, at=AT, tell=lambda _field, done, _total: told.append(done))
    assert told[0] == 40 and tally.done == 95
    assert used_numbers()[LABEL] == {2: 95}
    assert {row.name: row.key for row in CollectionKey.objects.all()} == {
        f"n{n}": f"v{n}" for n in range(95)
    }


@pytest.mark.django_db
def test_a_field_says_what_it_is_sealed_for() -> None:
    with pytest.raises(RuntimeError, match="reserve the id"):
        CollectionKey(name=None, key="x", at=AT).save()  # type: ignore[misc]
