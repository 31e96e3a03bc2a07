"""One computation for everyone who asks the same within a few seconds."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from fangxian.kernel import shared
from fangxian.kernel.shared import Shared


class Tick:
    """A clock that goes when told, and a value that takes a while to make."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.made = 0

    def making(self, seconds: float) -> Callable[[], int]:
        def make() -> int:
            self.made += 1
            self.now += seconds
            return self.made

        return make


@pytest.fixture
def tick(monkeypatch: pytest.MonkeyPatch) -> Iterator[Tick]:
    found = Tick()
    monkeypatch.setattr(shared, "monotonic", lambda: found.now)
    monkeypatch.setattr(shared, "_background", None)  # which the web server's entry turns on
    yield found


def test_what_is_dear_is_made_once_in_its_time(tick: Tick) -> None:
    store: Shared[str, int] = Shared(lambda: 2.0)
    make = tick.making(0.5)
    assert [store.get("a", make) for _ in range(5)] == [1, 1, 1, 1, 1]
    tick.now += 1.4  # 1.9 s since before it was made
    assert store.get("a", make) == 1
    tick.now += 0.2
    assert store.get("a", make) == 2


def test_what_is_cheap_is_always_fresh(tick: Tick) -> None:
    store: Shared[str, int] = Shared(lambda: 2.0)
    make = tick.making(0.001)
    assert store.get("a", make) == 1
    tick.now += 0.001 * shared.TIMES_ITS_COST + 0.01
    assert store.get("a", make) == 2


def test_zero_seconds_keep_nothing(tick: Tick) -> None:
    store: Shared[str, int] = Shared(lambda: 0.0)
    assert [store.get("a", tick.making(1)) for _ in range(3)] == [1, 2, 3]


def test_keys_do_not_mix(tick: Tick) -> None:
    store: Shared[str, str] = Shared(lambda: 2.0)

    def slow(text: str) -> Callable[[], str]:
        def make() -> str:
            tick.now += 0.2
            return text

        return make

    for _again in range(2):
        assert store.get("a", slow("of a")) == "of a"
        assert store.get("b", slow("of b")) == "of b"


def test_a_failure_is_told_and_not_kept(tick: Tick) -> None:
    store: Shared[str, int] = Shared(lambda: 2.0)

    def fail() -> int:
        raise OSError("the database is away")

    with pytest.raises(OSError, match="away"):
        store.get("a", fail)
    assert store.get("a", tick.making(0.5)) == 1


def test_forgetting(tick: Tick) -> None:
    store: Shared[str, int] = Shared(lambda: 2.0)
    store.get("a", tick.making(0.5))
    shared.forget_all()
    assert store.get("a", tick.making(0.5)) == 2


def test_sixteen_who_ask_at_once_make_one_value() -> None:
    store: Shared[str, int] = Shared(lambda: 2.0)
    asked, made = threading.Barrier(16), []

    def make() -> int:
        made.append(threading.get_ident())
        threading.Event().wait(0.2)
        return 7

    def ask(_number: int) -> int:
        asked.wait()
        return store.get("a", make)

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(ask, range(16))) == [7] * 16
    assert len(made) == 1


def test_while_one_makes_the_next_the_others_get_the_last(tick: Tick) -> None:
    store: Shared[str, int] = Shared(lambda: 2.0)
    assert store.get("a", tick.making(0.5)) == 1
    started, finish = threading.Event(), threading.Event()

    def slowly() -> int:
        started.set()
        finish.wait(10)
        return 2

    tick.now += 2.0  # 2.5 s old
    with ThreadPoolExecutor(1) as pool:
        next_one = pool.submit(store.get, "a", slowly)
        started.wait(10)
        assert store.get("a", tick.making(0.5)) == 1
        finish.set()
        assert next_one.result() == 2
    assert store.get("a", tick.making(0.5)) == 2


def test_who_waits_takes_over_when_the_maker_fails() -> None:
    store: Shared[str, int] = Shared(lambda: 2.0)
    started, finish = threading.Event(), threading.Event()

    def fail() -> int:
        started.set()
        finish.wait(10)
        raise OSError

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(store.get, "a", fail)
        started.wait(10)
        second = pool.submit(store.get, "a", lambda: 2)
        finish.set()
        assert isinstance(first.exception(), OSError)
        assert second.result() == 2


def test_room_is_made_for_new_keys(tick: Tick, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "CAPACITY", 10)
    store: Shared[int, int] = Shared(lambda: 2.0)
    for key in range(100):
        store.get(key, tick.making(0.01))
    assert len(store._slots) <= 10


def test_what_is_a_little_old_is_renewed_beside(
    tick: Tick, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ThreadPoolExecutor(1) as beside:
        monkeypatch.setattr(shared, "_background", beside)
        store: Shared[str, int] = Shared(lambda: 2.0)
        make = tick.making(0.5)
        assert store.get("a", make) == 1
        tick.now += 1.8  # past its time, within the grace: nobody waits
        assert store.get("a", make) == 1
    assert store.get("a", make) == 2


def test_what_is_too_old_is_made_before_it_is_served(
    tick: Tick, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ThreadPoolExecutor(1) as beside:
        monkeypatch.setattr(shared, "_background", beside)
        store: Shared[str, int] = Shared(lambda: 2.0)
        make = tick.making(0.5)
        assert store.get("a", make) == 1
        tick.now += 60
        assert store.get("a", make) == 2
