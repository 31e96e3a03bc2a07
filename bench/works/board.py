"""The province's board in the middle of the morning: how fast, and how far behind."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from pathlib import Path

from bench import accounts, generator, morning, province
from bench.accounts import Holder
from bench.bars import at_most
from bench.counting import Lost
from bench.generator import CannotMeasure, Request
from bench.ground import Ground
from bench.processes import watched
from bench.province import Owing
from bench.stats import Figures, Load, middle

MUST_P99_MS = 150.0
MUST_UNCACHED_P50_MS = 120.0
MUST_BEHIND_SECONDS = 5.0
ROUNDS = 3
LOOK_SECONDS = 6.0
PAUSE_SECONDS = 0.1
STEP = 20
WITNESSED = 2000
LINES = 300
WITHOUT_CACHE = "FANGXIAN_BOARD_CACHE_SECONDS"
VIEWERS = {"province": "province_officer", "city": "city_officer", "county": "county_officer"}

# Of each level the unit with the most groups below it: the most expensive one to count.
PLACES = """
SELECT DISTINCT ON (v.kind) v.kind, v.unit_id, v.code
FROM units_unitversion v
WHERE v.kind IN ('province', 'city', 'county') AND v.valid_from <= %(day)s AND v.valid_to > %(day)s
ORDER BY v.kind, (SELECT count(*) FROM units_unitversion g
                  WHERE g.kind = 'group' AND g.valid_from <= %(day)s AND g.valid_to > %(day)s
                    AND g.path >= v.path AND g.path < left(v.path, -1) || '0') DESC"""


@dataclass(frozen=True)
class Viewer:
    """Somebody who looks at the board of their own unit."""

    level: str
    code: str
    holder: Holder
    cookie: str

    def page(self, day: date) -> Request:
        """The moving part of the page itself, which the page asks for every few seconds."""
        path = f"/board/{self.code}/now/?day={day}&kind={province.MORNING}"
        return Request("GET", path, self.cookie)

    def request(self, day: date) -> Request:
        """The board's data."""
        path = f"/api/v1/units/{self.code}/standing?day={day}&kind={province.MORNING}"
        return Request("GET", path, self.holder.bearer)


def province_board(ground: Ground) -> None:
    """Three viewers in turns at 16 clients, while checks keep coming in."""
    day = ground.today
    morning.make(ground)
    viewers = viewers_of(ground, day)
    requests = _write(ground, "board", [viewer.request(day) for viewer in viewers])
    url, seconds = ground.installation.url, ground.pace.seconds
    generator.run(url, requests, seconds=ground.pace.warm_seconds, again=True)
    loads: list[Load] = []
    with watched(ground.installation.processes) as taken, _witness(ground, day, viewers) as witness:
        for _round in range(min(ROUNDS, ground.pace.rounds)):
            load = generator.run(url, requests, seconds=seconds, again=True)
            if load.failed:
                raise CannotMeasure(f"the board refused {load.failed}: {load.refusal}")
            loads.append(load)
            ground.say(f"  {load.throughput:,.0f} boards/s, p99 {load.p99_ms:.1f} ms")
    _tell_page(ground, viewers)
    figures = middle("province_board", "boards/s", loads)
    verdicts = [
        at_most("province board, p99", figures.p99_ms or 0, MUST_P99_MS, "{:.1f} ms"),
        at_most("province board, behind", max(witness.behind), MUST_BEHIND_SECONDS, "{:.1f} s"),
    ]
    ground.report(replace(figures, peak_mib=taken.mib), verdicts)


def uncached_board(ground: Ground) -> None:
    """The province's board at one client with the cache off: every answer is counted anew."""
    day = ground.today
    morning.make(ground)
    viewer = viewers_of(ground, day)[0]
    requests = _write(ground, "uncached", [viewer.request(day)])
    url, seconds = ground.installation.url, ground.pace.seconds
    for length in (2, seconds):
        load = generator.run(url, requests, seconds=length, clients=1, again=True)
    figures: Figures = middle("province_board uncached", "boards/s", [load])
    ground.say(f"  p50 {load.p50_ms:.1f} ms, p99 {load.p99_ms:.1f} ms")
    ground.found.verdicts.append(
        at_most(
            "province board uncached, p50", figures.p50_ms or 0, MUST_UNCACHED_P50_MS, "{:.1f} ms"
        )
    )


