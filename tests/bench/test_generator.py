"""Requests for the load generator, and what it says at its end."""

import random
from datetime import date
from pathlib import Path

import pytest

from bench import province
from bench.generator import CannotMeasure, Request, read, write
from bench.province import Owing

DAY = date(2026, 11, 23)
SAID = (
    "Running 1s test\n"
    '@@{"requests":12,"seconds":1.5,"created":9,"accepted":1,"refused":2,"sent":14,'
    '"broken":0,"p50_ms":1.250,"p99_ms":9.5,"max_ms":11.0,"exhausted":false,"refusal":"404 x"}\n'
)


def group(number: int, *, roll: int | None = 45, bureau: int = 1) -> Owing:
    return Owing(number, f"5101040001-{number:04d}", roll, bureau, 7, f"1/2/{bureau}/7/{number}/")


def test_the_requests_are_dealt_out_to_the_threads_and_none_twice(tmp_path: Path) -> None:
    requests = [Request("GET", f"/{number}", "Cookie: a=b") for number in range(5)]
    write(tmp_path / "many", requests, threads=2)
    parts = [(tmp_path / f"many.{thread}").read_text().splitlines() for thread in (1, 2)]
    assert parts[0] == [
        "GET\t/0\tCookie: a=b\t",
        "GET\t/2\tCookie: a=b\t",
        "GET\t/4\tCookie: a=b\t",
    ]
    assert len(parts[1]) == 2


def test_what_wrk_said_is_read_from_the_marked_line() -> None:
    run = read(SAID)
    assert (run.requests, run.created, run.failed, run.p99_ms) == (12, 9, 2, 9.5)


def test_wrk_that_said_nothing_ends_the_benchmark() -> None:
    with pytest.raises(CannotMeasure, match="unable to connect"):
        read("", "unable to connect to 127.0.0.1:1")


@pytest.mark.parametrize("roll", [None, 1, 2, 45])
def test_every_check_adds_up(roll: int | None) -> None:
    chance = random.Random(5)
    for number in range(200):
        told = province.item(group(number, roll=roll), DAY, chance)
        absences = told["absences"]
        assert isinstance(absences, list)
        assert told["enrolled"] == told["present"] + told["not_known"] + len(absences)  # type: ignore[operator]


def test_each_batch_is_full_and_of_one_bureau() -> None:
    groups = [group(number, bureau=number % 3) for number in range(100)]
    bearers = {bureau: f"Authorization: Bearer {bureau}" for bureau in range(3)}
    made = list(province.batches(groups, bearers, DAY, 10))
    assert len(made) == 9
    for request in made:
        bureau = int(request.header[-1])
        assert request.body.count('"unit"') == 10
        own = {g.code for g in groups if g.bureau_id == bureau}
        assert sum(f'"{code}"' in request.body for code in own) == 10
