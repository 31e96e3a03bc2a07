"""A morning as it is: checks, report pages, signatures and boards at the same time.

Of a hundred requests eighty are checks, five report pages, five signatures and ten the moving
part of a board, in a random order. The load generator tells all requests together; a person of
each kind beside it, who asks once every half second, tells what each kind has to wait.
"""

from __future__ import annotations

import http.client
import itertools
import random
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from bench import accounts, counting, generator, morning, province
from bench.counting import Lost
from bench.generator import CannotMeasure, Request
from bench.ground import Ground
from bench.processes import Taken, watched
from bench.stats import Load, middle
from bench.works.board import viewers_of
from bench.works.report import School, schools_to_sign, signature, signed

CLIENTS = {"mixed_morning": 16, "mixed_morning_64": 64}
SECONDS = 60
QUICK_SECONDS = 10
# More than a server on two cores answers; what is left of it stays unsent.
MOST_A_SECOND = 1_100
PAUSE_SECONDS = 0.5
SHARES = {"check": 80, "page": 5, "signature": 5, "board": 10}


@dataclass
class Patience:
    """What a person of one kind waited, in milliseconds."""

    kind: str
    waits: list[float] = field(default_factory=list)

    def line(self) -> str:
        """Median and the longest but one in a hundred."""
        ordered = sorted(self.waits)
        if not ordered:
            return f"{self.kind} —"
        p50, p99 = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]
        return f"{self.kind} p50 {p50:.0f}, p99 {p99:.0f} ms"


def mixed_morning(ground: Ground) -> None:
    """Sixteen clients for a minute, then sixty-four; everything acknowledged is in the tables."""
    morning.make(ground)
    seconds = SECONDS if ground.pace.rounds > 2 else QUICK_SECONDS
    for name, clients in CLIENTS.items():
        requests, people = _requests(ground, seconds, clients)
        taken = Taken()
        with _people(ground, people) as waits, watched(ground.installation.processes, taken):
            load = _run(ground, requests, seconds, clients)
        figures = middle(name, "requests/s", [load])
        ground.report(replace(figures, peak_mib=taken.mib))
        told = "; ".join(one.line() for one in waits)
        ground.remark(f"mixed_morning at {clients} clients, a person beside it waits: {told}")


def _requests(
    ground: Ground, seconds: int, clients: int
) -> tuple[Path, dict[str, Iterator[Request]]]:
    """Everything a run sends, written beforehand, and what the people beside it send."""
    total = MOST_A_SECOND * seconds
    count = {kind: total * share // 100 for kind, share in SHARES.items()}
    apart = int(seconds / PAUSE_SECONDS) + 20
    checks = list(_checks(ground, count["check"] + apart))
    schools = schools_to_sign(ground, count["signature"] + apart)
    signatures = [signature(ground, school) for school in schools]
    pages = itertools.cycle(_pages(ground, schools))
    boards = itertools.cycle([one.page(ground.today) for one in viewers_of(ground, ground.today)])
    sent = [
        *checks[apart:],
        *signatures[apart:],
        *itertools.islice(pages, count["page"]),
        *itertools.islice(boards, count["board"]),
    ]
    random.Random(4).shuffle(sent)
    people = {
        "check": iter(checks[:apart]),
        "page": pages,
        "signature": iter(signatures[:apart]),
        "board": boards,
    }
    return generator.write(ground.scratch / f"mixed{clients}", sent), people


def _checks(ground: Ground, count: int) -> Iterator[Request]:
    groups = ground.take(count)
    with ground.database() as connection:
        places = [group.unit_id for group in groups]
        holders = accounts.enrol(connection, "group_teacher", places, ground.at())
        connection.execute("CHECKPOINT")
    return province.checks(groups, [holder.bearer for holder in holders], ground.today)


def _pages(ground: Ground, schools: Iterable[School]) -> list[Request]:
    return [
        Request("GET", f"/reports/{school.owing.code}/{ground.today}/", school.cookie)
        for school in schools
    ]


def _run(ground: Ground, requests: Path, seconds: int, clients: int) -> Load:
    with ground.database() as connection:
        before, reports = counting.tally(connection, ground.today), signed(connection, ground)
        load = generator.run(ground.installation.url, requests, seconds=seconds, clients=clients)
        counting.settle(connection)
        added = counting.tally(connection, ground.today) - before
        signatures = signed(connection, ground)[0] - reports[0]
    ground.say(
        f"  {clients} clients: {load.throughput:,.0f}/s, p50 {load.p50_ms:.1f}, "
        f"p99 {load.p99_ms:.1f} ms; {added.revisions:,} checks, {signatures:,} signatures"
    )
    if load.failed or load.exhausted:
        raise CannotMeasure(f"a morning: {load.failed} refused: {load.refusal}")
    if min(added.revisions, added.answered, added.events) < load.created:
        raise Lost(f"{load.created} checks acknowledged, rows of each kind: {added}")
    return load


@contextmanager
def _people(ground: Ground, asks: dict[str, Iterator[Request]]) -> Iterator[Sequence[Patience]]:
    """One person of each kind, who asks, waits, and asks again half a second later."""
    over, waits = threading.Event(), [Patience(kind) for kind in asks]
    failures: list[str] = []

    def ask(patience: Patience) -> None:
        for request in asks[patience.kind]:
            begun = time.monotonic()
            status = _status(ground, request)
            patience.waits.append((time.monotonic() - begun) * 1000)
            if status not in (200, 201):
                failures.append(f"{patience.kind}: {status}")
            if over.wait(PAUSE_SECONDS):
                return

    threads = [threading.Thread(target=ask, args=[one]) for one in waits]
    for thread in threads:
        thread.start()
    try:
        yield waits
    finally:
        over.set()
        for thread in threads:
            thread.join()
    if failures:
        raise CannotMeasure(f"a person beside the load was refused: {failures[:3]}")


def _status(ground: Ground, request: Request) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", ground.installation.port, timeout=60)
    name, _, value = request.header.partition(": ")
    try:
        headers = {name: value, "Content-Type": "application/json"}
        connection.request(request.method, request.path, request.body or None, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()