def viewers_of(ground: Ground, day: date) -> list[Viewer]:
    """An officer of each level, of the unit with the most below it, signed in."""
    with ground.database() as connection:
        rows = connection.execute(PLACES, {"day": day}).fetchall()
        found = {kind: (unit_id, code) for kind, unit_id, code in rows}
        viewers = []
        for level, role in VIEWERS.items():
            unit_id, code = found[level]
            (holder,) = accounts.enrol(connection, role, [unit_id], ground.at())
            cookie = accounts.sign_in(connection, [holder])[holder.user_id]
            viewers.append(Viewer(level, code, holder, cookie))
        return viewers


def _write(ground: Ground, name: str, requests: Sequence[Request]) -> Path:
    """The viewers' requests in turns."""
    lines = [requests[number % len(requests)] for number in range(LINES)]
    return generator.write(ground.scratch / name, lines)


def _tell_page(ground: Ground, viewers: Sequence[Viewer]) -> None:
    """How fast the page's moving part is drawn: not a bar, but what people wait for."""
    pages = _write(ground, "board-page", [viewer.page(ground.today) for viewer in viewers])
    seconds = ground.pace.seconds
    load = generator.run(ground.installation.url, pages, seconds=seconds, again=True)
    if load.failed:
        raise CannotMeasure(f"the board's page refused {load.failed}: {load.refusal}")
    ground.remark(
        f"the board's page itself, drawn anew, 16 clients: {load.throughput:,.0f}/s, "
        f"p50 {load.p50_ms:.0f}, p99 {load.p99_ms:.0f} ms"
    )


class Witness:
    """Enters checks while the boards are under load, and sees when the province shows them."""

    def __init__(self, ground: Ground, viewer: Viewer, checks: Iterator[Request]) -> None:
        self.ground, self.viewer, self.checks = ground, viewer, checks
        self.day = ground.today
        self.behind: list[float] = []
        self.failure = ""
        self.over = threading.Event()

    def run(self) -> None:
        """Until it is over: some checks in, then look until the board shows them."""
        try:
            shown = self._shown()
            while not self.over.is_set():
                shown = self._step(shown)
        except (OSError, Lost, StopIteration, KeyError, ValueError) as error:
            self.failure = str(error) or repr(error)

    def _step(self, shown: int) -> int:
        """Some checks in, then every answer for a while must soon show exactly those.

        Each worker of the server may keep its own count: what tells is the last answer that was
        still behind, not the first that was not.
        """
        for check in islice(self.checks, STEP):
            status, text = self._send(check)
            if status != http.HTTPStatus.CREATED:
                raise Lost(f"a check while the board was read: {status} {text[:200]!r}")
        begun, due, behind = time.monotonic(), shown + STEP, 0.0
        while (passed := time.monotonic() - begun) < LOOK_SECONDS:
            now = self._shown()
            if now > due:
                raise Lost(f"the board shows {now} answered, {due} are")
            if now < due:
                behind = passed
            time.sleep(PAUSE_SECONDS)
        self.behind.append(behind)
        return due

    def _shown(self) -> int:
        status, text = self._send(self.viewer.request(self.day))
        if status != http.HTTPStatus.OK:
            raise Lost(f"the board answers {status} {text[:200]!r}")
        return int(json.loads(text)["answered"])

    def _send(self, request: Request) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.ground.installation.port)
        name, _, value = request.header.partition(": ")
        headers = {name: value, "Content-Type": "application/json"}
        try:
            connection.request(request.method, request.path, request.body or None, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


@contextmanager
def _witness(ground: Ground, day: date, viewers: Sequence[Viewer]) -> Iterator[Witness]:
    witness = Witness(ground, viewers[0], _fresh_checks(ground, day))
    thread = threading.Thread(target=witness.run)
    thread.start()
    try:
        yield witness
    finally:
        witness.over.set()
        thread.join()
    if witness.failure or not witness.behind:
        raise Lost(witness.failure or "the board never showed what was entered")


def _fresh_checks(ground: Ground, day: date) -> Iterator[Request]:
    groups: list[Owing] = ground.take(WITNESSED)
    with ground.database() as connection:
        places = [group.unit_id for group in groups]
        holders = accounts.enrol(connection, "group_teacher", places, ground.at())
    return province.checks(groups, [holder.bearer for holder in holders], day)
