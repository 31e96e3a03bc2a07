"""Batches of fifty checks, as a bureau's or a school's own attendance system sends them.

They answer the noon's checks, so that the morning's stay as they are for the other works.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bench import accounts, counting, generator, province
from bench.bars import at_least
from bench.ground import Ground
from bench.processes import Taken, watched
from bench.province import Owing
from bench.stats import Load, middle

SIZE = 50
MUST = 15_000.0
ROUNDS = 3
SECONDS = 4
# Three runs of a server somewhat faster than it must be answer for every group there is.
HEADROOM = 2.0


def check_batch(ground: Ground) -> None:
    """Checks per second in batches of fifty; every one is counted in the tables."""
    rounds = min(ROUNDS, ground.pace.rounds)
    seconds = min(SECONDS, ground.pace.seconds)
    size = int(MUST * HEADROOM * seconds)
    loads: list[Load] = []
    _run(ground, int(MUST * HEADROOM), 1, Taken())
    taken = Taken()
    for number in range(rounds):
        loads.append(_run(ground, size, seconds, taken))
        ground.say(
            f"  {number + 1}: {loads[-1].throughput * SIZE:,.0f} checks/s; processor ms each: "
            f"{taken.each_ms(loads[-1].requests * SIZE)}"
        )
    figures = middle("check_batch", "checks/s", loads, each=SIZE)
    reached = figures.throughput or 0
    ratio = reached / ground.floor_throughput if ground.floor_throughput else None
    verdict = at_least("batch of 50 checks", reached, MUST, "{:,.0f} checks/s")
    ground.report(replace(figures, peak_mib=taken.mib, ratio_to_floor=ratio), [verdict])


def _run(ground: Ground, size: int, seconds: int, taken: Taken) -> Load:
    requests = _requests(ground, ground.take(size, province.NOON))
    with ground.database() as connection:
        before = counting.tally(connection, ground.today)
        with watched(ground.installation.processes, taken):
            load = generator.run(ground.installation.url, requests, seconds=seconds)
        counting.settle(connection)
        counting.require(load, counting.tally(connection, ground.today) - before, each=SIZE)
    return load


def _requests(ground: Ground, groups: Sequence[Owing]) -> Path:
    """Each batch holds groups of one bureau and carries that bureau's own token."""
    bureaus = sorted({group.bureau_id for group in groups})
    with ground.database() as connection:
        holders = accounts.enrol(connection, "school_reporter", bureaus, ground.at())
    bearers = {holder.unit_id: holder.bearer for holder in holders}
    made = list(province.batches(groups, bearers, ground.today, SIZE))
    return generator.write(ground.scratch / "batch", made)
