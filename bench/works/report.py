"""A school's report page and its signature, in the middle of the morning: schools in turn."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench import accounts, counting, generator, morning
from bench.accounts import Connection, Holder
from bench.bars import at_most
from bench.counting import Lost
from bench.generator import CannotMeasure, Request
from bench.ground import Ground
from bench.processes import Taken, watched
from bench.province import REPORT, Owing
from bench.stats import Load, middle, worst

MUST_P99_MS = 100.0
ROUNDS = 3
SECONDS = 5
# Schools signed in a run: more than a server here can do.
MOST_A_SECOND = 600

SIGNED = """
SELECT (SELECT count(*) FROM report_revision WHERE day = %(day)s),
       (SELECT count(*) FROM obligation
        WHERE day = %(day)s AND kind = 'daily_report' AND told_at IS NOT NULL),
       (SELECT count(*) FROM audit_event WHERE event = 'report.signed')"""


@dataclass(frozen=True)
class School:
    """A school that owes its report, its reporter, and the reporter's open session."""

    owing: Owing
    holder: Holder
    cookie: str


def report_sign(ground: Ground) -> None:
    """Distinct schools: each page is seen by its own reporter, each report signed once."""
    morning.make(ground)
    rounds, seconds = min(ROUNDS, ground.pace.rounds), min(SECONDS, ground.pace.seconds)
    size = MOST_A_SECOND * seconds
    schools = _schools(ground, size * (rounds + 1))
    pages: list[Load] = []
    signatures: list[Load] = []
    taken = Taken()
    for number in range(rounds + 1):
        part = schools[number * size : (number + 1) * size]
        length = seconds if number else ground.pace.warm_seconds
        page = _see(ground, part, length, taken)
        ground.say(_line("page", page, taken))
        signature = _sign(ground, part, length, taken)
        ground.say(_line("signature", signature, taken))
        if number:
            pages.append(page)
            signatures.append(signature)
    parts = [middle("page", "/s", pages), middle("signature", "/s", signatures)]
    figures = worst("report_sign", "reports/s", parts)
    verdicts = [
        at_most(f"school's report, {one.name}, p99", one.p99_ms or 0, MUST_P99_MS, "{:.1f} ms")
        for one in parts
    ]
    ground.report(replace(figures, peak_mib=taken.mib), verdicts)


def _line(name: str, load: Load, taken: Taken) -> str:
    return (
        f"  {name} {load.throughput:,.0f}/s, p50 {load.p50_ms:.1f}, p99 {load.p99_ms:.1f} ms; "
        f"processor ms each: {taken.each_ms(load.requests)}"
    )


def _schools(ground: Ground, count: int) -> list[School]:
    owing = ground.take(count, REPORT)
    with ground.database() as connection:
        places = [school.unit_id for school in owing]
        holders = accounts.enrol(connection, "school_reporter", places, ground.at())
        cookies = accounts.sign_in(connection, holders)
    return [
        School(one, holder, cookies[holder.user_id])
        for one, holder in zip(owing, holders, strict=True)
    ]


def _see(ground: Ground, schools: Sequence[School], seconds: int, taken: Taken) -> Load:
    made = [
        Request("GET", f"/reports/{school.owing.code}/{ground.today}/", school.cookie)
        for school in schools
    ]
    requests = generator.write(ground.scratch / "pages", made)
    load = _run(ground, requests, seconds, taken, again=True)
    if load.failed or load.created:
        raise CannotMeasure(f"report pages: {load.failed} refused: {load.refusal}")
    return load


def _sign(ground: Ground, schools: Sequence[School], seconds: int, taken: Taken) -> Load:
    body = json.dumps({"revision": 0})
    made = [
        Request(
            "POST",
            f"/api/v1/daily-reports/{school.owing.code}/{ground.today}/sign",
            school.holder.bearer,
            body,
        )
        for school in schools
    ]
    requests = generator.write(ground.scratch / "signatures", made)
    with ground.database() as connection:
        before = _signed(connection, ground)
        load = _run(ground, requests, seconds, taken, again=False)
        counting.settle(connection)
        after = _signed(connection, ground)
    added = [now - then for now, then in zip(after, before, strict=True)]
    if load.failed or load.exhausted:
        raise CannotMeasure(f"signatures: {load.failed} refused: {load.refusal}")
    if min(added) < load.accepted:
        raise Lost(f"{load.accepted} signatures acknowledged, rows of each kind: {added}")
    return load


def _run(ground: Ground, requests: Path, seconds: int, taken: Taken, *, again: bool) -> Load:
    with watched(ground.installation.processes, taken):
        return generator.run(ground.installation.url, requests, seconds=seconds, again=again)


def _signed(connection: Connection, ground: Ground) -> tuple[int, ...]:
    row = connection.execute(SIGNED, {"day": ground.today}).fetchone()
    assert row is not None
    return tuple(row)
