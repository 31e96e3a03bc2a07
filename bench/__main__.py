"""`python -m bench`: measure, print, and say plainly what is not met."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

from bench import generator
from bench.bars import figures_table, table
from bench.counting import Lost
from bench.generator import CannotMeasure
from bench.ground import FULL, QUICK, Found, Ground
from bench.installation import Installation
from bench.outside import Cluster, OutsideInstallation
from bench.processes import memory_of_machine
from bench.works.batch import check_batch
from bench.works.board import WITHOUT_CACHE, province_board, uncached_board
from bench.works.check import check, floor_only
from bench.works.escalation import escalation_sweep
from bench.works.mixed import mixed_morning
from bench.works.person_search import person_search
from bench.works.report import report_sign
from bench.works.roster import roster_import
from bench.works.seed import seed_province

NAMES = (
    "floor_insert",
    "check",
    "check_batch",
    "province_board",
    "report_sign",
    "mixed_morning",
    "escalation_sweep",
    "roster_import",
    "person_search",
    "seed_province",
)
WORKS: dict[str, Callable[[Ground], None]] = {
    "check": check,
    "province_board": province_board,
    "report_sign": report_sign,
    "mixed_morning": mixed_morning,
    "escalation_sweep": escalation_sweep,
    "roster_import": roster_import,
    "person_search": person_search,
}
# Where every board is counted anew; the noon's checks come last, as they double the day's rows.
WORKS_WITHOUT_CACHE: dict[str, Callable[[Ground], None]] = {
    "province_board": uncached_board,
    "check_batch": check_batch,
}
EMBEDDED, SYSTEM = SERVERS = ("embedded", "system")
BROKEN = (CannotMeasure, Lost, psycopg.Error)
EPILOG = """
Everything happens in a temporary FANGXIAN_HOME (below TMPDIR), removed at the end; nothing is
written into the source tree. The exit status is 0 also when a bar is missed, which is printed as
NOT MET; it is 1 when something that was acknowledged is not in the tables, or could not be
measured at all.
"""


def main() -> int:
    """Measure what was asked for; the exit status."""
    options = _parser().parse_args()
    names = options.only or list(NAMES)
    begun, found = time.monotonic(), Found()
    _tell_if_busy(found)
    try:
        generator.require()
        with (
            _home(options.home) as (home, scratch),
            _installation(options.server, home, scratch) as installation,
        ):
            _measure(names, installation, scratch, options.quick, found)
    except BROKEN as error:
        found.failures.append(f"{type(error).__name__}: {error}")
    found.figures.sort(key=lambda figures: NAMES.index(_work(figures.name)))
    _print(found, time.monotonic() - begun)
    if options.json:
        rows = [figures.as_json() for figures in found.figures]
        options.json.write_text(json.dumps(rows, indent=2) + "\n")
    return 1 if found.failures else 0


def _work(name: str) -> str:
    """The work that a figure comes from: some tell more than one, such as mixed_morning_64."""
    return max((work for work in NAMES if name.startswith(work)), key=len)


def say(line: str) -> None:
    """A line of progress, at once."""
    print(line, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--only", type=_names, metavar="NAME,…", help=f"only these: {', '.join(NAMES)}"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures here")
    parser.add_argument(
        "--quick", action="store_true", help="fewer and shorter runs: to try, not to quote"
    )
    parser.add_argument(
        "--server",
        choices=SERVERS,
        default=EMBEDDED,
        help="the embedded PostgreSQL, or a cluster of the system's newest one",
    )
    parser.add_argument(
        "--home",
        type=Path,
        help="use this home and keep it; seeded already, it is not seeded again",
    )
    return parser


def _names(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in NAMES:
            raise argparse.ArgumentTypeError(f"{name} is not one of {', '.join(NAMES)}")
    return names


@contextmanager
def _home(kept: Path | None) -> Iterator[tuple[Path, Path]]:
    """Where the database lives, and where requests are written; both gone at the end."""
    scratch = Path(tempfile.mkdtemp(prefix="fangxian-bench-"))
    try:
        # PostgreSQL runs as a user of its own and must be able to pass.
        scratch.chmod(0o711)
        yield (kept or scratch / "home").absolute(), scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def _installation(server: str, home: Path, scratch: Path) -> Iterator[Installation]:
    """On the embedded server, or on the system's own kind in a cluster of ours."""
    output = scratch / "output.log"
    if server == EMBEDDED:
        yield Installation(home, output)
        return
    cluster = Cluster(scratch / "cluster")
    with cluster.running():
        yield OutsideInstallation(home, output, cluster)


def _measure(
    names: Sequence[str], installation: Installation, scratch: Path, quick: bool, found: Found
) -> None:
    pace = QUICK if quick else FULL
    fresh = not (installation.home / "postgres").exists()
    installation.enter()
    if fresh:
        say("seed_province")
        seed_province(installation, found if "seed_province" in names else None)
    ground = Ground(installation, scratch, pace, say, found)
    if set(names) == {"seed_province"}:
        return
    if "floor_insert" in names and "check" not in names:
        with installation.serving():
            say("floor_insert")
            _attempt("floor_insert", floor_only, ground)
    for works, settings in ((WORKS, {}), (WORKS_WITHOUT_CACHE, {WITHOUT_CACHE: "0"})):
        chosen = {name: work for name, work in works.items() if name in names}
        if chosen:
            with installation.serving(**settings):
                for name, work in chosen.items():
                    say(" ".join([name, *settings]))
                    _attempt(name, work, ground)


def _attempt(name: str, work: Callable[[Ground], None], ground: Ground) -> None:
    """One work that cannot be measured, or that lost something, does not hide the others."""
    try:
        work(ground)
    except BROKEN as error:
        ground.found.failures.append(f"{name}: {error}")
        say(f"  FAILED  {error}")


def _tell_if_busy(found: Found) -> None:
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    if load > cores / 2:
        found.remarks.append(
            f"the machine was busy before the benchmark began (load {load:.1f} on {cores} cores): "
            "only ratios and processor time mean anything"
        )


def _print(found: Found, seconds: float) -> None:
    say("")
    if found.figures:
        say(figures_table(found.figures))
        say("")
    if found.verdicts:
        header = ("work", "must reach", "measured", "")
        say(table(header, [verdict.cells() for verdict in found.verdicts]))
        say("")
    for text in found.remarks:
        say(f"NOTE  {text}")
    for text in found.failures:
        say(f"FAILED  {text}")
    gib = memory_of_machine() / 2**30
    machine = f"{os.cpu_count()} cores, {gib:.0f} GiB, {platform.machine()}"
    say(f"{time.strftime('%Y-%m-%d')}  {machine}, Python {platform.python_version()}")
    say(f"peak MiB: proportional set size of server and PostgreSQL; {seconds / 60:.1f} min in all")


if __name__ == "__main__":
    sys.exit(main())
