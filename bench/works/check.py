"""The floor and the full path of a check, in turns, so that a slow minute weighs on both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from bench import accounts, counting, generator, province
from bench.bare import TABLE
from bench.bars import at_least, at_most
from bench.ground import Ground
from bench.installation import Bare, bare_server
from bench.processes import Taken, watched
from bench.province import Owing
from bench.stats import Figures, Load, middle, pair_ratios, with_ratio

DATABASE = "bench_floor"
GENERATOR_FACTOR = 3
MUST_RATIO = 0.30
MUST_P99_MS = 40.0
CALIBRATION_SECONDS = 3
# No run of checks reaches this share of the floor; what is left of a slice stays unanswered.
MOST = 0.6


@dataclass
class Floor:
    """The running bare handler and the requests it is sent."""

    server: Bare
    requests: Path
    workers: int
    throughput: float
    created: int = 0


def floor_only(ground: Ground) -> None:
    """The floor alone."""
    with _floor(ground) as floor:
        loads = []
        bare = Taken()
        for number in range(ground.pace.rounds):
            with watched(partial(_of_floor, ground, floor), bare):
                loads.append(_run_floor(ground, floor))
            _say(ground, f"{number + 1}: floor", loads[-1], bare)
        _count_floor(ground, floor)
        _report_floor(ground, floor, loads, bare)


def check(ground: Ground) -> None:
    """Floor and check in turns; every acknowledged check is counted in the tables."""
    with _floor(ground) as floor:
        slices = _slices(ground, int(floor.throughput * MOST * ground.pace.seconds))
        _run_check(ground, next(slices), ground.pace.warm_seconds)
        floors: list[Load] = []
        checks: list[Load] = []
        bare, full = Taken(), Taken()
        for number in range(ground.pace.rounds):
            with watched(partial(_of_floor, ground, floor), bare):
                floors.append(_run_floor(ground, floor))
            _say(ground, f"{number + 1}: floor", floors[-1], bare)
            with watched(ground.installation.processes, full):
                checks.append(_run_check(ground, next(slices), ground.pace.seconds))
            _say(ground, "   check", checks[-1], full)
        _count_floor(ground, floor)
        _report_floor(ground, floor, floors, bare)
    _report_check(ground, checks, pair_ratios(floors, checks), full)


def _say(ground: Ground, name: str, load: Load, taken: Taken) -> None:
    ground.say(
        f"  {name} {load.throughput:,.0f}/s, p50 {load.p50_ms:.1f}, p99 {load.p99_ms:.1f} ms; "
        f"processor ms each: {taken.each_ms(load.requests)}"
    )


def _of_floor(ground: Ground, floor: Floor) -> list[int]:
    return [floor.server.pid, *ground.installation.database_processes()]


@contextmanager
def _floor(ground: Ground) -> Iterator[Floor]:
    """The bare handler with one or two workers, whichever is faster."""
    with ground.database("postgres") as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
        connection.execute(f"CREATE DATABASE {DATABASE}")
    with ground.database(DATABASE) as connection:
        connection.execute(TABLE)
    requests = _floor_requests(ground)
    rates = {workers: _calibrate(ground, requests, workers) for workers in (1, 2)}
    workers = max(rates, key=lambda number: rates[number])
    ground.say("  " + ", ".join(f"{n} worker(s): {rate:,.0f}/s" for n, rate in rates.items()))
    _check_generator(ground, requests, rates[workers])
    with _bare(ground, "insert", workers) as server:
        floor = Floor(server, requests, workers, rates[workers])
        generator.run(server.url, requests, seconds=ground.pace.warm_seconds, again=True)
        with ground.database(DATABASE) as connection:
            connection.execute("TRUNCATE floor_insert")
        yield floor


@contextmanager
def _bare(ground: Ground, application: str, workers: int) -> Iterator[Bare]:
    address = ground.installation.address(DATABASE)
    output = ground.installation.output
    with bare_server(application, workers, address, output) as server:
        yield server


def _calibrate(ground: Ground, requests: Path, workers: int) -> float:
    with _bare(ground, "insert", workers) as server:
        for seconds in (1, CALIBRATION_SECONDS):
            load = generator.run(server.url, requests, seconds=seconds, again=True)
    return load.throughput


def _check_generator(ground: Ground, requests: Path, floor: float) -> None:
    """The generator must not be what is measured."""
    rates = []
    for workers in (1, 2):
        with _bare(ground, "nothing", workers) as server:
            load = generator.run(server.url, requests, seconds=CALIBRATION_SECONDS, again=True)
            rates.append(load.throughput)
    best = max(rates)
    ground.say(f"  the generator reaches {best:,.0f}/s on a handler that does nothing")
    if best < GENERATOR_FACTOR * floor:
        ground.remark(
            f"wrk reaches only {best / floor:.1f} × the floor on a handler that does nothing "
            f"({best:,.0f}/s): below {GENERATOR_FACTOR} ×, the floor itself may be higher"
        )


def _floor_requests(ground: Ground) -> Path:
    """The same bodies as the full path gets; the floor takes the same ones again and again."""
    groups = [Owing(n, f"5101040001-{n % 9999:04d}", 45, 0, 0, "") for n in range(20_000)]
    bearers = [f"Authorization: Bearer fx_{n:043d}" for n in range(len(groups))]
    return generator.write(ground.scratch / "floor", province.checks(groups, bearers, ground.today))


def _run_floor(ground: Ground, floor: Floor) -> Load:
    url, seconds = floor.server.url, ground.pace.seconds
    load = generator.run(url, floor.requests, seconds=seconds, again=True)
    floor.created += load.created
    if load.failed:
        raise counting.Lost(f"the bare handler refused {load.failed}: {load.refusal}")
    return load


def _count_floor(ground: Ground, floor: Floor) -> None:
    with ground.database(DATABASE) as connection:
        row = connection.execute("SELECT count(*) FROM floor_insert").fetchone()
    if row is None or row[0] < floor.created:
        raise counting.Lost(f"the bare handler acknowledged {floor.created}, kept {row}")


def _slices(ground: Ground, size: int) -> Iterator[Path]:
    """The requests of a run for warming up and of one for each round, written beforehand.

    Nobody has answered for these groups yet, and each has a token of its own.
    """
    runs = 1 + ground.pace.rounds
    groups = ground.take(size * runs)
    size = len(groups) // runs
    ground.say(f"  minting {len(groups):,} tokens, one for each group")
    with ground.database() as connection:
        places = [group.unit_id for group in groups]
        holders = accounts.enrol(connection, "group_teacher", places, ground.at())
    bearers = [holder.bearer for holder in holders]
    made: list[Path] = []
    for number in range(runs):
        part = slice(number * size, (number + 1) * size)
        requests = province.checks(groups[part], bearers[part], ground.today)
        made.append(generator.write(ground.scratch / f"check{number}", requests))
    with ground.database() as connection:
        connection.execute("CHECKPOINT")
    return iter(made)


def _run_check(ground: Ground, requests: Path, seconds: int) -> Load:
    with ground.database() as connection:
        before = counting.tally(connection, ground.today)
        load = generator.run(ground.installation.url, requests, seconds=seconds)
        counting.settle(connection)
        counting.require(load, counting.tally(connection, ground.today) - before)
    return load


def _report_floor(ground: Ground, floor: Floor, loads: Sequence[Load], taken: Taken) -> None:
    figures = middle("floor_insert", "rows/s", loads)
    ground.floor_throughput = figures.throughput
    ground.remark(f"the floor is the bare handler with {floor.workers} worker(s)")
    ground.report(replace(figures, peak_mib=taken.mib, ratio_to_floor=1.0))


def _report_check(
    ground: Ground, loads: Sequence[Load], ratios: Sequence[float], taken: Taken
) -> None:
    figures: Figures = with_ratio(middle("check", "checks/s", loads), ratios)
    verdicts = [
        at_least("check, of floor", figures.ratio_to_floor or 0, MUST_RATIO, "{:.3f}"),
        at_most("check, p99", figures.p99_ms or 0, MUST_P99_MS, "{:.1f} ms"),
    ]
    ground.report(replace(figures, peak_mib=taken.mib), verdicts)
