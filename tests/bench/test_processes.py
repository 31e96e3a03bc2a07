"""Memory and processor time as /proc tells them."""

import os

from bench.processes import (
    TICKS,
    Taken,
    is_postgres,
    processor_seconds,
    proportional_kib,
    tree,
)

STAT = "42 (a (strange) name) S 1 42 42 0 -1 4194560 9 0 0 0 150 50 0 0 20 0 1 0 5 6 7"


def test_the_proportional_set_size_is_its_own_line() -> None:
    assert proportional_kib("Rss:  900 kB\nPss:  321 kB\nPss_Anon: 5 kB\n") == 321
    assert proportional_kib("") == 0


def test_processor_time_is_user_and_system_whatever_the_name() -> None:
    assert processor_seconds(STAT) == 200 / TICKS


def test_a_process_that_has_ended_takes_nothing() -> None:
    gone = 2**22 + 1
    taken = Taken()
    taken.begin([gone])
    taken.see([gone])
    taken.end([gone])
    assert taken.mib == 0
    assert taken.each_ms(1) == "python 0.000"


def test_this_process_is_in_its_own_tree_and_takes_memory() -> None:
    assert tree(os.getpid())[0] == os.getpid()
    assert not is_postgres(os.getpid())
    taken = Taken()
    taken.see([os.getpid()])
    assert taken.mib > 1
